#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include <sys/timerfd.h>
#include <unistd.h>

#include "kernel/unique_fd.h"

namespace usbcam {

/// A DeadlineTimer becomes readable at an absolute time of the steady clock.
class DeadlineTimer {
public:
  using TimePoint = std::chrono::steady_clock::time_point;

  DeadlineTimer() : timer_{::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)} {}

  [[nodiscard]] int descriptor() const { return timer_.get(); }

  /// Sets the deadline. nullopt disarms the timer. The descriptor is no longer readable for an
  /// older one.
  void set(std::optional<TimePoint> deadline) {
    itimerspec time{};
    if (deadline) {
      auto nanoseconds =
          std::chrono::duration_cast<std::chrono::nanoseconds>(deadline->time_since_epoch());
      constexpr std::int64_t second = std::nano::den;
      time.it_value = {.tv_sec = static_cast<time_t>(nanoseconds.count() / second),
                       .tv_nsec = static_cast<long>(nanoseconds.count() % second)};
    }
    ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &time, nullptr);
  }

private:
  v4l2::UniqueFd timer_;
};

}  // namespace usbcam
