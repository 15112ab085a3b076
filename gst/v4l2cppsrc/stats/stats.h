#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <initializer_list>

#include "stats/latency.h"

namespace v4l2gst {

/// Counts frames, by what became of them, since the element started. The streaming context writes
/// the counts, any thread reads them.
///
/// Relaxed: a number says nothing about other memory, and two that are read together may be of
/// different frames.
struct Stats {
  using Count = std::atomic<std::uint64_t>;
  using Time = std::chrono::nanoseconds;

  Count captured{};   ///< came from the driver: delivered, starved, skipped, damaged, overwritten
  Count delivered{};  ///< went downstream
  Count copied{};     ///< of these, as a copy
  Count bytes{};      ///< the bytes of those that went downstream
  Count lost{};       ///< never came from the driver: lost_starved and lost_device
  Count lost_starved{};  ///< lost because the driver had no buffer to fill
  Count lost_device{};   ///< lost in the device, on the bus or in the driver, which had buffers
  Count starved{};       ///< left out because downstream held too many buffers (on-starved=drop)
  Count skipped{};       ///< left out for a newer one (leaky=newest), or at a start
  Count damaged{};       ///< left out because they were damaged
  Count overwritten{};   ///< left out because the driver put them into a buffer on loan
  Count restarted{};     ///< how often a silent or broken stream was started again, or its device
                         ///< reopened
  Count reconnected{};   ///< how often a lost device was found again

  // How it is going.
  Count queued{};             ///< buffers that the driver had when the latest frame went downstream
  Latency latency{};          ///< from the driver's timestamp to the push downstream
  std::atomic<double> fps{};  ///< captured frames per second, as measured last
  std::atomic<Time::rep> measured_at{};  ///< when that was, on CLOCK_MONOTONIC
  std::atomic<Time::rep> measured_for{};
  std::atomic<double> fps_nominal{};  ///< buffers per second by the mode; 0: any rate

  /// There is one writer, so no read-modify-write is needed.
  static void add(Count& count, std::uint64_t number = 1) {
    count.store(count.load(std::memory_order_relaxed) + number, std::memory_order_relaxed);
  }

  void measured(double rate, Time now, Time span) {
    fps.store(rate, std::memory_order_relaxed);
    measured_at.store(now.count(), std::memory_order_relaxed);
    measured_for.store(span.count(), std::memory_order_relaxed);
  }

  /// Returns the rate as it is at `now`. It is 0 if no frame has come since the latest measurement
  /// for as long as three of them take.
  [[nodiscard]] double fps_at(Time now) const {
    const Time since = now - Time{measured_at.load(std::memory_order_relaxed)};
    const Time span{measured_for.load(std::memory_order_relaxed)};
    return since > 3 * span ? 0 : fps.load(std::memory_order_relaxed);
  }

  void restart() {
    for (auto* const count :
         {&captured, &delivered, &copied, &bytes, &lost, &lost_starved, &lost_device, &starved,
          &skipped, &damaged, &overwritten, &restarted, &reconnected, &queued})
      count->store(0, std::memory_order_relaxed);
    latency.restart();
    measured(0, {}, {});
    fps_nominal.store(0, std::memory_order_relaxed);
  }
};

}  // namespace v4l2gst
