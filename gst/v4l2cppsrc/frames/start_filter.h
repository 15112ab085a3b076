#pragma once

#include <cstdint>

#include "frames/key_frame.h"

namespace v4l2gst {

/// Chooses which of the first frames after a start are left out. Pure.
class StartFilter {
public:
  /// Notes that the device's stream begins, for the first time or again. `skip` frames are left
  /// out. After them, with `on_key_frame`, so are all that a decoder can't begin with.
  void stream_began(std::uint32_t skip, bool on_key_frame) {
    to_skip_ = skip;
    awaits_key_frame_ = on_key_frame;
  }

  /// Notes a frame. Returns true if it is one of the first, to be skipped.
  bool skips() {
    if (to_skip_ == 0) return false;
    --to_skip_;
    return true;
  }

  [[nodiscard]] bool awaits_key_frame() const { return awaits_key_frame_; }

  /// Returns whether a frame of this kind may be the first. One of unknown kind may.
  [[nodiscard]] bool admits(Unit unit) const { return !awaits_key_frame_ || unit != Unit::delta; }

  /// Notes that a frame went downstream. Later frames may build on it.
  void has_begun() { awaits_key_frame_ = false; }

private:
  std::uint32_t to_skip_{};
  bool awaits_key_frame_{};
};

}  // namespace v4l2gst
