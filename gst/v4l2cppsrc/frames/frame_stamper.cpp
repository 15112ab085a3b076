#include "frames/frame_stamper.h"

#include <utility>

#include "common/log.h"
#include "formats/interlacing.h"
#include "formats/stream_config.h"
#include "frames/key_frame.h"
#include "kernel/kernel.h"
#include "stream/frame.h"

namespace v4l2gst {
namespace {

/// Returns the age of a frame in ms, for the log; 0 if it is unknown.
[[maybe_unused]] double age_of(const std::optional<std::chrono::nanoseconds>& timestamp,
                               const ClockReading& clocks) {
  using Milliseconds = std::chrono::duration<double, std::milli>;
  return timestamp ? Milliseconds{clocks.monotonic - *timestamp}.count() : 0;
}

}  // namespace

Continuity::Verdict FrameStamper::observe(const v4l2::Frame& frame) {
  return continuity_.observe(frame.sequence(), frame.field());
}

FrameInfo FrameInfo::of(const v4l2::Frame& frame) {
  const bool monotonic =
      (frame.flags() & V4L2_BUF_FLAG_TIMESTAMP_MASK) == V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
  return {.index = frame.index(),
          .sequence = frame.sequence(),
          .flags = frame.flags(),
          .field = frame.field(),
          .timestamp = monotonic ? std::optional{frame.timestamp()} : std::nullopt};
}

void FrameStamper::stamp(GstBuffer* buffer, const FrameInfo& frame, const Continuity::Verdict& seen,
                         const StreamConfig& config, bool corrupted, GstElement* element,
                         v4l2::Kernel& kernel) {
  const auto clocks = read_clocks(element, kernel);
  GST_BUFFER_PTS(buffer) = running_time_.stamp(frame.timestamp, clocks);
  GST_BUFFER_DURATION(buffer) = duration_of(config);
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
                 frame.index, frame.sequence, age_of(frame.timestamp, clocks),
                 GST_TIME_ARGS(GST_BUFFER_PTS(buffer)), gst_buffer_get_size(buffer), frame.flags);
}

GstClockTime FrameStamper::now(GstElement* element, v4l2::Kernel& kernel) {
  return running_time_.stamp(std::nullopt, read_clocks(element, kernel));
}

ClockReading FrameStamper::read_clocks(GstElement* element, v4l2::Kernel& kernel) {
  // The clock is referenced when it changes, not for each frame.
  ClockPtr outgoing;  // released after the lock
  GST_OBJECT_LOCK(element);
  if (auto* const current = GST_ELEMENT_CLOCK(element); current != clock_.get()) {
    outgoing = std::move(clock_);
    if (current != nullptr) clock_.reset(GST_CLOCK_CAST(gst_object_ref(current)));
  }
  const auto base_time = static_cast<GstClockTime>(element->base_time);
  GST_OBJECT_UNLOCK(element);
  const auto monotonic = kernel.monotonic_time();
  // Without a clock the running time is 0.
  if (!clock_) return {.monotonic = monotonic, .pipeline = base_time, .base_time = base_time};
  return {
      .monotonic = monotonic, .pipeline = gst_clock_get_time(clock_.get()), .base_time = base_time};
}

}  // namespace v4l2gst
