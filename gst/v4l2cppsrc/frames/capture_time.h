#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "common/settings.h"
#include "frames/frame_pace.h"

namespace v4l2gst {

/// A fault of a driver's timestamp.
enum class StampFault {
  none,
  stands_still,  ///< it is that of the frame before
  backwards,     ///< it is before that of the frame before
  implausible,   ///< it is before the start of the stream, in the future, or out of step after a
                 ///< fault
};

/// What is known of a frame's time. Times are on CLOCK_MONOTONIC.
struct FrameTime {
  std::chrono::nanoseconds stamp{};    ///< the driver's; 0 for none
  bool at_end{};                       ///< it is the time of the frame's end, not of its start
  std::chrono::nanoseconds arrival{};  ///< when the frame was dequeued
  std::uint64_t number{};              ///< see Continuity::Verdict::offset
};

/// The time at which a frame was captured.
struct Captured {
  std::chrono::nanoseconds time{};  ///< of the frame's start, on CLOCK_MONOTONIC
  StampFault fault{};               ///< of the driver's timestamp; `none` if that is good
};

/// Finds out when a frame was captured. Pure: times are arguments.
///
/// A driver's timestamp is believed if it is later than that of the frame before, and lies between
/// the start of the stream and now. After a fault it must also agree with the rate or the arrivals.
/// Without such a timestamp the frame counts as captured one interval before it arrived, smoothed
/// by the rate.
class CaptureTime {
public:
  using Nanoseconds = std::chrono::nanoseconds;

  /// Notes that the device's stream begins, for the first time or again, at `now`.
  void stream_began(Nanoseconds now, TimestampMode mode);

  /// Returns when a frame was captured. The time is never after the frame's arrival, and never
  /// before that of an earlier frame. It is before the start of the stream only if the driver says
  /// so. `interval` is the promised one; 0 if unknown.
  Captured of(const FrameTime& frame, Nanoseconds interval);

  /// Returns the interval between frames, as measured; 0 if unknown. See FramePace.
  [[nodiscard]] Nanoseconds interval() const { return pace_.interval(); }

  /// Returns true if a timestamp of this stream was good.
  [[nodiscard]] bool has_trusted() const { return delay_.has_value(); }

private:
  StampFault judge(const FrameTime& frame, Nanoseconds interval, std::uint64_t steps);
  StampFault fault_of(const FrameTime& frame, Nanoseconds interval);
  [[nodiscard]] std::optional<Nanoseconds> by_stamp(const FrameTime& frame,
                                                    Nanoseconds interval) const;
  [[nodiscard]] Nanoseconds in_order(Nanoseconds time, Nanoseconds arrival) const;
  void learn_delay(Nanoseconds delay, Nanoseconds interval);
  void shorten_delay(Nanoseconds arrival, std::uint64_t steps);

  TimestampMode mode_{};
  Nanoseconds began_{};
  std::optional<Nanoseconds> last_stamp_;
  std::optional<Nanoseconds> last_arrival_;
  std::optional<std::uint64_t> last_number_;
  std::optional<Nanoseconds> delay_;  // of a frame with a good timestamp, until it arrives
  unsigned good_{};                   // how many frames have shown the delay
  unsigned shortened_{};              // how many frames with a fault were compared with it
  unsigned probation_{};              // how many timestamps must agree until any is believed again
  unsigned in_step_{};                // how many in a row were in step with the arrivals alone
  FramePace pace_;
};

}  // namespace v4l2gst
