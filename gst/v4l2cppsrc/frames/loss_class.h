#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include <linux/videodev2.h>

namespace v4l2gst {

/// The facts about a gap in a driver's frames. All times are on CLOCK_MONOTONIC.
struct GapFacts {
  /// When the frame before the gap was taken; nullopt if that is not known.
  std::optional<std::chrono::nanoseconds> taken_before{};
  std::uint32_t flags{};                ///< V4L2_BUF_FLAG_* of the frame before the gap
  std::chrono::nanoseconds interval{};  ///< between two frames; 0 if unknown
  /// When the buffer of the first frame after the gap was queued; 0 if no driver knows it.
  std::chrono::nanoseconds queued_at{};
  bool dry{};  ///< the driver had no buffer when the frame before the gap was dequeued
};

/// Returns true if the gap is there because the driver had no buffer to fill. Drivers fill buffers
/// in the order of their queueing. So the driver had none for the frame right after the gap's
/// begin if the buffer that it filled next was queued later than that frame began. Pure.
constexpr bool lost_for_want_of_buffers(const GapFacts& gap) {
  constexpr std::chrono::seconds longest{10};  // other times are of no use
  const auto& before = gap.taken_before;
  if (!before || gap.queued_at.count() == 0 || *before > gap.queued_at + longest ||
      *before < gap.queued_at - longest)
    return gap.dry;
  // A time taken at the end of a frame is the begin of the next one.
  const bool at_start = (gap.flags & V4L2_BUF_FLAG_TSTAMP_SRC_MASK) == V4L2_BUF_FLAG_TSTAMP_SRC_SOE;
  return gap.queued_at > *before + (at_start ? gap.interval : std::chrono::nanoseconds{});
}

}  // namespace v4l2gst
