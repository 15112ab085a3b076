#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <linux/videodev2.h>

#include "device/fourcc.h"

namespace v4l2 {

/// Width and height in pixels.
struct Size {
  std::uint32_t width{};
  std::uint32_t height{};

  friend constexpr auto operator<=>(const Size&, const Size&) = default;
};

/// The width of a pixel over its height.
struct PixelAspect {
  std::uint32_t width{1};
  std::uint32_t height{1};

  friend constexpr bool operator==(const PixelAspect&, const PixelAspect&) = default;
};

/// The time from one frame to the next, in seconds. It is {0, 0} if the driver does not say.
struct Interval {
  std::uint32_t numerator{};
  std::uint32_t denominator{};

  friend constexpr bool operator==(const Interval&, const Interval&) = default;

  [[nodiscard]] constexpr bool known() const { return numerator != 0 && denominator != 0; }
};

/// The meaning of colours, in V4L2's numbers (enum v4l2_colorspace and the related enums).
struct Colorimetry {
  std::uint32_t colorspace{};
  std::uint32_t transfer{};
  std::uint32_t encoding{};
  std::uint32_t quantization{};

  friend constexpr bool operator==(const Colorimetry&, const Colorimetry&) = default;
};

/// One memory plane of a format, in bytes. The single-planar API has one, however many colour
/// planes it holds.
struct PlaneFormat {
  std::uint32_t bytes_per_line{};
  std::uint32_t size_image{};

  friend constexpr bool operator==(const PlaneFormat&, const PlaneFormat&) = default;
};

/// A Format describes the frames of a device, in the same way for the single- and the multi-planar
/// API.
struct Format {
  Fourcc fourcc;
  Size size;
  std::uint32_t field{V4L2_FIELD_NONE};
  Colorimetry colorimetry;
  std::uint32_t plane_count{1};
  std::array<PlaneFormat, VIDEO_MAX_PLANES> planes{};
  /// In a wish: the driver shall convert the colours to `colorimetry`. Without it or `from_pad` a
  /// wish names no colours. It is never set in an answer. The caller asks for what
  /// OfferedFormat::convertible() returns and believes VIDIOC_G_FMT only. A driver that does not
  /// convert may still answer VIDIOC_S_FMT as if it did.
  bool convert{};
  /// In a wish: `colorimetry` is that of the pad of the media graph that sends the frames. Some
  /// drivers compare it with what the node is set to (vimc, at VIDIOC_STREAMON).
  bool from_pad{};

  friend bool operator==(const Format&, const Format&) = default;

  [[nodiscard]] std::span<const PlaneFormat> memory_planes() const {
    return std::span{planes}.first(plane_count);
  }
};

/// Returns true if two formats have the same pixels, whatever their strides and colours.
constexpr bool same_picture(const Format& one, const Format& other) {
  return one.fourcc == other.fourcc && one.size == other.size && one.field == other.field;
}

/// Returns the height of a whole frame. Where fields have buffers of their own, `format` holds the
/// height of one field (V4L2 specification, struct v4l2_pix_format).
constexpr std::uint32_t frame_height(const Format& format) {
  return format.field == V4L2_FIELD_ALTERNATE ? 2 * format.size.height : format.size.height;
}

/// V4L2_BUF_TYPE_*, of frames and of metadata.
enum class BufferType : std::uint32_t {
  capture = V4L2_BUF_TYPE_VIDEO_CAPTURE,
  capture_mplane = V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE,
  metadata = V4L2_BUF_TYPE_META_CAPTURE,
};

constexpr std::uint32_t to_wire(BufferType type) {
  return static_cast<std::uint32_t>(type);
}

/// Returns the struct for VIDIOC_S_FMT and VIDIOC_CREATE_BUFS. Strides and sizes of 0 let the
/// driver choose. The driver chooses the colours too, unless Format::convert or Format::from_pad is
/// set.
v4l2_format to_wire(const Format& format, BufferType type);

/// Returns the format that VIDIOC_G_FMT or VIDIOC_S_FMT answered. A plane count of 0 becomes 1, and
/// one beyond VIDEO_MAX_PLANES is cut.
Format from_wire(const v4l2_format& wire);

}  // namespace v4l2
