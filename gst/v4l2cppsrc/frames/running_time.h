#pragma once

#include <chrono>
#include <optional>

#include <gst/gst.h>

namespace v4l2gst {

/// Two clocks read at the same moment.
struct ClockReading {
  std::chrono::nanoseconds monotonic;  ///< CLOCK_MONOTONIC, which V4L2 drivers stamp with
  GstClockTime pipeline{};             ///< the pipeline's clock
  GstClockTime base_time{};            ///< of the element
};

/// Converts driver timestamps to running time. Pure: time comes in as an argument.
class RunningTime {
public:
  /// Returns the PTS of a frame: the running time at which it was captured. `timestamp` is the
  /// driver's, on CLOCK_MONOTONIC. Without one the frame counts as captured now. So does a frame
  /// whose timestamp is over 1 s in the future, or over 10 s old, which is further back than any
  /// queue reaches. The PTS is never below zero, and never below an earlier frame's.
  GstClockTime stamp(std::optional<std::chrono::nanoseconds> timestamp,
                     const ClockReading& reading);

  /// Begins a new timeline: after READY, running time may start over.
  void restart() { last_ = 0; }

private:
  GstClockTime last_{};
};

}  // namespace v4l2gst
