#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace v4l2gst {

/// Finds lost frames by their times, for drivers that do not count what the device or the bus
/// loses. Pure.
///
/// A gap is a loss only between frames at a steady pace: three or more before it, and one after it.
/// Its length must be a multiple of the interval. A camera that slows down, one that waits for a
/// trigger, and times that jump cause no loss. So a loss is known one frame after the gap.
class TimeGaps {
public:
  using Time = std::chrono::nanoseconds;

  struct Verdict {
    bool gap{};            ///< this frame may follow a gap
    std::uint32_t lost{};  ///< frames lost in the gap before the frame before this one
  };

  /// Notes that the stream begins, for the first time or again. No frame comes faster than each
  /// `nominal` interval, nor does it at a steady pace. 0 if frames may come at any time. Then no
  /// gap is found.
  void stream_began(Time nominal) {
    *this = {};
    nominal_ = nominal;
  }

  /// Compares a frame's time with those of the frames before it. `time` is nullopt where it is not
  /// known when the frame was taken. `counted` is true if the driver's numbers show frames lost
  /// right before this one. The gap is explained then.
  Verdict observe(std::optional<Time> time, bool counted);

  /// Returns the interval between frames as it was lately. Until it is steady, it is the nominal
  /// one.
  [[nodiscard]] Time interval() const { return steady() ? typical_ : nominal_; }

private:
  static constexpr std::uint32_t enough = 3;

  [[nodiscard]] bool steady() const { return run_ >= enough; }

  Verdict on_usual_interval(Time interval);
  Verdict on_other_interval(Time interval);
  void forget_pace();

  Time nominal_{};
  std::optional<Time> last_;
  Time typical_{};        // the interval, averaged
  std::uint32_t run_{};   // usual intervals since the pace changed
  std::uint32_t lost_{};  // in a gap that the next interval confirms or not
};

}  // namespace v4l2gst
