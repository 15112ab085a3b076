#pragma once

#include <algorithm>
#include <cstdint>

#include "buffers/starvation.h"
#include "common/settings.h"

namespace v4l2gst {

/// Decides when a capture gets one buffer more, and when one less.
///
/// It owns a few numbers and makes no call: its owner allocates and frees. The streaming thread
/// asks it for each frame. It does not know whose memory the buffers are.
class SupplyPolicy {
public:
  struct Limits {
    OnStarved on_starved{};
    std::uint32_t first{};  ///< buffers that were allocated at first, to which it shrinks
    std::uint32_t min_buffers{};
    std::uint32_t max_buffers{};
    bool can_grow{true};
  };

  /// The number of frames in a row before a buffer is retired. Each of them must do with one buffer
  /// less.
  static constexpr std::uint32_t calm_frames = 120;

  SupplyPolicy() = default;

  explicit SupplyPolicy(const Limits& limits) : limits_{limits} {}

  /// Returns how many buffers there may be.
  [[nodiscard]] std::uint32_t most() const {
    return std::max(limits_.max_buffers, limits_.min_buffers);
  }

  /// Returns how many buffers downstream is told to expect, while there are `count`.
  [[nodiscard]] std::uint32_t announced(std::uint32_t count) const {
    return limits_.on_starved == OnStarved::grow ? std::max(count, limits_.max_buffers) : count;
  }

  /// Returns the action on a frame that has just been dequeued. The driver has `waiting` buffers
  /// left, of `in_use` that take part.
  [[nodiscard]] StarvationAction starvation_action(std::uint32_t waiting, std::uint32_t in_use,
                                                   bool can_copy) const {
    return v4l2gst::starvation_action(limits_.on_starved, {.waiting = waiting,
                                                           .count = in_use,
                                                           .most = most(),
                                                           .can_grow = limits_.can_grow,
                                                           .can_copy = can_copy});
  }

  /// Notes that there is one buffer more.
  void has_grown() { calm_ = 0; }

  /// Notes that growth is impossible. starvation_action() asks for none from now on.
  void cannot_grow() {
    calm_ = 0;
    limits_.can_grow = false;
  }

  /// Returns true while there are more buffers than at first.
  [[nodiscard]] bool has_extra(std::uint32_t count) const { return count > limits_.first; }

  /// Returns true if one of `in_use` buffers is to be retired. It counts the frames that left the
  /// driver more than it needs, so it is called once for each frame.
  bool shrinks(std::uint32_t waiting, std::uint32_t in_use) {
    constexpr std::uint32_t needed = 2;
    if (!has_extra(in_use)) return false;
    calm_ = waiting > needed ? calm_ + 1 : 0;
    if (calm_ < calm_frames) return false;
    calm_ = 0;
    return true;
  }

private:
  Limits limits_;
  std::uint32_t calm_{};  ///< frames in a row that would have done with one buffer less
};

}  // namespace v4l2gst
