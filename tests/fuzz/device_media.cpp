// This file has the media graph of the device. A sensor sends to a bridge, the bridge to the
// device's node. Another node is beside the bridge.

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>
#include <string_view>

#include <linux/media-bus-format.h>

#include "fuzz/device.h"

namespace fuzz {
namespace {

// Entities have the ids 1 to 4 and their interfaces 11 to 14. Pads begin at 21 and links at 31.

constexpr std::array<std::string_view, 4> names{"Sensor", "Bridge", "Node", "Other"};

template <class T, std::size_t size>
int give(const std::array<T, size>& items, std::uint64_t address, std::uint32_t& count) {
  const auto room = count;
  count = static_cast<std::uint32_t>(size);
  if (address == 0) return 0;
  if (room < size) return ENOSPC;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): so the kernel's struct has it
  std::memcpy(reinterpret_cast<void*>(static_cast<std::uintptr_t>(address)), items.data(),
              sizeof items);
  return 0;
}

media_v2_pad pad(std::uint32_t id, std::uint32_t entity, std::uint32_t index, bool sink) {
  media_v2_pad made{};
  made.id = id;
  made.entity_id = entity;
  made.index = index;
  made.flags = sink ? MEDIA_PAD_FL_SINK : MEDIA_PAD_FL_SOURCE;
  return made;
}

media_v2_link link(std::uint32_t id, std::uint32_t source, std::uint32_t sink,
                   std::uint32_t flags) {
  media_v2_link made{};
  made.id = id;
  made.source_id = source;
  made.sink_id = sink;
  made.flags = flags;
  return made;
}

}  // namespace

int Device::tell(media_v2_topology& answer) const {
  std::array<media_v2_entity, 4> entities{};
  std::array<media_v2_interface, 4> interfaces{};
  for (std::uint32_t i = 0; i < 4; ++i) {
    entities[i].id = 1 + i;
    std::ranges::copy(names[i], std::begin(entities[i].name));
    interfaces[i].id = 11 + i;
    interfaces[i].intf_type = i < 2 ? MEDIA_INTF_T_V4L_SUBDEV : MEDIA_INTF_T_V4L_VIDEO;
    interfaces[i].devnode = {.major = 81, .minor = i < 2 ? 120 + i : i - 2};
  }
  const std::array pads{pad(21, 1, 0, false), pad(22, 2, 0, true), pad(23, 2, 1, false),
                        pad(24, 3, 0, true), pad(25, 4, 0, true)};
  constexpr auto own = MEDIA_LNK_FL_INTERFACE_LINK | MEDIA_LNK_FL_ENABLED;
  const std::array links{link(31, 11, 1, own),
                         link(32, 12, 2, own),
                         link(33, 13, 3, own),
                         link(34, 14, 4, own),
                         link(35, 21, 22, linked_ ? MEDIA_LNK_FL_ENABLED : 0U),
                         link(36, 23, 24, MEDIA_LNK_FL_ENABLED | MEDIA_LNK_FL_IMMUTABLE),
                         link(37, 21, 25, MEDIA_LNK_FL_ENABLED)};
  // A member of this packed struct can't be bound to a reference.
  std::array counts{answer.num_entities, answer.num_interfaces, answer.num_pads, answer.num_links};
  const std::array errors{give(entities, answer.ptr_entities, counts[0]),
                          give(interfaces, answer.ptr_interfaces, counts[1]),
                          give(pads, answer.ptr_pads, counts[2]),
                          give(links, answer.ptr_links, counts[3])};
  answer.num_entities = counts[0];
  answer.num_interfaces = counts[1];
  answer.num_pads = counts[2];
  answer.num_links = counts[3];
  return *std::ranges::max_element(errors);
}

/// All subdevices share one set of formats, with those of V4L2_SUBDEV_FORMAT_TRY. The call does not
/// name the subdevice.
int Device::exchange(v4l2_subdev_format& wish, bool sets) {
  if (wish.pad > 1) return EINVAL;
  if (sets) {
    const auto code = wish.format.code;
    if (code != MEDIA_BUS_FMT_YUYV8_2X8 && code != MEDIA_BUS_FMT_UYVY8_2X8)
      wish.format.code = MEDIA_BUS_FMT_UYVY8_2X8;
    wish.format.width = std::clamp(wish.format.width, 16U, 64U);
    wish.format.height = std::clamp(wish.format.height, 8U, 16U);
    formats_[wish.pad] = wish.format;
  }
  wish.format = formats_[wish.pad];
  return 0;
}

int Device::enumerate(v4l2_subdev_mbus_code_enum& answer) const {
  constexpr std::array codes{MEDIA_BUS_FMT_YUYV8_2X8, MEDIA_BUS_FMT_UYVY8_2X8, MEDIA_BUS_FMT_FIXED};
  if (answer.index >= codes.size()) return EINVAL;
  answer.code = static_cast<std::uint32_t>(codes[answer.index]);
  return 0;
}

void Device::rearrange(std::uint8_t how) {
  linked_ = (how & 1) == 0;
  formats_[0].width = (how & 2) != 0 ? 32 : 64;
  formats_[0].field = (how & 4) != 0 ? V4L2_FIELD_INTERLACED : V4L2_FIELD_NONE;
  formats_[1].code = (how & 8) != 0 ? MEDIA_BUS_FMT_UYVY8_2X8 : MEDIA_BUS_FMT_YUYV8_2X8;
}

std::array<v4l2_mbus_framefmt, 2> Device::all_formats() {
  std::array<v4l2_mbus_framefmt, 2> formats{};
  for (auto& format : formats) {
    format.width = 64;
    format.height = 16;
    format.code = MEDIA_BUS_FMT_YUYV8_2X8;
    format.field = V4L2_FIELD_NONE;
  }
  return formats;
}

}  // namespace fuzz
