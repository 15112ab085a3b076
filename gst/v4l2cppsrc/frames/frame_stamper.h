#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <gst/gst.h>

#include "common/settings.h"
#include "frames/capture_time.h"
#include "frames/clocks.h"
#include "frames/continuity.h"
#include "frames/latency_watch.h"
#include "frames/reference_times.h"
#include "frames/running_time.h"

namespace v4l2 {
class Frame;
class Kernel;
}  // namespace v4l2

namespace v4l2gst {

struct StreamConfig;

/// The driver's description of a frame, kept while its buffer goes downstream.
struct FrameInfo {
  static FrameInfo of(const v4l2::Frame& frame, const ArrivalTime& arrival);

  std::uint32_t index{};
  std::uint32_t sequence{};
  std::uint32_t flags{};  ///< V4L2_BUF_FLAG_*
  std::uint32_t field{};  ///< enum v4l2_field
  /// On the clock that the flags name; 0 for none.
  std::chrono::nanoseconds timestamp{};
  ArrivalTime arrival{};
};

/// The start of a device's stream, for the first time or again.
struct StreamStart {
  bool counts{};                   ///< see Continuity
  std::chrono::nanoseconds now{};  ///< on CLOCK_MONOTONIC
  std::string driver;              ///< its name
};

/// What became known when a buffer was stamped.
struct Stamped {
  StampFault fault{};  ///< of the driver's timestamp, if those before were good
  /// How old frames are when they arrive, if that is more than was announced.
  std::optional<std::chrono::nanoseconds> latency{};
};

/// Gives buffers their times, numbers and flags.
///
/// The session owns it for a run, which is one timeline, and uses it on the streaming thread. It
/// reads the element's clock; it does not know whose memory a buffer has.
class FrameStamper {
public:
  using Nanoseconds = std::chrono::nanoseconds;

  /// Notes that the device's stream begins.
  void stream_began(const StreamStart& start, const Settings& settings);

  /// Notes a frame, whether or not it goes downstream.
  Continuity::Verdict observe(const v4l2::Frame& frame);

  /// Notes that the last observed frame does not go downstream.
  void withhold() { continuity_.withhold(); }

  /// Reads the clocks when a frame has arrived.
  ArrivalTime arrived(GstElement* element, v4l2::Kernel& kernel) {
    return clocks_.read(element, kernel);
  }

  /// Stamps `buffer` and logs it. `corrupted` is true for a damaged picture that goes downstream.
  Stamped stamp(GstBuffer* buffer, const FrameInfo& frame, const Continuity::Verdict& seen,
                const StreamConfig& config, bool corrupted, GstElement* element,
                v4l2::Kernel& kernel);

  /// Returns the running time now, for a buffer or an event that no frame is behind. It is never
  /// below an earlier PTS.
  GstClockTime now(GstElement* element, v4l2::Kernel& kernel);

private:
  Nanoseconds monotonic_stamp(const FrameInfo& frame, v4l2::Kernel& kernel);
  void write_references(GstBuffer* buffer, const FrameInfo& frame, Nanoseconds stamp,
                        const Captured& captured, v4l2::Kernel& kernel);

  Continuity continuity_;
  CaptureTime capture_time_;
  RunningTime running_time_;
  Clocks clocks_;
  ClockMap realtime_;  // CLOCK_REALTIME, by which a few drivers stamp
  ReferenceTimes references_;
  ClockMap wall_;
  WallClock wall_clock_{};
  LatencyWatch latency_;
};

}  // namespace v4l2gst
