#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace v4l2gst {

/// Measures frame rates, anew for each second or each frame, whichever takes longer. Pure.
class RateMeter {
public:
  using Time = std::chrono::nanoseconds;

  /// Frames since the element started.
  struct Totals {
    std::uint64_t captured{};
    std::uint64_t starved{};  ///< that the driver had no buffer for
    std::uint64_t lost{};     ///< that the device or the bus lost
  };

  /// What was measured in the time since the measurement before it.
  struct Measurement {
    double captured{};  ///< frames per second that arrived
    double made{};      ///< frames per second, with those that are known to be lost
    bool starved{};     ///< the driver had no buffer for some, so the rate is not the device's
    Time span{};
  };

  /// Notes that the stream begins, for the first time or again.
  void stream_began() { begin_.reset(); }

  /// Notes a frame that arrived at `now`. Returns a measurement if its time is over.
  std::optional<Measurement> frame(Time now, const Totals& totals) {
    constexpr Time shortest{std::chrono::seconds{1}};
    if (begin_ && now - begin_->time < shortest) return std::nullopt;
    const auto before = begin_;
    begin_ = Moment{.time = now, .totals = totals};
    if (!before) return std::nullopt;
    const auto span = now - before->time;
    const auto seconds = std::chrono::duration<double>{span}.count();
    const auto captured = totals.captured - before->totals.captured;
    const auto starved = totals.starved - before->totals.starved;
    const auto lost = totals.lost - before->totals.lost;
    return Measurement{.captured = static_cast<double>(captured) / seconds,
                       .made = static_cast<double>(captured + starved + lost) / seconds,
                       .starved = starved > 0,
                       .span = span};
  }

private:
  struct Moment {
    Time time;
    Totals totals;
  };

  std::optional<Moment> begin_;
};

}  // namespace v4l2gst
