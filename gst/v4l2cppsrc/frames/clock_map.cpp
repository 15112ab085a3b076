#include "frames/clock_map.h"

#include <algorithm>
#include <cmath>

namespace v4l2gst {

void ClockMap::note(const ClockReading& reading) {
  const auto least = reading.there - reading.after;
  const auto most = reading.there - reading.before;
  // The pipeline's clock is CLOCK_MONOTONIC in most pipelines, so that is the first assumption.
  const bool same = least <= Nanoseconds::zero() && most >= Nanoseconds::zero();
  if (!known_) offset_ = same ? Nanoseconds::zero() : least + (most - least) / 2;
  known_ = true;
  offset_ = std::clamp(offset_, least, most);
  latest_ = reading.after;
  measure_drift();
}

void ClockMap::measure_drift() {
  // Over this time the width of a reading makes an error of 20 ppm at most.
  constexpr std::chrono::seconds span{1};
  // No clock is that wrong. A larger change is a jump, such as that of a clock that is set.
  constexpr double most = 0.01;
  if (!anchor_) anchor_ = {.time = latest_, .offset = offset_};
  const auto passed = latest_ - anchor_->time;
  if (passed < span) return;
  const auto drift = static_cast<double>((offset_ - anchor_->offset).count()) /
                     static_cast<double>(passed.count());
  drift_ = std::abs(drift) <= most ? drift : 0;
  anchor_ = {.time = latest_, .offset = offset_};
}

ClockMap::Nanoseconds ClockMap::there(Nanoseconds monotonic) const {
  const auto since = static_cast<double>((monotonic - latest_).count());
  return monotonic + offset_ + Nanoseconds{static_cast<Nanoseconds::rep>(drift_ * since)};
}

}  // namespace v4l2gst
