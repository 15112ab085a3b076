#include "fake/stopwatch.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace fake {

std::chrono::nanoseconds time_of(Clock& clock, const std::function<void()>& work,
                                 std::chrono::milliseconds patience) {
  const auto before = clock.now();
  std::mutex mutex;
  std::condition_variable changed;
  bool done{};
  std::thread helper{[&] {
    std::unique_lock lock{mutex};
    const auto ended = [&done] {
      return done;
    };
    if (changed.wait_for(lock, patience, ended)) return;
    do
      clock.pass_if_waited_for(Clock::Waiters::all);
    while (!changed.wait_for(lock, patience, ended));
  }};
  work();
  {
    const std::lock_guard lock{mutex};
    done = true;
  }
  changed.notify_all();
  helper.join();
  return clock.now() - before;
}

}  // namespace fake
