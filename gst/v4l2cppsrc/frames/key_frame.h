#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <linux/videodev2.h>

namespace v4l2gst {

/// What a frame of a compressed stream is, to a decoder that begins with it.
enum class Unit {
  key,      ///< it can
  delta,    ///< it can't: the frame builds on others
  unknown,  ///< nobody says
};

/// As the driver says (V4L2_BUF_FLAG_*). Pure.
constexpr Unit unit_of(std::uint32_t flags) {
  if ((flags & V4L2_BUF_FLAG_KEYFRAME) != 0) return Unit::key;
  if ((flags & (V4L2_BUF_FLAG_PFRAME | V4L2_BUF_FLAG_BFRAME)) != 0) return Unit::delta;
  return Unit::unknown;
}

/// Whether frames of this format show by their first bytes what they are: H.264 and H.265 with
/// start codes.
constexpr bool shows_units(std::uint32_t fourcc) {
  return fourcc == V4L2_PIX_FMT_H264 || fourcc == V4L2_PIX_FMT_HEVC;
}

/// The same where the driver does not say, as uvcvideo doesn't: by the first NAL unit of a picture
/// or its parameters within the first bytes of the frame. `bytes` is the frame, or empty where it
/// can't be read. Pure.
Unit unit_of(std::uint32_t fourcc, std::span<const std::byte> bytes);

}  // namespace v4l2gst
