// The control ioctls of the camera that describe, and the events. camera_control_values.cpp has
// those that get and set.

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <numeric>
#include <ranges>

#include "fake/camera.h"
#include "fake/control_type.h"

namespace fake {
namespace {

void put_name(std::span<char> field, const std::string& name) {
  std::ranges::fill(field, '\0');
  std::memcpy(field.data(), name.data(), std::min(name.size(), field.size() - 1));
}

std::uint32_t elements_of(const ModelControl& control) {
  return std::accumulate(control.dims.begin(), control.dims.end(), 1U, std::multiplies{});
}

}  // namespace

// ---- calls of the test --------------------------------------------------------------------------

void Camera::set_control(std::uint32_t id, std::int64_t value) {
  const std::lock_guard lock{mutex_};
  if (auto* const control = find_control(id)) take_value(nullptr, *control, {.number = value});
}

void Camera::set_control(std::uint32_t id, const std::string& text) {
  const std::lock_guard lock{mutex_};
  if (auto* const control = find_control(id)) take_value(nullptr, *control, {.text = text});
}

void Camera::set_control(std::uint32_t id, std::vector<std::int64_t> numbers) {
  const std::lock_guard lock{mutex_};
  if (auto* const control = find_control(id))
    take_value(nullptr, *control, {.numbers = std::move(numbers)});
}

void Camera::set_control_range(std::uint32_t id, std::int64_t minimum, std::int64_t maximum) {
  const std::lock_guard lock{mutex_};
  auto* const control = find_control(id);
  if (control == nullptr) return;
  control->is.minimum = minimum;
  control->is.maximum = maximum;
  control->is.initial = std::clamp(control->is.initial, minimum, maximum);
  auto changes = std::uint32_t{V4L2_EVENT_CTRL_CH_RANGE};
  const auto number = std::clamp(control->value.number, minimum, maximum);
  if (number != control->value.number) changes |= V4L2_EVENT_CTRL_CH_VALUE;
  control->value.number = number;
  send_control_event(nullptr, *control, changes);
  changed();
}

std::int64_t Camera::control(std::uint32_t id) {
  const std::lock_guard lock{mutex_};
  const auto* const control = find_control(id);
  return control != nullptr ? control->value.number : -1;
}

std::string Camera::control_text(std::uint32_t id) {
  const std::lock_guard lock{mutex_};
  const auto* const control = find_control(id);
  return control != nullptr ? control->value.text : std::string{};
}

std::vector<std::int64_t> Camera::control_numbers(std::uint32_t id) {
  const std::lock_guard lock{mutex_};
  const auto* const control = find_control(id);
  return control != nullptr ? control->value.numbers : std::vector<std::int64_t>{};
}

void Camera::wait_events_fetched() {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [this] {
    return std::ranges::all_of(
        events_, [](const auto& subscriber) { return subscriber.second.waiting.empty(); });
  });
}

// ---- calls of the kernel ------------------------------------------------------------------------

Camera::ControlState Camera::initial_state(const ModelControl& control) {
  ControlState state{
      .is = control,
      .value = {.number = control.initial, .text = control.text, .numbers = control.numbers}};
  const bool dynamic = (control.flags & V4L2_CTRL_FLAG_DYNAMIC_ARRAY) != 0;
  if (!control.dims.empty() && !dynamic) state.value.numbers.resize(elements_of(control));
  if (control.type == V4L2_CTRL_TYPE_BUTTON)
    state.is.flags |= V4L2_CTRL_FLAG_WRITE_ONLY | V4L2_CTRL_FLAG_EXECUTE_ON_WRITE;
  if (is_list(control) || control.type == V4L2_CTRL_TYPE_STRING)
    state.is.flags |= V4L2_CTRL_FLAG_HAS_PAYLOAD;
  return state;
}

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
  const bool taken = automatic != nullptr && automatic->value.number != control.is.manual_value;
  const bool grabbed = control.is.grabbed_while_streaming && queue_.streaming();
  return control.is.flags | (taken ? V4L2_CTRL_FLAG_INACTIVE : 0U) |
         (grabbed ? V4L2_CTRL_FLAG_GRABBED : 0U);
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
      return s_ctrl(opener, *static_cast<v4l2_control*>(argument));
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
    if ((answer.id & next) == 0) return control.is.id == asked;
    const auto kind = is_list(control.is) ? V4L2_CTRL_FLAG_NEXT_COMPOUND : V4L2_CTRL_FLAG_NEXT_CTRL;
    return control.is.id > asked && (answer.id & kind) != 0;
  });
  if (found == controls_.end()) return EINVAL;
  const auto& is = found->is;
  answer = {};
  answer.id = is.id;
  answer.type = is.type;
  put_name(answer.name, is.name);
  answer.minimum = is.minimum;
  answer.maximum = is.maximum;
  answer.step = is.step;
  answer.default_value = is.initial;
  answer.flags = flags_of(*found);
  answer.elem_size = element_size(*found);
  answer.elems = is_list(is) ? element_count(*found) : 1;
  answer.nr_of_dims = static_cast<std::uint32_t>(is.dims.size());
  std::ranges::copy(is.dims, std::begin(answer.dims));
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
  // 64 bits and arrays have no range here (v4l2_query_ext_ctrl_to_v4l2_queryctrl()).
  if (wide.type == V4L2_CTRL_TYPE_INTEGER64 || wide.type >= V4L2_CTRL_COMPOUND_TYPES) return 0;
  answer.minimum = static_cast<std::int32_t>(wide.minimum);
  answer.maximum = static_cast<std::int32_t>(wide.maximum);
  answer.step = static_cast<std::int32_t>(wide.step);
  answer.default_value = static_cast<std::int32_t>(wide.default_value);
  return 0;
}

int Camera::query_menu(v4l2_querymenu& answer) const {
  const auto* const control = find_control(answer.id);
  const auto index = answer.index;
  if (control == nullptr || !has_entry(control->is, index)) return EINVAL;
  const auto& menu = control->is.menu;
  const auto entry = std::ranges::find(menu, index, &ModelMenuEntry::index);
  const auto name = entry == menu.end() ? "Entry " + std::to_string(index) : entry->label;
  std::memset(&answer.name, 0, sizeof answer.name);
  if (control->is.type == V4L2_CTRL_TYPE_INTEGER_MENU)
    answer.value = entry == menu.end() ? std::int64_t{index} : entry->number;
  else
    std::memcpy(&answer.name, name.data(), std::min(name.size(), sizeof answer.name - 1));
  return 0;
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
    if ((control.is.flags & V4L2_CTRL_FLAG_HAS_PAYLOAD) != 0)
      event.u.ctrl.value64 = 0;
    else if (control.is.type == V4L2_CTRL_TYPE_INTEGER64)
      event.u.ctrl.value64 = control.value.number;
    else
      event.u.ctrl.value = static_cast<std::int32_t>(control.value.number);
    event.u.ctrl.flags = flags_of(control);
    event.u.ctrl.minimum = static_cast<std::int32_t>(control.is.minimum);
    event.u.ctrl.maximum = static_cast<std::int32_t>(control.is.maximum);
    event.u.ctrl.step = static_cast<std::int32_t>(control.is.step);
    event.u.ctrl.default_value = static_cast<std::int32_t>(control.is.initial);
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
