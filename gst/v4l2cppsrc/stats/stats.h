#pragma once

#include <atomic>
#include <cstdint>
#include <initializer_list>

namespace v4l2gst {

/// Counts frames, by what became of them, since the element started. The streaming context writes
/// the counts, any thread reads them.
struct Stats {
  using Count = std::atomic<std::uint64_t>;

  Count delivered{};    ///< went downstream
  Count copied{};       ///< of these, as a copy
  Count lost{};         ///< lost by the driver, as the sequence numbers show
  Count starved{};      ///< left out because downstream held too many buffers (on-starved=drop)
  Count skipped{};      ///< left out for a newer one (leaky=newest), or at a start
  Count damaged{};      ///< left out because they were damaged
  Count overwritten{};  ///< left out because the driver put them into a buffer on loan
  Count restarted{};    ///< how often a silent or broken stream was started again, or its device
                        ///< reopened
  Count reconnected{};  ///< how often a lost device was found again

  /// There is one writer, so no read-modify-write is needed.
  static void add(Count& count, std::uint64_t number = 1) {
    count.store(count.load(std::memory_order_relaxed) + number, std::memory_order_relaxed);
  }

  void restart() {
    for (auto* const count : {&delivered, &copied, &lost, &starved, &skipped, &damaged,
                              &overwritten, &restarted, &reconnected})
      count->store(0, std::memory_order_relaxed);
  }
};

}  // namespace v4l2gst
