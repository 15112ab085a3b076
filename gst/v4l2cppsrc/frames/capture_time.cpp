#include "frames/capture_time.h"

#include <algorithm>
#include <utility>

namespace v4l2gst {

using std::chrono::milliseconds;

void CaptureTime::stream_began(Nanoseconds now, TimestampMode mode) {
  mode_ = mode;
  began_ = now;
  last_stamp_.reset();
  last_number_.reset();
  delay_.reset();
  pace_.stream_began();
}

Captured CaptureTime::of(const FrameTime& frame, Nanoseconds interval) {
  const auto former = std::exchange(last_number_, frame.number);
  const auto steps = former && frame.number > *former ? frame.number - *former : 1;
  pace_.expect(interval);
  const auto fault = judge(frame, interval);
  const auto estimate = [&](Nanoseconds delay) {
    return std::max(pace_.estimate(frame.arrival - delay, frame.arrival, steps), began_);
  };
  switch (mode_) {
    case TimestampMode::driver:
      break;
    case TimestampMode::arrival: {
      const auto time = in_order(std::max(frame.arrival - interval, began_), frame.arrival);
      pace_.note(time, steps);
      return {.time = time, .fault = fault};
    }
    case TimestampMode::smoothed:
      return {.time = estimate(interval), .fault = fault};
  }
  const auto usual_delay = delay_.value_or(interval);
  if (fault != StampFault::none) return {.time = estimate(usual_delay), .fault = fault};
  const auto time = by_stamp(frame, interval);
  if (!time) return {.time = estimate(usual_delay), .fault = StampFault::backwards};
  pace_.note(*time, steps);
  learn_delay(frame.arrival - *time, interval);
  return {.time = *time};
}

StampFault CaptureTime::judge(const FrameTime& frame, Nanoseconds interval) {
  // The first frame may have been on its way when the stream began.
  const auto earliest = began_ - std::max<Nanoseconds>(interval, milliseconds{100});
  // The end of a frame may be an interval ahead, as vivid's is. Other clocks are off by far more.
  const auto latest = frame.arrival + std::max<Nanoseconds>(interval, milliseconds{1000});
  if (frame.stamp <= Nanoseconds::zero() || frame.stamp < earliest || frame.stamp > latest)
    return StampFault::implausible;
  const auto former = std::exchange(last_stamp_, frame.stamp);
  if (!former || frame.stamp > *former) return StampFault::none;
  return frame.stamp == *former ? StampFault::stands_still : StampFault::backwards;
}

/// Returns the time by a timestamp without fault. After a step backwards the times that follow are
/// behind those that were interpolated. They catch up within a few frames, or are not believed.
std::optional<CaptureTime::Nanoseconds> CaptureTime::by_stamp(const FrameTime& frame,
                                                              Nanoseconds interval) const {
  // What is computed is not before the stream. vivid's first frame ends early.
  const auto start =
      frame.at_end ? std::max(frame.stamp - interval, std::min(frame.stamp, began_)) : frame.stamp;
  const auto time = std::min(start, frame.arrival);
  const auto last = pace_.last();
  if (!last || time > *last) return time;
  if (time + 2 * interval <= *last) return std::nullopt;
  return in_order(*last + interval / 4, frame.arrival);
}

/// Returns `time`, or the nearest one that is neither before the last frame nor after the arrival.
CaptureTime::Nanoseconds CaptureTime::in_order(Nanoseconds time, Nanoseconds arrival) const {
  return std::min(std::max(time, pace_.last().value_or(time)), arrival);
}

/// Learns slowly, since a frame may also wait until it is dequeued.
void CaptureTime::learn_delay(Nanoseconds delay, Nanoseconds interval) {
  const auto limit = std::max<Nanoseconds>(interval, milliseconds{40});
  if (!delay_) delay_ = std::min(delay, 2 * limit);
  *delay_ += std::clamp(delay - *delay_, -limit, limit) / 8;
}

}  // namespace v4l2gst
