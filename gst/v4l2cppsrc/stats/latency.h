#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace v4l2gst {

/// Counts latencies in fixed buckets, so that a frame allocates nothing. The streaming context
/// adds, any thread reads.
///
/// A bucket is at most 1/16 as wide as its lower end. So a percentile is wrong by 3 % at most. The
/// first bucket has all below 1 µs, the last one all from 66 s on.
class Latency {
public:
  using Time = std::chrono::nanoseconds;

  /// All are 0 if nothing was counted.
  struct Summary {
    Time mean{};
    Time p50{};  ///< half of all latencies are lower
    Time p99{};  ///< 99 of 100 latencies are lower
    Time max{};  ///< exact
  };

  /// Counts a latency. One below 0 counts as 0.
  void add(Time latency) {
    const auto time = static_cast<std::uint64_t>(std::max<Time::rep>(latency.count(), 0));
    raise(buckets_[bucket_of(time)], 1);
    raise(sum_, time);
    if (time > most_.load(std::memory_order_relaxed)) most_.store(time, std::memory_order_relaxed);
  }

  /// Summarises what was counted. While frames come, the values may be of slightly different times.
  [[nodiscard]] Summary summary() const {
    std::array<std::uint64_t, bucket_count> counts{};
    std::uint64_t total{};
    for (std::size_t bucket = 0; bucket < bucket_count; ++bucket)
      total += counts[bucket] = buckets_[bucket].load(std::memory_order_relaxed);
    if (total == 0) return {};
    const auto most = most_.load(std::memory_order_relaxed);
    const auto at = [&](std::uint64_t rank) {
      std::size_t bucket = 0;
      for (std::uint64_t below = counts[0]; below <= rank && bucket + 1 < bucket_count;)
        below += counts[++bucket];
      return Time{std::min(middle_of(bucket), most)};
    };
    return {.mean = Time{sum_.load(std::memory_order_relaxed) / total},
            .p50 = at(total / 2),
            .p99 = at(total - 1 - total / 100),
            .max = Time{most}};
  }

  void restart() {
    for (auto& count : buckets_)
      count.store(0, std::memory_order_relaxed);
    sum_.store(0, std::memory_order_relaxed);
    most_.store(0, std::memory_order_relaxed);
  }

private:
  static constexpr unsigned first_bit = 10;  // 1 µs
  static constexpr unsigned last_bit = 36;   // 68 s
  static constexpr unsigned step_bits = 4;   // buckets in an octave
  static constexpr std::size_t bucket_count = 1 + ((last_bit - first_bit) << step_bits);

  static constexpr std::size_t bucket_of(std::uint64_t time) {
    if (time < (1U << first_bit)) return 0;
    const auto exponent = static_cast<unsigned>(std::bit_width(time)) - 1;
    if (exponent >= last_bit) return bucket_count - 1;
    const auto step = (time >> (exponent - step_bits)) & ((1U << step_bits) - 1);
    return 1 + ((exponent - first_bit) << step_bits) + step;
  }

  static constexpr std::uint64_t middle_of(std::size_t bucket) {
    if (bucket == 0) return 1U << (first_bit - 1);
    const auto exponent = first_bit + ((bucket - 1) >> step_bits);
    const auto step = (bucket - 1) & ((1U << step_bits) - 1);
    return ((2 * ((std::uint64_t{1} << step_bits) + step) + 1) << (exponent - step_bits)) / 2;
  }

  /// There is one writer, so no read-modify-write is needed.
  static void raise(std::atomic<std::uint64_t>& count, std::uint64_t by) {
    count.store(count.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }

  // Relaxed, as the counts of Stats.
  std::array<std::atomic<std::uint64_t>, bucket_count> buckets_{};
  std::atomic<std::uint64_t> sum_{};
  std::atomic<std::uint64_t> most_{};
};

}  // namespace v4l2gst
