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

/// A Clock shows CLOCK_MONOTONIC until a test stops it. A stopped clock advances only when the test
/// says so. A wait with a limit then lasts until the clock has advanced, however long that takes in
/// real time.
class Clock {
public:
  using Nanoseconds = std::chrono::nanoseconds;

  /// Waiters select the waits that time passes for.
  enum class Waiters {
    all,             ///< every wait with a limit
    for_time_alone,  ///< only waits that no camera can end
  };

  /// A Sleeper is a wait on a stopped clock, for as long as it lives.
  class Sleeper {
  public:
    Sleeper(Clock& clock, Nanoseconds limit, Waiters kind);
    Sleeper(const Sleeper&) = delete;
    Sleeper& operator=(const Sleeper&) = delete;
    ~Sleeper();

    /// The descriptor is readable once the deadline has passed.
    [[nodiscard]] int descriptor() const { return signal_.descriptor(); }

    /// Whether the deadline has passed. Returns true from then on, whatever the clock shows.
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

  /// Stops the clock at `now`, or moves a stopped clock there.
  void set(Nanoseconds now);

  /// Advances a stopped clock without waking a sleeper. The calling thread is the one that works.
  void add(Nanoseconds span) { stopped_at_ += span.count(); }

  /// Waits until a sleeper exists. Then advances to the first deadline, but by `span` at least.
  void pass(Nanoseconds span = {});

  /// Advances to the first deadline of such sleepers. Returns false when there is none.
  bool pass_if_waited_for(Waiters waiters);

  /// Returns the number of sleepers whose deadline has not passed.
  [[nodiscard]] std::size_t sleepers();

private:
  /// Moves the clock and wakes the sleepers that are due. The caller holds the mutex.
  void move_to(Nanoseconds now);
  /// Returns the sleeper of that kind with the first deadline, or null. The caller holds the mutex.
  [[nodiscard]] const Sleeper* first(Waiters waiters) const;

  std::mutex mutex_;
  std::condition_variable changed_;  // with mutex_
  std::vector<Sleeper*> sleepers_;   // whose deadline has not passed
  std::atomic<std::int64_t> stopped_at_{-1};
};

}  // namespace fake
