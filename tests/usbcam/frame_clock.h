#pragma once

#include "usbcam/modes.h"
#include "usbcam/payload.h"

namespace usbcam {

/// A FrameClock says when frames are due. Its grid has absolute times, so that delays do not add
/// up.
class FrameClock {
public:
  FrameClock(Clock::time_point first, Interval interval) : due_{first}, interval_{interval} {}

  [[nodiscard]] Clock::time_point due() const { return due_; }

  /// Advances to the next frame. After a pause of more than an interval the grid starts again.
  /// Missed frames are not sent later.
  void advance(Clock::time_point now) {
    due_ += interval_;
    if (due_ <= now) due_ = now + interval_;
  }

private:
  Clock::time_point due_;
  Clock::duration interval_;
};

}  // namespace usbcam
