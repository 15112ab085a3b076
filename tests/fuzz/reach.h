#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include <linux/uvcvideo.h>

#include "kernel/request.h"

namespace fuzz {

/// A Reach is the memory of the program that an ioctl may write. Pointers in it are the program's,
/// and a descriptor must be an open one. Both stay as they are.
class Reach {
public:
  Reach(unsigned long request, void* argument) {
    if ((_IOC_DIR(request) & _IOC_READ) != 0)
      argument_ = {static_cast<std::byte*>(argument), _IOC_SIZE(request)};
    if (request == VIDIOC_QUERYBUF || request == VIDIOC_QBUF || request == VIDIOC_DQBUF) {
      auto& buffer = *static_cast<v4l2_buffer*>(argument);
      if (buffer.type != V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE) return;
      fixed_[0] = std::as_writable_bytes(std::span{&buffer.m.planes, 1});
      behind_[0] = std::as_writable_bytes(std::span{buffer.m.planes, buffer.length});
    } else if (request == VIDIOC_G_EXT_CTRLS || request == VIDIOC_S_EXT_CTRLS) {
      auto& controls = *static_cast<v4l2_ext_controls*>(argument);
      fixed_[0] = std::as_writable_bytes(std::span{&controls.controls, 1});
      controls_ = {controls.controls, controls.count};
    } else if (request == VIDIOC_G_EDID) {
      auto& edid = *static_cast<v4l2_edid*>(argument);
      fixed_[0] = std::as_writable_bytes(std::span{&edid.edid, 1});
      behind_[0] = std::as_writable_bytes(std::span{edid.edid, std::size_t{edid.blocks} * 128});
    } else if (request == UVCIOC_CTRL_QUERY) {
      auto& query = *static_cast<uvc_xu_control_query*>(argument);
      fixed_[0] = std::as_writable_bytes(std::span{&query.data, 1});
      behind_[0] = std::as_writable_bytes(std::span{query.data, query.size});
    } else if (request == VIDIOC_EXPBUF) {
      fixed_[0] =
          std::as_writable_bytes(std::span{&static_cast<v4l2_exportbuffer*>(argument)->fd, 1});
    } else if (request == MEDIA_IOC_G_TOPOLOGY) {
      auto& topology = *static_cast<media_v2_topology*>(argument);
      reach_items<media_v2_entity>(0, offsetof(media_v2_topology, ptr_entities),
                                   topology.num_entities);
      reach_items<media_v2_interface>(1, offsetof(media_v2_topology, ptr_interfaces),
                                      topology.num_interfaces);
      reach_items<media_v2_pad>(2, offsetof(media_v2_topology, ptr_pads), topology.num_pads);
      reach_items<media_v2_link>(3, offsetof(media_v2_topology, ptr_links), topology.num_links);
    }
  }

  /// Calls `change` with each part of the memory.
  template <class Change>
  void write(Change change) const {
    std::array<std::array<std::byte, sizeof(std::uint64_t)>, 4> kept{};
    for (std::size_t i = 0; i < kept.size(); ++i)
      std::ranges::copy(fixed_[i], kept[i].begin());
    if (!argument_.empty()) change(argument_);
    for (std::size_t i = 0; i < kept.size(); ++i)
      std::ranges::copy(std::span{kept[i]}.first(fixed_[i].size()), fixed_[i].begin());
    for (const auto& piece : behind_)
      if (!piece.empty()) change(piece);
    if (!controls_.empty()) write_controls(change);
  }

private:
  /// Adds an array behind a pointer in the argument. The pointer is null if the caller wants no
  /// array.
  template <class T>
  void reach_items(std::size_t nth, std::size_t offset, std::size_t count) {
    fixed_[nth] = argument_.subspan(offset, sizeof(std::uint64_t));
    std::uint64_t address{};
    std::memcpy(&address, fixed_[nth].data(), sizeof address);
    if (address == 0) return;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): so the kernel's struct has it
    auto* const items = reinterpret_cast<T*>(static_cast<std::uintptr_t>(address));
    behind_[nth] = std::as_writable_bytes(std::span{items, count});
  }

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
  std::array<std::span<std::byte>, 4> fixed_;   // parts of the argument
  std::array<std::span<std::byte>, 4> behind_;  // arrays behind its pointers
  std::span<v4l2_ext_control> controls_;
};

}  // namespace fuzz
