// The control ioctls of the camera that get and set values.

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "fake/camera.h"
#include "fake/control_type.h"
#include "kernel/newer_kernel.h"

namespace fake {
namespace {

bool is_signed(std::uint32_t type) {
  return type == V4L2_CTRL_TYPE_INTEGER || type == V4L2_CTRL_TYPE_RECT;
}

std::int64_t load(std::uint32_t type, const void* from) {
  const auto as = [from]<class Number>(Number number) {
    std::memcpy(&number, from, sizeof number);
    return static_cast<std::int64_t>(number);
  };
  switch (number_size(type)) {
    case 8:
      return as(std::int64_t{});
    case 4:
      return is_signed(type) ? as(std::int32_t{}) : as(std::uint32_t{});
    case 2:
      return as(std::uint16_t{});
    default:
      return as(std::uint8_t{});
  }
}

void store(std::uint32_t type, std::int64_t number, void* to) {
  const auto as = [to]<class Number>(Number value) {
    std::memcpy(to, &value, sizeof value);
  };
  switch (number_size(type)) {
    case 8:
      return as(number);
    case 4:
      return as(static_cast<std::uint32_t>(number));
    case 2:
      return as(static_cast<std::uint16_t>(number));
    default:
      return as(static_cast<std::uint8_t>(number));
  }
}

/// Rounds to the nearest step in the range, as the control framework does (ROUND_TO_RANGE).
std::int64_t rounded(const ModelControl& control, std::int64_t number) {
  const auto step = static_cast<std::int64_t>(std::max<std::uint64_t>(control.step, 1));
  const auto near = std::clamp(number, control.minimum, control.maximum);
  // Wide ranges have steps of 1.
  if (step == 1) return near;
  const auto steps = (near - control.minimum + step / 2) / step;
  return std::min(control.minimum + steps * step, control.maximum);
}

bool has_range(const ModelControl& control) {
  return control.minimum < control.maximum;
}

}  // namespace

bool is_list(const ModelControl& control) {
  return !control.dims.empty() || control.type >= V4L2_CTRL_COMPOUND_TYPES;
}

bool is_number(const ModelControl& control) {
  return !is_list(control) && control.type != V4L2_CTRL_TYPE_STRING &&
         control.type != V4L2_CTRL_TYPE_INTEGER64;
}

std::uint32_t number_size(std::uint32_t type) {
  if (type == V4L2_CTRL_TYPE_INTEGER64) return 8;
  if (type == V4L2_CTRL_TYPE_U16) return 2;
  const bool word = type < V4L2_CTRL_COMPOUND_TYPES || type == V4L2_CTRL_TYPE_U32 ||
                    type == V4L2_CTRL_TYPE_AREA || type == V4L2_CTRL_TYPE_RECT;
  return word ? 4 : 1;
}

std::uint32_t numbers_per_element(const ModelControl& control) {
  switch (control.type) {
    case V4L2_CTRL_TYPE_AREA:
      return 2;
    case V4L2_CTRL_TYPE_RECT:
      return 4;
    default:
      break;
  }
  const bool plain = control.type <= V4L2_CTRL_TYPE_U32;
  return plain ? 1 : static_cast<std::uint32_t>(control.numbers.size());
}

bool has_entry(const ModelControl& control, std::int64_t index) {
  if (control.type != V4L2_CTRL_TYPE_MENU && control.type != V4L2_CTRL_TYPE_INTEGER_MENU)
    return false;
  if (index < control.minimum || index > control.maximum) return false;
  return control.menu.empty() ||
         std::ranges::any_of(control.menu, [&](const auto& entry) { return entry.index == index; });
}

std::uint32_t Camera::element_size(const ControlState& control) {
  if (control.is.type == V4L2_CTRL_TYPE_STRING)
    return static_cast<std::uint32_t>(control.is.maximum) + 1;
  return numbers_per_element(control.is) * number_size(control.is.type);
}

std::uint32_t Camera::element_count(const ControlState& control) {
  return static_cast<std::uint32_t>(control.value.numbers.size()) / numbers_per_element(control.is);
}

int Camera::g_ctrl(v4l2_control& answer) const {
  const auto* const control = find_control(answer.id);
  if (control == nullptr || !is_number(control->is)) return EINVAL;
  if ((control->is.flags & V4L2_CTRL_FLAG_WRITE_ONLY) != 0) return EACCES;
  answer.value = static_cast<std::int32_t>(control->value.number);
  return 0;
}

int Camera::s_ctrl(const Opener& opener, v4l2_control& wanted) {
  changed();
  if (model_.forces_key_frames && wanted.id == V4L2_CID_MPEG_VIDEO_FORCE_KEY_FRAME) return 0;
  v4l2_ext_control wide{};
  wide.id = wanted.id;
  wide.value = wanted.value;
  auto* const known = find_control(wanted.id);
  if (known == nullptr || !is_number(known->is)) return EINVAL;
  const auto value = try_ext_ctrl(wide);
  if (!value) return value.error();
  wanted.value = static_cast<std::int32_t>(value->number);
  take_value(&opener, *known, *value);
  return 0;
}

/// Returns what the control framework returns. EINVAL means an unknown control, ENOSPC a payload
/// that is too small for the value.
int Camera::g_ext_ctrl(v4l2_ext_control& answer) const {
  const auto give = [&answer](const auto& value) {
    if (!value) return EINVAL;
    if (answer.size < sizeof *value) {
      answer.size = sizeof *value;
      return ENOSPC;
    }
    std::memcpy(answer.ptr, &*value, sizeof *value);
    return 0;
  };
  if (answer.id == V4L2_CID_COLORIMETRY_HDR10_CLL_INFO) return give(model_.light_level);
  if (answer.id == V4L2_CID_COLORIMETRY_HDR10_MASTERING_DISPLAY)
    return give(model_.mastering_display);
  const auto* const control = find_control(answer.id);
  if (control == nullptr) return EINVAL;
  if ((control->is.flags & V4L2_CTRL_FLAG_WRITE_ONLY) != 0) return EACCES;
  return put_value(*control, control->value, answer);
}

/// Writes a value into an ioctl's argument.
int Camera::put_value(const ControlState& control, const ControlValue& value,
                      v4l2_ext_control& answer) {
  if (is_list(control.is)) {
    const auto one = number_size(control.is.type);
    const auto size = static_cast<std::uint32_t>(value.numbers.size()) * one;
    const bool fits = answer.size >= size;
    answer.size = size;
    if (!fits) return ENOSPC;
    for (std::size_t i = 0; i < value.numbers.size(); ++i)
      store(control.is.type, value.numbers[i], answer.p_u8 + i * one);
  } else if (control.is.type == V4L2_CTRL_TYPE_STRING) {
    const auto size = static_cast<std::uint32_t>(control.is.maximum) + 1;
    if (answer.size < size) {
      answer.size = size;
      return ENOSPC;
    }
    std::memcpy(answer.string, value.text.c_str(), value.text.size() + 1);
  } else if (control.is.type == V4L2_CTRL_TYPE_INTEGER64) {
    answer.value64 = value.number;
  } else {
    answer.value = static_cast<std::int32_t>(value.number);
  }
  return 0;
}

int Camera::g_ext_ctrls(v4l2_ext_controls& answer) const {
  for (auto& control : std::span{answer.controls, answer.count}) {
    const int error = g_ext_ctrl(control);
    if (error == 0) continue;
    answer.error_idx = answer.count;
    return error;
  }
  return 0;
}

std::expected<Camera::ControlValue, int> Camera::list_value(const ControlState& control,
                                                            const v4l2_ext_control& wanted) {
  const auto one = number_size(control.is.type);
  const bool dynamic = (control.is.flags & V4L2_CTRL_FLAG_DYNAMIC_ARRAY) != 0;
  // The framework sets whole arrays (prepare_ext_ctrls()).
  const auto count = dynamic ? wanted.size / one : control.value.numbers.size();
  if (wanted.size < count * one) return std::unexpected{EFAULT};
  if (dynamic && (count == 0 || count > control.is.dims.front())) return std::unexpected{ENOSPC};
  ControlValue value;
  for (std::size_t i = 0; i < count; ++i) {
    const auto number = load(control.is.type, wanted.p_u8 + i * one);
    value.numbers.push_back(has_range(control.is) ? rounded(control.is, number) : number);
  }
  return value;
}

std::expected<Camera::ControlValue, int> Camera::number_value(const ModelControl& is,
                                                              std::int64_t number) {
  switch (is.type) {
    case V4L2_CTRL_TYPE_BUTTON:
      return ControlValue{};
    case V4L2_CTRL_TYPE_BOOLEAN:
      return ControlValue{.number = number != 0 ? 1 : 0};
    case V4L2_CTRL_TYPE_BITMASK:
      return ControlValue{.number = static_cast<std::uint32_t>(number) & is.maximum};
    case V4L2_CTRL_TYPE_MENU:
    case V4L2_CTRL_TYPE_INTEGER_MENU:
      if (number < is.minimum || number > is.maximum) return std::unexpected{ERANGE};
      if (!has_entry(is, number)) return std::unexpected{EINVAL};
      return ControlValue{.number = number};
    default:
      break;
  }
  if (is.refuses_beyond_range && (number < is.minimum || number > is.maximum))
    return std::unexpected{ERANGE};
  return ControlValue{.number = rounded(is, number)};
}

std::expected<Camera::ControlValue, int> Camera::try_ext_ctrl(
    const v4l2_ext_control& wanted) const {
  const auto* const control = find_control(wanted.id);
  if (control == nullptr) return std::unexpected{EINVAL};
  const auto& is = control->is;
  const auto flags = flags_of(*control);
  const bool closed = (flags & V4L2_CTRL_FLAG_INACTIVE) != 0 && !is.stores_inactive;
  if ((flags & V4L2_CTRL_FLAG_READ_ONLY) != 0 || closed) return std::unexpected{EACCES};
  if ((flags & V4L2_CTRL_FLAG_GRABBED) != 0) return std::unexpected{EBUSY};
  if (is_list(is)) return list_value(*control, wanted);
  if (is.type == V4L2_CTRL_TYPE_STRING) {
    const std::string text{wanted.string, strnlen(wanted.string, wanted.size)};
    const auto length = static_cast<std::int64_t>(text.size());
    if (length < is.minimum || length > is.maximum) return std::unexpected{ERANGE};
    return ControlValue{.text = text};
  }
  return number_value(is, is.type == V4L2_CTRL_TYPE_INTEGER64 ? wanted.value64 : wanted.value);
}

/// Sets all controls or none. Flags and ranges of the time before the call decide.
int Camera::s_ext_ctrls(const Opener& opener, v4l2_ext_controls& wanted, bool try_only) {
  const std::span controls{wanted.controls, wanted.count};
  std::vector<ControlValue> values;
  for (std::uint32_t i = 0; i < wanted.count; ++i) {
    auto value = try_ext_ctrl(controls[i]);
    if (!value) {
      // Only VIDIOC_TRY_EXT_CTRLS says which one (try_set_ext_ctrls_common()).
      wanted.error_idx = try_only ? i : wanted.count;
      return value.error();
    }
    values.push_back(std::move(*value));
  }
  for (std::uint32_t i = 0; i < wanted.count; ++i) {
    auto* const known = find_control(controls[i].id);
    put_value(*known, values[i], controls[i]);
    if (!try_only) take_value(&opener, *known, values[i]);
  }
  return 0;
}

/// Stores a value. `setter` is the opener that set it, or null. The kernel sends that opener no
/// event. A button counts how often it was pressed.
void Camera::take_value(const Opener* setter, ControlState& control, ControlValue value) {
  if (control.is.type == V4L2_CTRL_TYPE_BUTTON) value.number = control.value.number + 1;
  if (control.value == value) return;
  std::vector<std::uint32_t> before;
  for (const auto& each : controls_)
    before.push_back(flags_of(each));
  control.value = std::move(value);
  send_control_event(setter, control, V4L2_EVENT_CTRL_CH_VALUE);
  for (std::size_t i = 0; i < controls_.size(); ++i)
    if (flags_of(controls_[i]) != before[i])
      send_control_event(nullptr, controls_[i], V4L2_EVENT_CTRL_CH_FLAGS);
  changed();
}

}  // namespace fake
