// The control ioctls of the camera.

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ranges>

#include "fake/camera.h"

namespace fake {
namespace {

void put_name(std::span<char> field, const std::string& name) {
  std::ranges::fill(field, '\0');
  std::memcpy(field.data(), name.data(), std::min(name.size(), field.size() - 1));
}

/// Whether VIDIOC_G_CTRL and VIDIOC_S_CTRL can carry a value of this type.
bool is_number(std::uint32_t type) {
  return type != V4L2_CTRL_TYPE_STRING && type != V4L2_CTRL_TYPE_INTEGER64;
}

}  // namespace

// ---- calls of the test --------------------------------------------------------------------------

void Camera::set_control(std::uint32_t id, std::int64_t value) {
  const std::lock_guard lock{mutex_};
  if (auto* const control = find_control(id)) take_value(nullptr, *control, value, {});
}

void Camera::set_control(std::uint32_t id, const std::string& text) {
  const std::lock_guard lock{mutex_};
  if (auto* const control = find_control(id)) take_value(nullptr, *control, 0, text);
}

std::int64_t Camera::control(std::uint32_t id) {
  const std::lock_guard lock{mutex_};
  const auto* const control = find_control(id);
  return control != nullptr ? control->value : -1;
}

std::string Camera::control_text(std::uint32_t id) {
  const std::lock_guard lock{mutex_};
  const auto* const control = find_control(id);
  return control != nullptr ? control->text : std::string{};
}

void Camera::wait_events_fetched() {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [this] {
    return std::ranges::all_of(
        events_, [](const auto& subscriber) { return subscriber.second.waiting.empty(); });
  });
}

// ---- calls of the kernel ------------------------------------------------------------------------

const Camera::ControlState* Camera::find_control(std::uint32_t id) const {
  const auto found = std::ranges::find(controls_, id, [](const auto& each) { return each.is.id; });
  return found == controls_.end() ? nullptr : &*found;
}

Camera::ControlState* Camera::find_control(std::uint32_t id) {
  const auto found = std::ranges::find(controls_, id, [](const auto& each) { return each.is.id; });
  return found == controls_.end() ? nullptr : &*found;
}

std::uint32_t Camera::flags_of(const ControlState& control) const {
  const auto* const automatic = find_control(control.is.automatic);
  const bool taken = automatic != nullptr && automatic->value != control.is.manual_value;
  return control.is.flags | (taken ? V4L2_CTRL_FLAG_INACTIVE : 0);
}

int Camera::control_ioctl(const Opener& opener, unsigned long request, void* argument) {
  if (!model_.has_controls) return ENOTTY;
  switch (request) {
    case VIDIOC_QUERYCTRL:
      return query_ctrl(*static_cast<v4l2_queryctrl*>(argument));
    case VIDIOC_QUERYMENU:
      return query_menu(*static_cast<v4l2_querymenu*>(argument));
    case VIDIOC_G_CTRL:
      return g_ctrl(*static_cast<v4l2_control*>(argument));
    case VIDIOC_S_CTRL:
      return s_ctrl(opener, *static_cast<const v4l2_control*>(argument));
    default:
      break;
  }
  if (model_.old_controls) return ENOTTY;
  switch (request) {
    case VIDIOC_QUERY_EXT_CTRL:
      return query_ext_ctrl(*static_cast<v4l2_query_ext_ctrl*>(argument));
    case VIDIOC_G_EXT_CTRLS:
      return g_ext_ctrls(*static_cast<v4l2_ext_controls*>(argument));
    case VIDIOC_S_EXT_CTRLS:
    case VIDIOC_TRY_EXT_CTRLS:
      return s_ext_ctrls(opener, *static_cast<v4l2_ext_controls*>(argument),
                         request == VIDIOC_TRY_EXT_CTRLS);
    default:
      return ENOTTY;
  }
}

