#include "frames/running_time.h"

#include <algorithm>
#include <utility>

namespace v4l2gst {

GstClockTime RunningTime::stamp(Nanoseconds captured, Nanoseconds now, const Timeline& timeline) {
  constexpr auto zero = Nanoseconds::zero();
  const auto former = std::exchange(timeline_, timeline);
  if (timeline.clock != nullptr)
    origin_.reset();
  else if (!origin_)
    origin_ = captured - last_;
  const auto base = origin_.value_or(timeline.base_time);
  const auto running = std::max(now - base, zero);
  if ((former && *former != timeline && timeline.clock != nullptr) || last_ > running) last_ = zero;
  last_ = std::max(last_, std::clamp(captured - base, zero, running));
  return static_cast<GstClockTime>(last_.count());
}

}  // namespace v4l2gst
