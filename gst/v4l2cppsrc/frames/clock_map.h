#pragma once

#include <chrono>
#include <optional>

namespace v4l2gst {

/// A reading of some clock between two readings of CLOCK_MONOTONIC.
struct ClockReading {
  std::chrono::nanoseconds asked;   ///< CLOCK_MONOTONIC before the first try
  std::chrono::nanoseconds before;  ///< CLOCK_MONOTONIC right before
  std::chrono::nanoseconds there;   ///< the other clock
  std::chrono::nanoseconds after;   ///< CLOCK_MONOTONIC right after

  /// Returns how far apart the two readings of CLOCK_MONOTONIC are.
  [[nodiscard]] std::chrono::nanoseconds width() const { return after - before; }
};

/// Reads a clock by `there` between two calls of `monotonic`. Reads again, up to three times, if
/// they are over 20 us apart, as when another thread was scheduled meanwhile. Returns the narrowest
/// reading.
template <class Monotonic, class There>
ClockReading read_between(Monotonic monotonic, There there) {
  constexpr std::chrono::microseconds narrow{20};
  constexpr int most = 4;
  const auto asked = monotonic();
  auto before = asked;
  std::optional<ClockReading> best;
  for (int tries = 0; tries < most; ++tries) {
    const auto shown = there();
    const auto after = monotonic();
    const ClockReading reading{.asked = asked, .before = before, .there = shown, .after = after};
    if (!best || reading.width() < best->width()) best = reading;
    if (best->width() <= narrow) break;
    before = after;
  }
  return *best;
}

/// Maps times of CLOCK_MONOTONIC to another clock. Pure.
///
/// A reading says only that the offset between the clocks is within an interval. As long as the
/// former offset is in it, the map stays as it is. So readings add no jitter, and a clock that is
/// CLOCK_MONOTONIC is mapped exactly.
class ClockMap {
public:
  using Nanoseconds = std::chrono::nanoseconds;

  /// Takes a reading into account.
  void note(const ClockReading& reading);

  /// Returns what the other clock shows at `monotonic`. Times before the latest reading follow the
  /// rate of the other clock, as far as it is known.
  [[nodiscard]] Nanoseconds there(Nanoseconds monotonic) const;

  /// Returns the time on CLOCK_MONOTONIC when the other clock shows `there`.
  [[nodiscard]] Nanoseconds here(Nanoseconds there) const { return there - offset_; }

  /// Forgets all readings. The other clock is another one from now on.
  void forget() { *this = {}; }

private:
  /// The offset at some time.
  struct Anchor {
    Nanoseconds time;  // on CLOCK_MONOTONIC
    Nanoseconds offset;
  };

  void measure_drift();

  bool known_{};
  Nanoseconds offset_{};  // of the other clock, as of the latest reading
  Nanoseconds latest_{};  // on CLOCK_MONOTONIC
  std::optional<Anchor> anchor_;
  double drift_{};  // how much the offset grows in a unit of time
};

}  // namespace v4l2gst
