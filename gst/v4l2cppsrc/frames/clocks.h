#pragma once

#include <chrono>

#include <gst/gst.h>

#include "common/handles.h"
#include "frames/clock_map.h"
#include "frames/running_time.h"

namespace v4l2 {
class Kernel;
}

namespace v4l2gst {

/// The time at which a frame arrived, on both clocks.
struct ArrivalTime {
  std::chrono::nanoseconds monotonic{};  ///< CLOCK_MONOTONIC
  std::chrono::nanoseconds pipeline{};   ///< the pipeline's clock
  Timeline timeline{};
};

/// Reads the element's clock, and maps CLOCK_MONOTONIC to it.
///
/// The stamper owns it, and uses it on the streaming thread. Without a clock CLOCK_MONOTONIC is
/// used in its place.
class Clocks {
public:
  using Nanoseconds = std::chrono::nanoseconds;

  /// Reads the clock and the base time of `element`.
  ArrivalTime read(GstElement* element, v4l2::Kernel& kernel);

  /// Returns what the pipeline's clock shows at `monotonic`, as of the latest reading.
  [[nodiscard]] Nanoseconds on_pipeline(Nanoseconds monotonic) const {
    return map_.there(monotonic);
  }

private:
  ClockPtr clock_;  // the element's, as of the latest reading
  ClockMap map_;
};

}  // namespace v4l2gst
