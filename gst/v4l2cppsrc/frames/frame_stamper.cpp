#include "frames/frame_stamper.h"

#include "common/log.h"
#include "formats/interlacing.h"
#include "formats/stream_config.h"
#include "frames/key_frame.h"
#include "kernel/kernel.h"
#include "stream/frame.h"

namespace v4l2gst {
namespace {

/// Returns the promised interval between buffers; 0 if unknown.
std::chrono::nanoseconds interval_of(const StreamConfig& config) {
  const auto duration = duration_of(config);
  if (!GST_CLOCK_TIME_IS_VALID(duration)) return {};
  return std::chrono::nanoseconds{static_cast<std::chrono::nanoseconds::rep>(duration)};
}

/// Returns the clock of a driver's timestamp: V4L2_BUF_FLAG_TIMESTAMP_*.
std::uint32_t kind_of(const FrameInfo& frame) {
  return frame.flags & V4L2_BUF_FLAG_TIMESTAMP_MASK;
}

/// Returns true if the driver stamps the end of a frame, and false if it stamps the start.
bool at_end(const FrameInfo& frame) {
  return (frame.flags & V4L2_BUF_FLAG_TSTAMP_SRC_MASK) == V4L2_BUF_FLAG_TSTAMP_SRC_EOF;
}

/// Returns how long ago a frame was captured, in ms, for the log.
[[maybe_unused]] double age_of(const FrameInfo& frame, const Captured& captured) {
  using Milliseconds = std::chrono::duration<double, std::milli>;
  return Milliseconds{frame.arrival.monotonic - captured.time}.count();
}

}  // namespace

void FrameStamper::stream_began(const StreamStart& start, const Settings& settings) {
  continuity_.stream_began(start.counts);
  capture_time_.stream_began(start.now, settings.timestamp_mode);
  running_time_.stream_began();
  references_.stream_began(start.driver, settings.wall_clock);
  wall_clock_ = settings.wall_clock;
  latency_ = {};
}

Continuity::Verdict FrameStamper::observe(const v4l2::Frame& frame) {
  return continuity_.observe(frame.sequence(), frame.field());
}

FrameInfo FrameInfo::of(const v4l2::Frame& frame, const ArrivalTime& arrival) {
  return {.index = frame.index(),
          .sequence = frame.sequence(),
          .flags = frame.flags(),
          .field = frame.field(),
          .timestamp = frame.timestamp(),
          .arrival = arrival};
}

Stamped FrameStamper::stamp(GstBuffer* buffer, const FrameInfo& frame,
                            const Continuity::Verdict& seen, const StreamConfig& config,
                            bool corrupted, GstElement* element, v4l2::Kernel& kernel) {
  const auto promised = interval_of(config);
  const auto stamp = monotonic_stamp(frame, kernel);
  const auto captured = capture_time_.of({.stamp = stamp,
                                          .at_end = at_end(frame),
                                          .arrival = frame.arrival.monotonic,
                                          .number = seen.offset},
                                         promised);
  GST_BUFFER_PTS(buffer) = running_time_.stamp(clocks_.on_pipeline(captured.time),
                                               frame.arrival.pipeline, frame.arrival.timeline);
  const auto interval = capture_time_.interval();
  GST_BUFFER_DURATION(buffer) = interval == Nanoseconds::zero()
                                    ? GST_CLOCK_TIME_NONE
                                    : static_cast<GstClockTime>(interval.count());
  write_references(buffer, frame, stamp, captured, kernel);
  GST_BUFFER_OFFSET(buffer) = seen.offset;
  GST_BUFFER_OFFSET_END(buffer) = seen.offset + 1;
  if (seen.discontinuous) GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DISCONT);
  if (unit_of(frame.flags) == Unit::delta) GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  if (const auto fields = field_flags(config.interlacing, frame.field); fields != 0)
    GST_BUFFER_FLAG_SET(buffer, fields);
  if (corrupted || (frame.flags & V4L2_BUF_FLAG_ERROR) != 0)
    GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_CORRUPTED);
  GST_LOG_OBJECT(element,
                 "delivers buffer %u, sequence %u, %.3f ms old, PTS %" GST_TIME_FORMAT
                 ", %" G_GSIZE_FORMAT " bytes, flags 0x%x",
                 frame.index, frame.sequence, age_of(frame, captured),
                 GST_TIME_ARGS(GST_BUFFER_PTS(buffer)), gst_buffer_get_size(buffer), frame.flags);
  // Some drivers and producers never stamp by a clock that is known. That is no fault of a frame.
  const bool known = captured.fault != StampFault::implausible || capture_time_.has_trusted();
  const auto usual = promised == Nanoseconds::zero() ? latency_of_unknown_rate : promised;
  return {.fault = known ? captured.fault : StampFault::none,
          .latency = latency_.note(frame.arrival.monotonic - captured.time, usual)};
}

void FrameStamper::write_references(GstBuffer* buffer, const FrameInfo& frame, Nanoseconds stamp,
                                    const Captured& captured, v4l2::Kernel& kernel) {
  ReferenceTimes::Times times;
  if (kind_of(frame) == V4L2_BUF_FLAG_TIMESTAMP_COPY) {
    if (frame.timestamp > Nanoseconds::zero()) times.stream = frame.timestamp;
  } else if (captured.fault == StampFault::none) {
    times.monotonic = stamp;
  }
  if (wall_clock_ != WallClock::none) {
    const auto clock = wall_clock_ == WallClock::tai ? CLOCK_TAI : CLOCK_REALTIME;
    wall_.note(read_between([&] { return kernel.monotonic_time(); },
                            [&] { return kernel.wall_time(clock); }));
    times.wall = wall_.there(captured.time);
  }
  references_.write(buffer, times);
}

/// Returns the driver's timestamp on CLOCK_MONOTONIC. One that is far ahead of it may be of
/// CLOCK_REALTIME, whatever its flag says.
FrameStamper::Nanoseconds FrameStamper::monotonic_stamp(const FrameInfo& frame,
                                                        v4l2::Kernel& kernel) {
  constexpr std::chrono::hours far{24};
  if (frame.timestamp < frame.arrival.monotonic + far) return frame.timestamp;
  realtime_.note(read_between([&] { return kernel.monotonic_time(); },
                              [&] { return kernel.wall_time(CLOCK_REALTIME); }));
  return realtime_.here(frame.timestamp);
}

GstClockTime FrameStamper::now(GstElement* element, v4l2::Kernel& kernel) {
  const auto arrival = clocks_.read(element, kernel);
  return running_time_.stamp(arrival.pipeline, arrival.pipeline, arrival.timeline);
}

}  // namespace v4l2gst
