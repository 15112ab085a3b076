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

/// Driver timestamps to running time. Pure: time comes in as an argument.
class RunningTime {
public:
  /// The PTS of a frame: when it was captured, as the pipeline's clock would have told. `timestamp`
  /// is the driver's, on CLOCK_MONOTONIC; without one, or with one that lies in the future or
  /// further back than any queue reaches, the frame is taken to be captured now. Never before zero,
  /// and never before an earlier frame's.
  GstClockTime stamp(std::optional<std::chrono::nanoseconds> timestamp,
                     const ClockReading& reading);

  /// A new timeline begins: after READY, running time may start over.
  void restart() { last_ = 0; }

private:
  GstClockTime last_{};
};

}  // namespace v4l2gst