int Camera::query_ext_ctrl(v4l2_query_ext_ctrl& answer) const {
  constexpr std::uint32_t next = V4L2_CTRL_FLAG_NEXT_CTRL | V4L2_CTRL_FLAG_NEXT_COMPOUND;
  const auto asked = answer.id & ~next;
  const auto found = std::ranges::find_if(controls_, [&](const ControlState& control) {
    return (answer.id & V4L2_CTRL_FLAG_NEXT_CTRL) != 0 ? control.is.id > asked
                                                       : control.is.id == asked;
  });
  if (found == controls_.end()) return EINVAL;
  const auto& is = found->is;
  answer = {};
  answer.id = is.id;
  answer.type = is.type;
  put_name(answer.name, is.name);
  answer.minimum = is.minimum;
  answer.maximum = is.maximum;
  answer.step = 1;
  answer.default_value = is.initial;
  answer.flags = flags_of(*found);
  answer.elem_size = is_number(is.type) ? 4 : 8;
  if (is.type == V4L2_CTRL_TYPE_STRING) {
    answer.flags |= V4L2_CTRL_FLAG_HAS_PAYLOAD;
    answer.elem_size = static_cast<std::uint32_t>(is.maximum) + 1;
  }
  answer.elems = 1;
  return 0;
}

int Camera::query_ctrl(v4l2_queryctrl& answer) const {
  v4l2_query_ext_ctrl wide{};
  wide.id = answer.id;
  if (const int error = query_ext_ctrl(wide)) return error;
  answer = {};
  answer.id = wide.id;
  answer.type = wide.type;
  std::ranges::copy(wide.name, std::begin(answer.name));
  answer.flags = wide.flags;
  // A 64-bit control has no range here (v4l2_query_ext_ctrl_to_v4l2_queryctrl()).
  if (wide.type == V4L2_CTRL_TYPE_INTEGER64) return 0;
  answer.minimum = static_cast<std::int32_t>(wide.minimum);
  answer.maximum = static_cast<std::int32_t>(wide.maximum);
  answer.step = static_cast<std::int32_t>(wide.step);
  answer.default_value = static_cast<std::int32_t>(wide.default_value);
  return 0;
}

int Camera::query_menu(v4l2_querymenu& answer) const {
  const auto* const control = find_control(answer.id);
  if (control == nullptr || control->is.type != V4L2_CTRL_TYPE_MENU ||
      answer.index > control->is.maximum)
    return EINVAL;
  const auto name = "Entry " + std::to_string(answer.index);
  std::memset(&answer.name, 0, sizeof answer.name);
  std::memcpy(&answer.name, name.data(), name.size());
  return 0;
}

int Camera::g_ctrl(v4l2_control& answer) const {
  const auto* const control = find_control(answer.id);
  if (control == nullptr || !is_number(control->is.type)) return EINVAL;
  answer.value = static_cast<std::int32_t>(control->value);
  return 0;
}

