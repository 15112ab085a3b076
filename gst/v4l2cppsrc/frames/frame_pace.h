#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace v4l2gst {

/// Measures the interval between frames, and estimates the time of a frame by it. Pure. Times are
/// on any one clock. Intervals of 0 are unknown.
class FramePace {
public:
  using Nanoseconds = std::chrono::nanoseconds;

  /// Sets the interval that the device promises. Another one than before makes it forget those that
  /// were measured.
  void expect(Nanoseconds nominal);

  /// Notes that the stream begins, for the first time or again. The rate is still that from before.
  void stream_began() { last_.reset(); }

  /// Takes the time of a frame as it is. `steps` is how many intervals it is after the frame
  /// before.
  void note(Nanoseconds time, std::uint64_t steps);

  /// Returns the time of a frame that was seen at `seen`, give or take. The frame before and the
  /// interval count for more than `seen` does. The result is at most a quarter of an interval, and
  /// at most 10 ms, away from `seen`. Without an interval it is `seen`. It is never before the
  /// frame before, and never after `latest`.
  Nanoseconds estimate(Nanoseconds seen, Nanoseconds latest, std::uint64_t steps);

  /// Returns the time of the frame before. nullopt for the first one of a stream.
  [[nodiscard]] std::optional<Nanoseconds> last() const { return last_; }

  /// Returns the interval between frames: the promised one, or what is measured if that differs by
  /// over a tenth. A single gap does not change it.
  [[nodiscard]] Nanoseconds interval() const;

private:
  static constexpr std::size_t enough = 3;

  Nanoseconds remember(Nanoseconds time, std::uint64_t steps);

  Nanoseconds nominal_{};
  Nanoseconds interval_{};  // the average one
  std::optional<Nanoseconds> last_;
  std::array<Nanoseconds, enough> recent_{};  // the latest intervals
  std::size_t measured_{};
};

}  // namespace v4l2gst
