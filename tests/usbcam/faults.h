#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace usbcam {

/// A Fault strikes each of the next frames, or one frame in each period.
class Fault {
public:
  static Fault next(std::uint64_t frames) { return Fault{frames, 0}; }

  static Fault every(std::uint64_t frames) { return Fault{0, frames}; }

  Fault() = default;

  /// Whether the fault strikes the present frame. The caller asks once for each frame.
  bool strikes() {
    if (remaining_ > 0) {
      --remaining_;
      return true;
    }
    if (period_ == 0) return false;
    seen_ = (seen_ + 1) % period_;
    return seen_ == 0;
  }

private:
  Fault(std::uint64_t remaining, std::uint64_t period) : remaining_{remaining}, period_{period} {}

  std::uint64_t remaining_{};
  std::uint64_t period_{};
  std::uint64_t seen_{};
};

/// Faults are all that can be wrong with this camera. They can change at any time, also while it
/// streams.
struct Faults {
  /// The payload header says that the frame is damaged.
  Fault error;
  /// The camera does not send the frame at all.
  Fault drop;
  /// Half of the frame is sent.
  Fault truncate;
  /// The frame has no byte of picture.
  Fault empty;
  /// The camera sends no frame after the present one.
  bool stall{};
  /// The free bus bandwidth for an isochronous camera, in bytes a second. nullopt sets no limit.
  std::optional<std::uint64_t> bandwidth;
  /// The time from the start of a stream to its first frame.
  std::chrono::milliseconds start_delay{};
};

}  // namespace usbcam
