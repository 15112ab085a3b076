#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "kernel/request.h"

namespace fuzz {

/// The memory of the program that an ioctl may write. Pointers in it are the program's, and a
/// descriptor must be one that was opened: both stay as they are.
class Reach {
public:
  Reach(unsigned long request, void* argument) {
    if ((_IOC_DIR(request) & _IOC_READ) != 0)
      argument_ = {static_cast<std::byte*>(argument), _IOC_SIZE(request)};
    if (request == VIDIOC_QUERYBUF || request == VIDIOC_QBUF || request == VIDIOC_DQBUF) {
      auto& buffer = *static_cast<v4l2_buffer*>(argument);
      if (buffer.type != V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE) return;
      fixed_ = std::as_writable_bytes(std::span{&buffer.m.planes, 1});
      behind_ = std::as_writable_bytes(std::span{buffer.m.planes, buffer.length});
    } else if (request == VIDIOC_G_EXT_CTRLS || request == VIDIOC_S_EXT_CTRLS) {
      auto& controls = *static_cast<v4l2_ext_controls*>(argument);
      fixed_ = std::as_writable_bytes(std::span{&controls.controls, 1});
      controls_ = {controls.controls, controls.count};
    } else if (request == VIDIOC_EXPBUF) {
      fixed_ = std::as_writable_bytes(std::span{&static_cast<v4l2_exportbuffer*>(argument)->fd, 1});
    }
  }

  /// Calls `change` with each piece.
  template <class Change>
  void write(Change change) const {
    std::array<std::byte, sizeof(void*)> kept{};
    std::ranges::copy(fixed_, kept.begin());
    if (!argument_.empty()) change(argument_);
    std::ranges::copy(std::span{kept}.first(fixed_.size()), fixed_.begin());
    if (!behind_.empty()) change(behind_);
    if (!controls_.empty()) write_controls(change);
  }

private:
  template <class Change>
  void write_controls(Change change) const {
    const std::vector<v4l2_ext_control> before(controls_.begin(), controls_.end());
    change(std::as_writable_bytes(controls_));
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (before[i].size == 0) continue;
      controls_[i].ptr = before[i].ptr;
      change(std::span{static_cast<std::byte*>(before[i].ptr), before[i].size});
    }
  }

  std::span<std::byte> argument_;
  std::span<std::byte> fixed_;   // a part of the argument
  std::span<std::byte> behind_;  // what a pointer in it leads to
  std::span<v4l2_ext_control> controls_;
};

}  // namespace fuzz
