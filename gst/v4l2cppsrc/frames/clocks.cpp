#include "frames/clocks.h"

#include <utility>

#include "kernel/kernel.h"

namespace v4l2gst {

ArrivalTime Clocks::read(GstElement* element, v4l2::Kernel& kernel) {
  // The clock is referenced when it changes, not for each frame.
  ClockPtr outgoing;  // released after the lock
  GST_OBJECT_LOCK(element);
  if (auto* const current = GST_ELEMENT_CLOCK(element); current != clock_.get()) {
    outgoing = std::move(clock_);
    if (current != nullptr) clock_.reset(GST_CLOCK_CAST(gst_object_ref(current)));
    map_.forget();
  }
  const Nanoseconds base_time{static_cast<Nanoseconds::rep>(element->base_time)};
  GST_OBJECT_UNLOCK(element);
  if (!clock_) {
    const auto now = kernel.monotonic_time();
    map_.note({.asked = now, .before = now, .there = now, .after = now});
    return {.monotonic = now, .pipeline = now};
  }
  const auto reading = read_between(
      [&] { return kernel.monotonic_time(); },
      [&] { return Nanoseconds{static_cast<Nanoseconds::rep>(gst_clock_get_time(clock_.get()))}; });
  map_.note(reading);
  return {.monotonic = reading.asked,
          .pipeline = reading.there,
          .timeline = {.clock = clock_.get(), .base_time = base_time}};
}

}  // namespace v4l2gst
