#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <linux/videodev2.h>

namespace v4l2gst {

/// The kind of a compressed frame, for a decoder that begins with it.
enum class Unit {
  key,      ///< the decoder can begin
  delta,    ///< it can't, since the frame builds on others
  unknown,  ///< it is not known
};

/// Returns the kind by the driver's V4L2_BUF_FLAG_*. Pure.
constexpr Unit unit_of(std::uint32_t flags) {
  if ((flags & V4L2_BUF_FLAG_KEYFRAME) != 0) return Unit::key;
  if ((flags & (V4L2_BUF_FLAG_PFRAME | V4L2_BUF_FLAG_BFRAME)) != 0) return Unit::delta;
  return Unit::unknown;
}

/// Returns whether the first bytes of a frame show its kind: H.264 and H.265 with start codes.
constexpr bool shows_units(std::uint32_t fourcc) {
  return fourcc == V4L2_PIX_FMT_H264 || fourcc == V4L2_PIX_FMT_HEVC;
}

/// Returns the kind by the frame's bytes, for drivers that set no flag, such as uvcvideo. The first
/// NAL unit of a picture or its parameters decides, within the first bytes of the frame. `bytes` is
/// the frame, or empty if it can't be read. Pure.
Unit unit_of(std::uint32_t fourcc, std::span<const std::byte> bytes);

}  // namespace v4l2gst
