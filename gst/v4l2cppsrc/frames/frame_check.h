#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "stream/payload.h"

namespace v4l2gst {

enum class OnCorrupt : int;

/// The damage of a frame.
enum class Damage {
  none,
  error_flag,     ///< the driver says so (V4L2_BUF_FLAG_ERROR)
  short_picture,  ///< the driver wrote only a part of a picture with lines
  empty,          ///< the driver wrote nothing
  impossible,     ///< the driver says that it wrote more than the buffer holds
  no_start,       ///< a JPEG that does not begin as one
  no_end,         ///< a JPEG that does not end as one
};

/// The facts that a frame is judged by.
struct FrameFacts {
  std::uint32_t flags{};  ///< V4L2_BUF_FLAG_*
  bool impossible{};      ///< v4l2::Frame::impossible()
  std::span<const v4l2::Payload> payloads{};
  /// The bytes that each plane must hold for a whole picture. It is empty for frames of any length.
  std::span<const std::size_t> needed{};
  /// A JPEG's bytes. It is empty for other formats, or if a CPU can't read them without a call.
  std::span<const std::byte> jpeg{};
};

/// Returns the worst damage that the facts show. It reads the first two bytes of a JPEG, and of its
/// last ones at most 4096 of padding and 512 before them. Decoders accept restart markers, bytes
/// between the segments, missing Huffman tables (AVI1) and padding behind the end, so these are no
/// damage. Two pictures in one frame are not found, since that takes reading all of it. Pure.
Damage damage_of(const FrameFacts& facts);

/// The action on a frame.
enum class FrameAction {
  send,       ///< it goes downstream
  flag,       ///< the same, marked as corrupted
  leave_out,  ///< its buffer is requeued
};

/// Returns what the user wants done with a frame of such damage. An empty frame has no content, and
/// an impossible one has no content that is true, so both are always left out. Pure.
FrameAction action_for(Damage damage, OnCorrupt policy);

/// The frames that were left out since one was delivered.
struct LeftOut {
  std::uint64_t count{};
  Damage damage{};         ///< the latest one's
  std::uint64_t bytes{};   ///< of the latest one's payload
  std::uint64_t needed{};  ///< for its picture to be whole; 0 where that is not known
};

/// Returns the text for logs and messages: "no end".
const char* name_of(Damage damage);

}  // namespace v4l2gst
