#pragma once

#include <cstdint>
#include <string_view>

#include <linux/videodev2.h>

#include <gst/video/video.h>

namespace v4l2gst {

/// Returns drm_fourcc.h's code of that name. That header is libdrm's, which nothing else here
/// needs.
consteval std::uint32_t drm_code(std::string_view name) {
  return v4l2_fourcc(name[0], name[1], name[2], name[3]);
}

/// DRM_FORMAT_BIG_ENDIAN: the most significant byte comes first.
inline constexpr std::uint32_t drm_big_endian = 1U << 31U;

/// A V4L2 pixel format and the caps that mean the same.
struct FormatRow {
  std::uint32_t fourcc{};
  /// The format of raw video; GST_VIDEO_FORMAT_UNKNOWN for other formats.
  GstVideoFormat video{GST_VIDEO_FORMAT_UNKNOWN};
  /// The caps without size and rate, for formats other than raw video.
  const char* media{};
  /// Each colour plane has a memory plane of its own (multi-planar API only).
  bool separate_planes{};
  /// With separate planes: Cr's memory comes before Cb's, though GStreamer's format has Cb first.
  bool cr_first{};
  /// The number of low bits that a sample uses, where `video` has more; else 0.
  std::uint32_t significant_bits{};
  /// For uncompressed lines that GstVideoInfo has no format for, such as Bayer's; else 0.
  std::uint32_t bits_per_pixel{};
  /// DRM's fourcc for DMABuf memory, where GStreamer has no mapping of its own; else 0.
  std::uint32_t drm{};
  /// For a format that only DRM names: the GstVideoFormat whose lines and planes have the same
  /// length. Their content differs.
  GstVideoFormat alike{GST_VIDEO_FORMAT_UNKNOWN};

  [[nodiscard]] constexpr bool raw() const { return video != GST_VIDEO_FORMAT_UNKNOWN; }

  /// Returns whether frames have lines, and so a stride.
  [[nodiscard]] constexpr bool has_lines() const {
    return shape() != GST_VIDEO_FORMAT_UNKNOWN || bits_per_pixel != 0;
  }

  /// Returns the format to ask GstVideoInfo for strides and planes; UNKNOWN if there is none.
  [[nodiscard]] constexpr GstVideoFormat shape() const { return raw() ? video : alike; }

  [[nodiscard]] constexpr bool jpeg() const {
    return fourcc == V4L2_PIX_FMT_MJPEG || fourcc == V4L2_PIX_FMT_JPEG;
  }

  /// Returns whether there are caps for it in system memory.
  [[nodiscard]] constexpr bool has_system_caps() const { return raw() || media != nullptr; }

  /// Returns the memory plane that a colour plane is in.
  [[nodiscard]] constexpr std::uint32_t memory_of(std::uint32_t plane) const {
    if (!separate_planes) return 0;
    return cr_first && plane > 0 ? 3 - plane : plane;
  }
};

// The kinds of rows.

/// Raw video with all its planes in one memory.
consteval FormatRow joined(std::uint32_t fourcc, GstVideoFormat video, std::uint32_t drm = 0) {
  return {.fourcc = fourcc, .video = video, .drm = drm};
}

/// Raw video with a memory for each plane, in GStreamer's order.
consteval FormatRow separate(std::uint32_t fourcc, GstVideoFormat video) {
  return {.fourcc = fourcc, .video = video, .separate_planes = true};
}

/// Raw video with a memory for each plane, Cr's before Cb's.
consteval FormatRow swapped(std::uint32_t fourcc, GstVideoFormat video) {
  return {.fourcc = fourcc, .video = video, .separate_planes = true, .cr_first = true};
}

/// Luma of less than 16 bits, in the low bits of 16. The least significant byte comes first.
consteval FormatRow dim(std::uint32_t fourcc, std::uint32_t bits, std::uint32_t drm) {
  return {
      .fourcc = fourcc, .video = GST_VIDEO_FORMAT_GRAY16_LE, .significant_bits = bits, .drm = drm};
}

/// Bayer patterns of `bits` bits for a pixel.
consteval FormatRow bayer(std::uint32_t fourcc, std::uint32_t bits, const char* media) {
  return {.fourcc = fourcc, .media = media, .bits_per_pixel = bits};
}

consteval FormatRow coded(std::uint32_t fourcc, const char* media) {
  return {.fourcc = fourcc, .media = media};
}

/// A format that only DRM has a name for.
consteval FormatRow drm_only(std::uint32_t fourcc, std::uint32_t drm, GstVideoFormat alike) {
  return {.fourcc = fourcc, .drm = drm, .alike = alike};
}

/// The same, with 16 bits for a pixel.
consteval FormatRow packed16(std::uint32_t fourcc, std::uint32_t drm) {
  return drm_only(fourcc, drm, GST_VIDEO_FORMAT_GRAY16_LE);
}

/// RGB of 16 bits. GStreamer's formats have the machine's byte order. V4L2's have the least
/// significant byte first, so on a big-endian machine only DRM has a name for them.
consteval FormatRow rgb16(std::uint32_t fourcc, GstVideoFormat video, std::uint32_t drm) {
  if constexpr (G_BYTE_ORDER == G_LITTLE_ENDIAN)
    return {.fourcc = fourcc, .video = video, .drm = drm};
  else
    return packed16(fourcc, drm);
}

}  // namespace v4l2gst
