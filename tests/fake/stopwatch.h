#pragma once

#include <chrono>
#include <functional>

#include "fake/clock.h"

namespace fake {

/// Returns how long `work` takes on a stopped clock. A busy machine does not change this time. Time
/// passes only after `work` has run for `patience` of real time. This tells work that waits for the
/// clock from work that a busy machine delays. Work that waits other than by poll() takes no time
/// on the clock.
std::chrono::nanoseconds time_of(Clock& clock, const std::function<void()>& work,
                                 std::chrono::milliseconds patience = std::chrono::minutes{1});

}  // namespace fake
