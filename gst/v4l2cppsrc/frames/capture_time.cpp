#include "frames/capture_time.h"

#include <algorithm>
#include <utility>

namespace v4l2gst {

namespace {

using std::chrono::milliseconds;

/// The number of timestamps in a row that must agree after a fault, until any is believed again.
constexpr unsigned long_probation = 8;
/// The number of timestamps in a row that must be in step with the arrivals, if they do not agree.
constexpr unsigned enough_in_step = 2;
/// The number of good timestamps that show the usual delay.
constexpr unsigned enough_good = 8;
/// The number of frames that may shorten a delay which fewer timestamps than that have shown. The
/// device only promises its rate, so the error of the rate must not add up.
constexpr unsigned most_shortened = 3;

/// Returns how far two times may be apart that mean the same.
constexpr std::chrono::nanoseconds tolerance(std::chrono::nanoseconds interval) {
  return std::max<std::chrono::nanoseconds>(interval / 4, milliseconds{2});
}

}  // namespace

void CaptureTime::stream_began(Nanoseconds now, TimestampMode mode) {
  mode_ = mode;
  began_ = now;
  last_stamp_.reset();
  last_arrival_.reset();
  last_number_.reset();
  probation_ = 0;
  in_step_ = 0;
  delay_.reset();
  good_ = 0;
  shortened_ = 0;
  pace_.stream_began();
}

Captured CaptureTime::of(const FrameTime& frame, Nanoseconds interval) {
  const auto former = std::exchange(last_number_, frame.number);
  const auto steps = former && frame.number > *former ? frame.number - *former : 1;
  pace_.expect(interval);
  const auto fault = judge(frame, interval, steps);
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
  if (fault != StampFault::none) {
    shorten_delay(frame.arrival, steps);
    return {.time = estimate(delay_.value_or(interval)), .fault = fault};
  }
  const auto time = by_stamp(frame, interval);
  if (!time) return {.time = estimate(delay_.value_or(interval)), .fault = StampFault::backwards};
  pace_.note(*time, steps);
  learn_delay(frame.arrival - *time, interval);
  return {.time = *time};
}

StampFault CaptureTime::judge(const FrameTime& frame, Nanoseconds interval, std::uint64_t steps) {
  const auto arrived_before = std::exchange(last_arrival_, frame.arrival);
  const auto stamped_before = last_stamp_;
  const auto fault = fault_of(frame, interval);
  if (fault != StampFault::none) {
    if (has_trusted()) probation_ = long_probation;
    in_step_ = 0;
    return fault;
  }
  if (probation_ == 0) return fault;
  const auto start = frame.at_end ? frame.stamp - interval : frame.stamp;
  const auto passed = static_cast<Nanoseconds::rep>(steps) * pace_.interval();
  const auto near = tolerance(pace_.interval());
  const auto last = pace_.last();
  const bool on_time = last && std::chrono::abs(start - *last - passed) <= near;
  const bool of_usual_age = delay_ && std::chrono::abs(frame.arrival - start - *delay_) <= near;
  if (on_time || of_usual_age) {
    --probation_;
    return fault;
  }
  // The driver's clock may have been set. It goes on at the right rate then, and the clock of a
  // driver that computes wrong times does not.
  const auto step = frame.stamp - stamped_before.value_or(frame.stamp);
  const auto waited = frame.arrival - arrived_before.value_or(frame.arrival);
  const bool in_step =
      std::chrono::abs(step - passed) <= near || std::chrono::abs(step - waited) <= near;
  in_step_ = in_step ? in_step_ + 1 : 0;
  if (in_step_ < enough_in_step) {
    probation_ = long_probation;
    return StampFault::implausible;
  }
  --probation_;
  return fault;
}

/// Returns the fault that a timestamp has by itself.
StampFault CaptureTime::fault_of(const FrameTime& frame, Nanoseconds interval) {
  // The first frame may have been on its way when the stream began.
  const auto earliest = began_ - std::max<Nanoseconds>(interval, milliseconds{100});
  // The end of a frame may be an interval ahead, as vivid's is. Its start can't be ahead, but for
  // the error of a driver that computes it. A frame whose start is further ahead is nearer to its
  // usual age than to its arrival.
  const auto ahead = !frame.at_end                     ? Nanoseconds::zero()
                     : interval == Nanoseconds::zero() ? Nanoseconds{milliseconds{1000}}
                                                       : interval;
  const auto latest = frame.arrival + ahead + interval / 4;
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
  ++good_;
  if (!delay_) delay_ = std::min(delay, 2 * limit);
  *delay_ += std::clamp(delay - *delay_, -limit, limit) / 8;
}

/// Shortens a delay that few frames have shown, if a frame arrives sooner than it and the rate say.
/// The first frame often waits: the pipeline is still at work on its start.
void CaptureTime::shorten_delay(Nanoseconds arrival, std::uint64_t steps) {
  const auto interval = pace_.interval();
  if (!delay_ || good_ >= enough_good || shortened_ >= most_shortened) return;
  const auto last = pace_.last();
  if (!last || interval == Nanoseconds::zero()) return;
  ++shortened_;
  const auto expected = *last + static_cast<Nanoseconds::rep>(steps) * interval;
  if (arrival < expected || arrival - expected >= *delay_) return;
  delay_ = arrival - expected;
}

}  // namespace v4l2gst
