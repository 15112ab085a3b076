#include "frames/running_time.h"

#include <algorithm>

namespace v4l2gst {

GstClockTime RunningTime::stamp(std::optional<std::chrono::nanoseconds> timestamp,
                                const ClockReading& reading) {
  using namespace std::chrono_literals;
  constexpr auto youngest = -1s;
  constexpr auto oldest = 10s;
  auto age = timestamp ? reading.monotonic - *timestamp : 0ns;
  if (age < youngest || age > oldest) age = 0ns;
  const auto captured = static_cast<GstClockTimeDiff>(reading.pipeline) -
                        static_cast<GstClockTimeDiff>(reading.base_time) - age.count();
  last_ = std::max(last_, static_cast<GstClockTime>(std::max<GstClockTimeDiff>(captured, 0)));
  return last_;
}

}  // namespace v4l2gst
