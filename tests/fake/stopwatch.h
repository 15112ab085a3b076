#pragma once

#include <chrono>
#include <functional>

#include "fake/clock.h"

namespace fake {

/// What `work` takes on a stopped clock: as much as had to pass for it to end, and not what a busy
/// machine makes of it. Time passes only when it is clear that nothing else will end it.
std::chrono::nanoseconds time_of(Clock& clock, const std::function<void()>& work);

}  // namespace fake
