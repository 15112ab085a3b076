#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "common/settings.h"
#include "stream/frame.h"

namespace v4l2gst {

/// What is wrong with a frame.
enum class Damage {
  none,
  error_flag,     ///< the driver says so (V4L2_BUF_FLAG_ERROR)
  short_picture,  ///< of a picture with lines the driver wrote only a part
  empty,          ///< the driver wrote nothing
  impossible,     ///< the driver says that it wrote more than the buffer holds
  no_start,       ///< a JPEG that does not begin as one
  no_end,         ///< a JPEG that does not end as one
};

/// What a frame is judged by.
struct FrameFacts {
  std::uint32_t flags{};  ///< V4L2_BUF_FLAG_*
  bool impossible{};      ///< v4l2::Frame::impossible()
  std::span<const v4l2::Payload> payloads{};
  /// The bytes that each plane must hold for the picture to be whole; empty for frames that are as
  /// long as they are.
  std::span<const std::size_t> needed{};
  /// A JPEG's bytes; empty where it is none, or where a CPU can't read them for nothing.
  std::span<const std::byte> jpeg{};
};

/// The worst that a frame's evidence shows. Looks at the first and last bytes of a JPEG only, never
/// at more than a page of them. What decoders take in their stride is no damage: restart markers,
/// bytes between the segments, missing Huffman tables (AVI1), padding behind the end. Two pictures
/// in one frame are not found, since that takes reading all of it. Pure.
Damage damage_of(const FrameFacts& facts);

/// What becomes of a frame.
enum class FrameAction {
  send,       ///< it goes downstream
  flag,       ///< the same, marked as corrupted
  leave_out,  ///< its buffer goes back to the driver
};

/// What the user wants to become of a frame with such damage. There is nothing to send of what is
/// empty, and nothing is true of what is impossible, so both are always left out. Pure.
FrameAction action_for(Damage damage, OnCorrupt policy);

/// The frames that were left out since one was delivered.
struct LeftOut {
  std::uint64_t count{};
  Damage damage{};         ///< the latest one's
  std::uint64_t bytes{};   ///< of the latest one's payload
  std::uint64_t needed{};  ///< for its picture to be whole; 0 where that is not known
};

/// For logs: "no end".
const char* name_of(Damage damage);

}  // namespace v4l2gst
