#include "frames/time_gaps.h"

#include <algorithm>
#include <utility>

namespace v4l2gst {
namespace {

/// A longer gap is a stall, which the watchdog reports. Nobody knows what would have come.
constexpr std::chrono::nanoseconds longest{std::chrono::seconds{1}};
constexpr std::uint32_t most_intervals = 3;

constexpr std::chrono::nanoseconds distance(std::chrono::nanoseconds one,
                                            std::chrono::nanoseconds other) {
  return one > other ? one - other : other - one;
}

}  // namespace

TimeGaps::Verdict TimeGaps::observe(std::optional<Time> time, bool counted) {
  if (nominal_.count() == 0) return {};
  const auto before = std::exchange(last_, time);
  if (!time || !before || *time <= *before) {
    forget_pace();
    return {};
  }
  const auto interval = *time - *before;
  if (counted) {
    lost_ = 0;  // the pace may go on
    return {};
  }
  if (run_ > 0 && distance(interval, typical_) <= typical_ / 4) return on_usual_interval(interval);
  return on_other_interval(interval);
}

TimeGaps::Verdict TimeGaps::on_usual_interval(Time interval) {
  typical_ += (interval - typical_) / 8;
  if (!steady()) ++run_;
  return {.gap = false, .lost = std::exchange(lost_, 0U)};
}

TimeGaps::Verdict TimeGaps::on_other_interval(Time interval) {
  const bool may_be_gap = steady() && lost_ == 0 && interval > typical_ &&
                          interval <= std::max(longest, typical_ * (most_intervals + 1));
  if (may_be_gap) {
    const auto intervals = (interval + typical_ / 2) / typical_;
    if (intervals > 1 && distance(interval, typical_ * intervals) <= typical_ / 4) {
      lost_ = static_cast<std::uint32_t>(intervals - 1);
      return {.gap = true, .lost = 0};
    }
  }
  forget_pace();
  // A device is at most as fast as its rate.
  if (interval < nominal_ - nominal_ / 4) return {};
  typical_ = interval;
  run_ = 1;
  return {};
}

void TimeGaps::forget_pace() {
  run_ = 0;
  lost_ = 0;
}

}  // namespace v4l2gst
