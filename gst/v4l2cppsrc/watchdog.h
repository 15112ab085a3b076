#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include "settings.h"

namespace v4l2gst {

/// What to do about a silence.
enum class Remedy {
  warn,     ///< say so, and wait on
  restart,  ///< stop the stream and start it again
  reopen,   ///< close the device and open it again
  give_up,  ///< an ERROR
};

/// How long to wait for a frame, and what to do when none comes. What helps least often and costs
/// least comes first: a silent stream is started again, and only if that has not helped the device
/// is opened again; and each try waits twice as long as the one before, so that a camera that needs
/// long to start is not reset for ever. Pure; the caller measures time.
class Watchdog {
public:
  using Milliseconds = std::chrono::milliseconds;

  /// 0 for timeouts that are off.
  Watchdog(Milliseconds first_frame, Milliseconds stall, OnStall on_stall)
      : first_frame_{first_frame}, stall_{stall}, on_stall_{on_stall} {}

  /// How long to wait for the next frame; nothing for as long as it takes.
  [[nodiscard]] std::optional<Milliseconds> patience() const {
    const auto base = seen_frame_ ? stall_ : first_frame_;
    if (base.count() == 0) return std::nullopt;
    constexpr unsigned most_doublings = 6;
    return std::min(base * (1U << std::min(silences_, most_doublings)), std::max(base, longest));
  }

  /// A frame has come.
  void frame() {
    seen_frame_ = true;
    silences_ = 0;
  }

  /// The device streams anew: its first frame may take longer than the next.
  void stream_began() { seen_frame_ = false; }

  /// True until the first frame of a stream.
  [[nodiscard]] bool starting() const { return !seen_frame_; }

  /// True after a silence, until a frame comes.
  [[nodiscard]] bool silent() const { return silences_ > 0; }

  /// patience() has passed in vain.
  Remedy silence() {
    const auto before = silences_++;
    switch (on_stall_) {
      case OnStall::warn:
        return Remedy::warn;
      case OnStall::restart:
        return Remedy::restart;
      case OnStall::reopen:
        return before % 2 == 0 ? Remedy::restart : Remedy::reopen;
      case OnStall::error:
        break;
    }
    return Remedy::give_up;
  }

private:
  static constexpr Milliseconds longest{60000};

  Milliseconds first_frame_;
  Milliseconds stall_;
  OnStall on_stall_;
  bool seen_frame_{};
  unsigned silences_{};
};

}  // namespace v4l2gst
