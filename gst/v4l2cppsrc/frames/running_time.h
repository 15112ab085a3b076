#pragma once

#include <chrono>
#include <optional>

#include <gst/gst.h>

namespace v4l2gst {

/// The clock that a running time counts on, and where it counts from.
struct Timeline {
  const void* clock{};                   ///< compared only; null without a clock
  std::chrono::nanoseconds base_time{};  ///< of no use without a clock

  friend bool operator==(const Timeline&, const Timeline&) = default;
};

/// Converts times of the pipeline's clock to running time. Pure.
class RunningTime {
public:
  using Nanoseconds = std::chrono::nanoseconds;

  /// Notes that the device's stream begins, for the first time or again. After a pause it has
  /// another base time, and running time goes on from where it was.
  void stream_began() { timeline_.reset(); }

  /// Returns the PTS of a frame: the running time at `captured`. It is never below zero, never
  /// beyond `now`, and never below that of an earlier frame. All of that begins anew with another
  /// clock or base time in the middle of a stream, and where running time has gone back. Without a
  /// clock the PTS goes on from the last one, or is 0. `captured` and `now` are on the pipeline's
  /// clock.
  GstClockTime stamp(Nanoseconds captured, Nanoseconds now, const Timeline& timeline);

private:
  std::optional<Timeline> timeline_;   // of the frame before in the same stream
  std::optional<Nanoseconds> origin_;  // of running time without a clock
  Nanoseconds last_{};
};

}  // namespace v4l2gst
