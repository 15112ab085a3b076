#pragma once

#include "usbcam/modes.h"
#include "usbcam/payload.h"

namespace usbcam {

/// When frames are due: a grid of absolute times, so that delays do not add up.
class FrameClock {
public:
  FrameClock(Clock::time_point first, Interval interval) : due_{first}, interval_{interval} {}

  [[nodiscard]] Clock::time_point due() const { return due_; }

  /// On to the next frame. After a pause of more than an interval the grid begins anew: what was
  /// missed is not made up for.
  void advance(Clock::time_point now) {
    due_ += interval_;
    if (due_ <= now) due_ = now + interval_;
  }

private:
  Clock::time_point due_;
  Clock::duration interval_;
};

}  // namespace usbcam
