#pragma once

#include <cstdint>

#include "frames/key_frame.h"

namespace v4l2gst {

/// Which of the first frames after a start are left out. Pure.
class StartFilter {
public:
  /// The device's stream begins, again: so many frames are to be skipped, and after them, if
  /// `on_key_frame`, all that a decoder can't begin with.
  void stream_began(std::uint32_t skip, bool on_key_frame) {
    to_skip_ = skip;
    awaits_key_frame_ = on_key_frame;
  }

  /// A frame has come: true when it is one of the first, to be skipped.
  bool skips() {
    if (to_skip_ == 0) return false;
    --to_skip_;
    return true;
  }

  [[nodiscard]] bool awaits_key_frame() const { return awaits_key_frame_; }

  /// Whether such a frame may be the first. Where nobody says what frames are, any may.
  [[nodiscard]] bool admits(Unit unit) const { return !awaits_key_frame_ || unit != Unit::delta; }

  /// A frame went downstream: what follows it may build on it.
  void has_begun() { awaits_key_frame_ = false; }

private:
  std::uint32_t to_skip_{};
  bool awaits_key_frame_{};
};

}  // namespace v4l2gst
