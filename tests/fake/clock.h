#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "fake/event_signal.h"

namespace fake {

/// CLOCK_MONOTONIC until a test stops it. A stopped clock goes on only when the test says so, and
/// whoever waits for a time on it waits until then, however long that takes in life.
class Clock {
public:
  using Nanoseconds = std::chrono::nanoseconds;

  /// Whom time passes for.
  enum class Waiters {
    all,             ///< whoever waits with a limit
    for_time_alone,  ///< only who waits for nothing that a camera could do first
  };

  /// Somebody who waits on a stopped clock, for as long as it lives.
  class Sleeper {
  public:
    Sleeper(Clock& clock, Nanoseconds limit, Waiters kind);
    Sleeper(const Sleeper&) = delete;
    Sleeper& operator=(const Sleeper&) = delete;
    ~Sleeper();

    /// Readable once the time has come.
    [[nodiscard]] int descriptor() const { return signal_.descriptor(); }

    /// Whether the time has come; it stays so, whatever the clock shows then.
    [[nodiscard]] bool due() const { return woken_ || clock_.now() >= deadline_; }

  private:
    friend class Clock;

    Clock& clock_;
    Nanoseconds deadline_;
    Waiters kind_;
    EventSignal signal_;
    std::atomic<bool> woken_{};
  };

  [[nodiscard]] Nanoseconds now() const;

  [[nodiscard]] bool stopped() const { return stopped_at_ >= 0; }

  /// Stops it at `now`, or moves it there.
  void set(Nanoseconds now);

  /// Moves a stopped clock, and wakes nobody: who calls this is the one who works.
  void add(Nanoseconds span) { stopped_at_ += span.count(); }

  /// Waits until somebody waits for time; then as much passes as the first of them waits for, and
  /// at least `span`.
  void pass(Nanoseconds span = {});

  /// The same, if somebody waits now; whether it was so.
  bool pass_if_waited_for(Waiters waiters);

  /// How many wait for a time that has not come.
  [[nodiscard]] std::size_t sleepers();

private:
  /// Under the lock: moves the clock and wakes whoever it was for.
  void move_to(Nanoseconds now);
  /// Under the lock: the sleeper of that kind whose time comes first, if there is any.
  [[nodiscard]] const Sleeper* first(Waiters waiters) const;

  std::mutex mutex_;
  std::condition_variable changed_;  // with mutex_
  std::vector<Sleeper*> sleepers_;   // whose time has not come
  std::atomic<std::int64_t> stopped_at_{-1};
};

}  // namespace fake
