#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace usbcam {

/// Strikes the next so many frames, or each so many-th one.
class Fault {
public:
  static Fault next(std::uint64_t frames) { return Fault{frames, 0}; }

  static Fault every(std::uint64_t frames) { return Fault{0, frames}; }

  Fault() = default;

  /// Asked once for each frame: does this one suffer?
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

/// All that can be wrong with this camera, to be changed at any time, also while it streams.
struct Faults {
  /// The payload header says that the frame is damaged.
  Fault error;
  /// The camera does not send the frame at all.
  Fault drop;
  /// Half of the frame is sent.
  Fault truncate;
  /// A frame without a byte of picture.
  Fault empty;
  /// Nothing is sent from the next frame on.
  bool stall{};
  /// What is left of the bus for an isochronous camera, in bytes a second; without a value all that
  /// it may ask for.
  std::optional<std::uint64_t> bandwidth;
  /// From the start of a stream to its first frame.
  std::chrono::milliseconds start_delay{};
};

}  // namespace usbcam
