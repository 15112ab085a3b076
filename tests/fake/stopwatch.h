#pragma once

#include <chrono>
#include <functional>

#include "fake/clock.h"

namespace fake {

/// What `work` takes on a stopped clock: as much as had to pass for it to end, and not what a busy
/// machine makes of it. Time passes only once `work` has not ended for `patience` of real time,
/// which tells work that waits for the clock from work that a busy machine keeps from ending. Work
/// that waits by other means than poll() takes no time on the clock.
std::chrono::nanoseconds time_of(Clock& clock, const std::function<void()>& work,
                                 std::chrono::milliseconds patience = std::chrono::minutes{1});

}  // namespace fake
