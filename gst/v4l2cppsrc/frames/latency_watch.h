#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace v4l2gst {

/// The latency that is announced while the interval between frames is unknown: that of 30 frames a
/// second.
inline constexpr std::chrono::nanoseconds latency_of_unknown_rate{1'000'000'000 / 30};

/// Watches whether frames take longer to arrive than is announced. Pure.
///
/// A camera that exposes longer than its rate allows sends slower, and each of its frames is older.
/// Frames that wait until downstream takes them are older too. So only the youngest of several
/// frames counts.
class LatencyWatch {
public:
  using Nanoseconds = std::chrono::nanoseconds;

  /// Notes how old a frame was when it arrived. `promised` is the latency that is announced without
  /// a measurement. Returns the latency to announce from now on, if that has changed.
  std::optional<Nanoseconds> note(Nanoseconds age, Nanoseconds promised) {
    constexpr unsigned frames = 8;
    constexpr Nanoseconds negligible{5'000'000};
    youngest_ = count_ == 0 ? age : std::min(youngest_, age);
    if (++count_ < frames) return std::nullopt;
    count_ = 0;
    const auto known = std::max(promised, announced_);
    if (youngest_ <= known + std::max(negligible, known / 4)) return std::nullopt;
    announced_ = youngest_ + youngest_ / 8;
    return announced_;
  }

private:
  Nanoseconds youngest_{};
  unsigned count_{};
  Nanoseconds announced_{};
};

}  // namespace v4l2gst