int Camera::s_ctrl(const Opener& opener, const v4l2_control& wanted) {
  changed();
  if (model_.forces_key_frames && wanted.id == V4L2_CID_MPEG_VIDEO_FORCE_KEY_FRAME) return 0;
  v4l2_ext_control wide{};
  wide.id = wanted.id;
  wide.value = wanted.value;
  auto* const known = find_control(wanted.id);
  if (known == nullptr || !is_number(known->is.type)) return EINVAL;
  if (const int error = try_ext_ctrl(wide)) return error;
  take_value(&opener, *known, wanted.value, {});
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
  if (control->is.type == V4L2_CTRL_TYPE_STRING) {
    const auto size = static_cast<std::uint32_t>(control->is.maximum) + 1;
    if (answer.size < size) {
      answer.size = size;
      return ENOSPC;
    }
    std::memcpy(answer.string, control->text.c_str(), control->text.size() + 1);
  } else if (control->is.type == V4L2_CTRL_TYPE_INTEGER64) {
    answer.value64 = control->value;
  } else {
    answer.value = static_cast<std::int32_t>(control->value);
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

int Camera::try_ext_ctrl(const v4l2_ext_control& wanted) const {
  const auto* const control = find_control(wanted.id);
  if (control == nullptr) return EINVAL;
  const auto flags = flags_of(*control);
  if ((flags & (V4L2_CTRL_FLAG_READ_ONLY | V4L2_CTRL_FLAG_INACTIVE)) != 0) return EACCES;
  if ((flags & V4L2_CTRL_FLAG_GRABBED) != 0) return EBUSY;
  if (control->is.type == V4L2_CTRL_TYPE_STRING) return 0;
  const auto value = control->is.type == V4L2_CTRL_TYPE_INTEGER64 ? wanted.value64 : wanted.value;
  return value < control->is.minimum || value > control->is.maximum ? ERANGE : 0;
}

/// Sets all controls or none. Flags and ranges of the time before the call decide.
int Camera::s_ext_ctrls(const Opener& opener, v4l2_ext_controls& wanted, bool try_only) {
  const std::span controls{wanted.controls, wanted.count};
  for (const auto& control : controls)
    if (const int error = try_ext_ctrl(control)) {
      wanted.error_idx = wanted.count;
      return error;
    }
  if (try_only) return 0;
  for (const auto& control : controls) {
    auto* const known = find_control(control.id);
    if (known == nullptr) return EINVAL;
    if (known->is.type == V4L2_CTRL_TYPE_STRING)
      take_value(&opener, *known, 0, control.string);
    else
      take_value(&opener, *known,
                 known->is.type == V4L2_CTRL_TYPE_INTEGER64 ? control.value64 : control.value, {});
  }
  return 0;
}

/// Stores a value. `setter` is the opener that set it, or null. The kernel sends that opener no
/// event.
void Camera::take_value(const Opener* setter, ControlState& control, std::int64_t value,
                        const std::string& text) {
  if (control.value == value && control.text == text) return;
  std::vector<std::uint32_t> before;
  for (const auto& each : controls_)
    before.push_back(flags_of(each));
  control.value = value;
  control.text = text;
  send_control_event(setter, control, V4L2_EVENT_CTRL_CH_VALUE);
  for (std::size_t i = 0; i < controls_.size(); ++i)
    if (flags_of(controls_[i]) != before[i])
      send_control_event(nullptr, controls_[i], V4L2_EVENT_CTRL_CH_FLAGS);
  changed();
}

void Camera::send_control_event(const Opener* setter, const ControlState& control,
                                std::uint32_t changes) {
  for (auto& [opener, subscriber] : events_) {
    const auto wanted =
        std::ranges::find_if(subscriber.wants, [&](const v4l2_event_subscription& one) {
          return one.type == V4L2_EVENT_CTRL && one.id == control.is.id;
        });
    if (wanted == subscriber.wants.end()) continue;
    if (opener == setter && (wanted->flags & V4L2_EVENT_SUB_FL_ALLOW_FEEDBACK) == 0) continue;
    v4l2_event event{};
    event.type = V4L2_EVENT_CTRL;
    event.id = control.is.id;
    event.u.ctrl.changes = changes;
    event.u.ctrl.type = control.is.type;
    if (control.is.type == V4L2_CTRL_TYPE_INTEGER64)
      event.u.ctrl.value64 = control.value;
    else if (control.is.type != V4L2_CTRL_TYPE_STRING)
      event.u.ctrl.value = static_cast<std::int32_t>(control.value);
    event.u.ctrl.flags = flags_of(control);
    // Each control has at most one event waiting. A later event replaces it, with the changes of
    // both (v4l2_ctrl_replace()).
    auto& waiting = subscriber.waiting;
    const auto earlier = std::ranges::find_if(waiting, [&](const v4l2_event& one) {
      return one.type == V4L2_EVENT_CTRL && one.id == event.id;
    });
    if (earlier != waiting.end()) {
      event.u.ctrl.changes |= earlier->u.ctrl.changes;
      waiting.erase(earlier);
    }
    waiting.push_back(event);
  }
}

}  // namespace fake
