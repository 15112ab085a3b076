// This file has the controls and events of the device.

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>

#include "fuzz/device.h"

namespace fuzz {
namespace {

constexpr std::uint32_t private_text = V4L2_CID_USER_BASE | 0xf000U;
constexpr std::uint32_t private_number = private_text + 1;

template <class Field>
void write(Field& field, std::string_view text) {
  std::ranges::copy(text.substr(0, std::size(field) - 1), std::begin(field));
}

bool has_payload(std::uint32_t flags, std::uint32_t type) {
  return (flags & V4L2_CTRL_FLAG_HAS_PAYLOAD) != 0 || type == V4L2_CTRL_TYPE_STRING;
}

}  // namespace

/// Returns controls in the order of their ids. There is one of each type, two that are no settings,
/// and one that depends on another.
std::array<Device::Setting, 13> Device::all_settings() {
  return {{{V4L2_CID_BRIGHTNESS, V4L2_CTRL_TYPE_INTEGER, 0, 255, "Brightness"},
           {V4L2_CID_AUTOGAIN, V4L2_CTRL_TYPE_BOOLEAN, V4L2_CTRL_FLAG_UPDATE, 1, "Gain, Automatic"},
           {V4L2_CID_GAIN, V4L2_CTRL_TYPE_INTEGER, 0, 255, "Gain"},
           {V4L2_CID_POWER_LINE_FREQUENCY, V4L2_CTRL_TYPE_MENU, 0, 2, "Power Line Frequency"},
           {private_text, V4L2_CTRL_TYPE_STRING, 0, 8, "Text"},
           {private_number, V4L2_CTRL_TYPE_INTEGER64, 0, 255, "Number"},
           {V4L2_CID_MPEG_VIDEO_BITRATE, V4L2_CTRL_TYPE_INTEGER, 0, 255, "Video Bitrate"},
           {V4L2_CID_PAN_RESET, V4L2_CTRL_TYPE_BUTTON,
            V4L2_CTRL_FLAG_WRITE_ONLY | V4L2_CTRL_FLAG_EXECUTE_ON_WRITE, 0, "Pan, Reset"},
           {V4L2_CID_PAN_SPEED, V4L2_CTRL_TYPE_INTEGER, 0, 255, "Pan, Speed"},
           {V4L2_CID_FLASH_FAULT, V4L2_CTRL_TYPE_BITMASK, V4L2_CTRL_FLAG_VOLATILE, 0x80000003LL,
            "Faults"},
           {V4L2_CID_UNIT_CELL_SIZE, V4L2_CTRL_TYPE_AREA, V4L2_CTRL_FLAG_HAS_PAYLOAD, 0,
            "Unit Cell Size", 8},
           {V4L2_CID_LINK_FREQ, V4L2_CTRL_TYPE_INTEGER_MENU, 0, 3, "Link Frequency"},
           {V4L2_CID_DETECT_MD_THRESHOLD_GRID, V4L2_CTRL_TYPE_U16,
            V4L2_CTRL_FLAG_HAS_PAYLOAD | V4L2_CTRL_FLAG_DYNAMIC_ARRAY, 255, "MD Threshold Grid", 2,
            4}}};
}

int Device::answer_control(unsigned long request, void* argument) {
  switch (request) {
    case VIDIOC_QUERY_EXT_CTRL:
      return has(old) ? ENOTTY : describe(*static_cast<v4l2_query_ext_ctrl*>(argument));
    case VIDIOC_QUERYCTRL:
      return describe(*static_cast<v4l2_queryctrl*>(argument));
    case VIDIOC_QUERYMENU:
      return describe(*static_cast<v4l2_querymenu*>(argument));
    case VIDIOC_G_EXT_CTRLS:
    case VIDIOC_S_EXT_CTRLS:
      return exchange(*static_cast<v4l2_ext_controls*>(argument), request == VIDIOC_S_EXT_CTRLS);
    case VIDIOC_G_CTRL:
    case VIDIOC_S_CTRL:
      return exchange(*static_cast<v4l2_control*>(argument), request == VIDIOC_S_CTRL);
    case VIDIOC_SUBSCRIBE_EVENT:
      return subscribe(*static_cast<const v4l2_event_subscription*>(argument));
    case VIDIOC_DQEVENT:
      return dequeue(*static_cast<v4l2_event*>(argument));
    default:
      return ENOTTY;
  }
}

/// Finds a control by its id, or the next one after an id with V4L2_CTRL_FLAG_NEXT_CTRL. Arrays and
/// structs follow only with V4L2_CTRL_FLAG_NEXT_COMPOUND.
const Device::Setting* Device::look_up(std::uint32_t id) const {
  const bool next = (id & V4L2_CTRL_FLAG_NEXT_CTRL) != 0;
  const bool compound = (id & V4L2_CTRL_FLAG_NEXT_COMPOUND) != 0;
  const auto from = (id & V4L2_CTRL_ID_MASK) + (next ? 1U : 0U);
  const auto found = std::ranges::find_if(settings_, [&](const Setting& setting) {
    if (!next) return setting.id == from;
    return setting.id >= from && (compound || setting.elem_size == 0);
  });
  return found != settings_.end() ? &*found : nullptr;
}

Device::Setting* Device::find(std::uint32_t id) {
  const auto found = std::ranges::find(settings_, id, &Setting::id);
  return found != settings_.end() ? &*found : nullptr;
}

std::uint32_t Device::flags_of(const Setting& setting) const {
  const bool decided = setting.id == V4L2_CID_GAIN && look_up(V4L2_CID_AUTOGAIN)->value != 0;
  return setting.flags | (decided ? V4L2_CTRL_FLAG_INACTIVE : 0U);
}

bool Device::refuses(const Setting& setting) const {
  return has(encodes) && setting.id == V4L2_CID_MPEG_VIDEO_BITRATE;
}

int Device::describe(v4l2_query_ext_ctrl& answer) const {
  const auto* const setting = look_up(answer.id);
  if (setting == nullptr) return EINVAL;
  answer.id = setting->id;
  answer.type = setting->type;
  answer.flags = flags_of(*setting);
  answer.maximum = setting->maximum;
  answer.step = 1;
  answer.elems = setting->elems;
  answer.elem_size = setting->elem_size;
  if (setting->type == V4L2_CTRL_TYPE_STRING)
    answer.elem_size = static_cast<std::uint32_t>(setting->maximum) + 1;
  if (setting->type == V4L2_CTRL_TYPE_U16) {
    answer.nr_of_dims = 1;
    answer.dims[0] = static_cast<std::uint32_t>(list_.size()) / setting->elem_size;
  }
  write(answer.name, setting->name);
  return 0;
}

int Device::describe(v4l2_queryctrl& answer) const {
  const auto* const setting = look_up(answer.id);
  if (setting == nullptr) return EINVAL;
  answer.id = setting->id;
  answer.type = setting->type;
  answer.flags = flags_of(*setting);
  answer.maximum = static_cast<std::int32_t>(setting->maximum);
  write(answer.name, setting->name);
  return 0;
}

/// A menu leaves out every second index.
int Device::describe(v4l2_querymenu& answer) const {
  const auto* const setting = look_up(answer.id);
  if (setting == nullptr || answer.index > setting->maximum || answer.index % 2 != 0) return EINVAL;
  if (setting->type == V4L2_CTRL_TYPE_INTEGER_MENU)
    answer.value = 100;
  else if (setting->type == V4L2_CTRL_TYPE_MENU)
    answer.name[0] = static_cast<std::uint8_t>('A' + answer.index);
  else
    return EINVAL;
  return 0;
}

int Device::exchange_payload(Setting& setting, v4l2_ext_control& control, bool sets) {
  if (setting.type == V4L2_CTRL_TYPE_STRING) {
    if (control.size <= text_.size()) return ENOSPC;
    if (!sets) {
      std::memcpy(control.string, text_.c_str(), text_.size() + 1);
      return 0;
    }
    text_.assign(control.string, strnlen(control.string, std::min(control.size, 8U)));
    change(setting, 0);
    return 0;
  }
  const auto size = setting.elems * setting.elem_size;
  if (!sets) {
    const bool fits = control.size >= size;
    control.size = size;
    if (!fits) return ENOSPC;
    std::memcpy(control.ptr, list_.data(), size);
    return 0;
  }
  const bool whole = (setting.flags & V4L2_CTRL_FLAG_DYNAMIC_ARRAY) != 0
                         ? control.size % setting.elem_size == 0 && control.size <= list_.size()
                         : control.size == size;
  if (!whole) return EFAULT;
  std::memcpy(list_.data(), control.ptr, control.size);
  setting.elems = control.size / setting.elem_size;
  change(setting, 0);
  return 0;
}

int Device::exchange(v4l2_ext_controls& wish, bool sets) {
  const std::span controls{wish.controls, wish.count};
  wish.error_idx = wish.count;
  // The call sets all controls or none. An id outside of the list is a struct that only HDMI has.
  for (const auto& control : controls) {
    const auto* const setting = find(control.id);
    if (setting == nullptr && !has(digital)) return EINVAL;
    if (setting == nullptr) continue;
    // The caller believes in another type. A pointer, which differs in each run, would become a
    // number.
    if (has_payload(setting->flags, setting->type) != (control.size != 0)) return EINVAL;
    if (sets && refuses(*setting)) return EBUSY;
  }
  for (auto& control : controls) {
    auto* const setting = find(control.id);
    if (setting == nullptr) continue;
    if (has_payload(setting->flags, setting->type)) {
      if (const int error = exchange_payload(*setting, control, sets)) return error;
    } else if (sets) {
      const bool wide = setting->type == V4L2_CTRL_TYPE_INTEGER64;
      change(*setting, wide ? std::int64_t{control.value64} : control.value);
    } else if (setting->type == V4L2_CTRL_TYPE_INTEGER64) {
      control.value64 = setting->value;
    } else {
      control.value = static_cast<std::int32_t>(setting->value);
    }
  }
  return 0;
}

int Device::exchange(v4l2_control& wish, bool sets) {
  auto* const setting = find(wish.id);
  if (setting == nullptr) return has(encodes) ? 0 : EINVAL;  // V4L2_CID_MPEG_VIDEO_FORCE_KEY_FRAME
  if (has_payload(setting->flags, setting->type)) return EINVAL;
  if (sets && refuses(*setting)) return EBUSY;
  if (sets) change(*setting, wish.value);
  wish.value = static_cast<std::int32_t>(setting->value);
  return 0;
}

void Device::change(Setting& setting, std::int64_t value) {
  setting.value = value;
  setting.news = setting.watched;
}

void Device::meddle(std::uint8_t how) {
  auto& setting = settings_[how % settings_.size()];
  if (setting.type == V4L2_CTRL_TYPE_STRING) text_ = text_ == "text" ? "other" : "text";
  if (setting.type == V4L2_CTRL_TYPE_U16) setting.elems = setting.elems % 4 + 1;
  change(setting, setting.maximum - setting.value);
  if ((how & 0x80) == 0) return;
  input_ = 1 - input_;
  standard_ = V4L2_STD_SECAM;
  timings_.bt.width = 640;
  crop_ = {.left = 0, .top = 0, .width = 8, .height = 8};
  compose_ = crop_;
}

int Device::subscribe(const v4l2_event_subscription& wish) {
  if (wish.type == V4L2_EVENT_SOURCE_CHANGE) return 0;
  auto* const setting = find(wish.id);
  if (setting == nullptr) return EINVAL;
  setting->watched = true;
  return 0;
}

std::uint32_t Device::pending_events() const {
  return events_ + static_cast<std::uint32_t>(std::ranges::count_if(settings_, &Setting::news));
}

int Device::dequeue(v4l2_event& answer) {
  const auto changed = std::ranges::find_if(settings_, &Setting::news);
  if (changed != settings_.end()) {
    changed->news = false;
    answer.type = V4L2_EVENT_CTRL;
    answer.id = changed->id;
    answer.u.ctrl.changes = V4L2_EVENT_CTRL_CH_VALUE;
    answer.u.ctrl.type = changed->type;
    answer.u.ctrl.value64 = changed->value;
  } else {
    if (events_ == 0) return ENOENT;
    --events_;
    answer.type = V4L2_EVENT_SOURCE_CHANGE;
    answer.u.src_change.changes = V4L2_EVENT_SRC_CH_RESOLUTION;
  }
  answer.pending = pending_events();
  return 0;
}

}  // namespace fuzz
