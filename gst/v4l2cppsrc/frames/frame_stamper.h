#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include <gst/gst.h>

#include "common/handles.h"
#include "frames/continuity.h"
#include "frames/running_time.h"

namespace v4l2 {
class Frame;
class Kernel;
}  // namespace v4l2

namespace v4l2gst {

struct StreamConfig;

/// The driver's description of a frame, kept while its buffer goes downstream.
struct FrameInfo {
  static FrameInfo of(const v4l2::Frame& frame);

  std::uint32_t index{};
  std::uint32_t sequence{};
  std::uint32_t flags{};  ///< V4L2_BUF_FLAG_*
  std::uint32_t field{};  ///< enum v4l2_field
  /// On CLOCK_MONOTONIC; nullopt where the driver stamps by another clock.
  std::optional<std::chrono::nanoseconds> timestamp{};
};

/// Gives buffers their times, numbers and flags.
///
/// The session owns it for a run, which is one timeline, and uses it on the streaming thread. It
/// reads the element's clock; it does not know whose memory a buffer has.
class FrameStamper {
public:
  /// Notes that the device's stream begins, for the first time or again. `counts`: see Continuity.
  void stream_began(bool counts) { continuity_.stream_began(counts); }

  /// Notes a frame, whether or not it goes downstream.
  Continuity::Verdict observe(const v4l2::Frame& frame);

  /// Notes that the last observed frame does not go downstream.
  void withhold() { continuity_.withhold(); }

  /// Stamps `buffer` and logs it. `corrupted` is true for a damaged picture that goes downstream.
  void stamp(GstBuffer* buffer, const FrameInfo& frame, const Continuity::Verdict& seen,
             const StreamConfig& config, bool corrupted, GstElement* element, v4l2::Kernel& kernel);

  /// Returns the running time now, for a buffer or an event that no frame is behind. It is never
  /// below an earlier PTS.
  GstClockTime now(GstElement* element, v4l2::Kernel& kernel);

private:
  ClockReading read_clocks(GstElement* element, v4l2::Kernel& kernel);

  Continuity continuity_;
  RunningTime running_time_;
  ClockPtr clock_;  ///< the element's, as of the latest frame
};

}  // namespace v4l2gst
