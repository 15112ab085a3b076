#include "settings/controls.h"

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <utility>

#include "device/text.h"
#include "kernel/node.h"

namespace v4l2 {
namespace {

/// This limit is for a driver that never says "no more".
constexpr std::size_t most_controls = 1024;
/// No driver has shown a text as long as this.
constexpr std::int64_t longest_text = 4096;

/// Returns true if VIDIOC_G_CTRL and VIDIOC_S_CTRL carry values of the type.
bool is_number(std::uint32_t type) {
  switch (type) {
    case V4L2_CTRL_TYPE_INTEGER:
    case V4L2_CTRL_TYPE_BOOLEAN:
    case V4L2_CTRL_TYPE_MENU:
    case V4L2_CTRL_TYPE_INTEGER_MENU:
    case V4L2_CTRL_TYPE_BITMASK:
      return true;
    default:
      return false;
  }
}

/// Returns true for a control that keeps what it is set to, and can be read.
bool is_setting(const v4l2_query_ext_ctrl& control) {
  constexpr auto never = V4L2_CTRL_FLAG_DISABLED | V4L2_CTRL_FLAG_READ_ONLY |
                         V4L2_CTRL_FLAG_WRITE_ONLY | V4L2_CTRL_FLAG_EXECUTE_ON_WRITE;
  if ((control.flags & never) != 0 || control.nr_of_dims != 0) return false;
  // These set a speed, no position.
  if (control.id == V4L2_CID_PAN_SPEED || control.id == V4L2_CID_TILT_SPEED ||
      control.id == V4L2_CID_ZOOM_CONTINUOUS)
    return false;
  if (control.type == V4L2_CTRL_TYPE_STRING)
    return control.maximum > 0 && control.maximum < longest_text;
  return is_number(control.type) || control.type == V4L2_CTRL_TYPE_INTEGER64;
}

/// Returns true if other controls may depend on this one. It is set before them.
bool decides(const Control& control) {
  return (control.flags & V4L2_CTRL_FLAG_UPDATE) != 0 || control.type == V4L2_CTRL_TYPE_BOOLEAN ||
         control.type == V4L2_CTRL_TYPE_MENU;
}

Control described(const v4l2_query_ext_ctrl& wire) {
  std::array<std::uint8_t, sizeof wire.name> name{};
  std::ranges::copy(wire.name, name.begin());
  Control control;
  control.id = wire.id;
  control.type = wire.type;
  control.flags = wire.flags;
  control.name = text_of(name);
  if (wire.type == V4L2_CTRL_TYPE_STRING)
    control.size = static_cast<std::uint32_t>(wire.maximum) + 1;
  return control;
}

/// Answers as VIDIOC_QUERY_EXT_CTRL would, for a driver that knows only VIDIOC_QUERYCTRL.
Result<bool> query_old(const Node& node, v4l2_query_ext_ctrl& wire) {
  v4l2_queryctrl old{};
  old.id = wire.id & ~std::uint32_t{V4L2_CTRL_FLAG_NEXT_COMPOUND};
  const auto known = node.ask(request::query_ctrl, old);
  if (!known || !*known) return known;
  wire.id = old.id;
  wire.type = old.type;
  wire.flags = old.flags;
  wire.maximum = old.maximum;
  std::ranges::copy(old.name, std::begin(wire.name));
  return true;
}

/// Lists the controls that keep what they are set to, without their values.
Result<std::vector<Control>> list(const Node& node) {
  std::vector<Control> found;
  bool old{};
  std::uint32_t last{};
  for (std::size_t i = 0; i < most_controls; ++i) {
    v4l2_query_ext_ctrl wire{};
    wire.id = last | V4L2_CTRL_FLAG_NEXT_CTRL;
    auto known = Result<bool>{};
    if (!old) {
      const auto asked = node.call(request::query_ext_ctrl, wire);
      old = !asked && asked.error().code == ENOTTY;
      if (asked)
        known = true;
      else if (!old && asked.error().gone())
        return std::unexpected{asked.error()};
      else
        known = false;
    }
    if (old) known = query_old(node, wire);
    if (!known && known.error().gone()) return std::unexpected{known.error()};
    // The ids ascend, unless the driver goes in circles.
    if (!known || !*known || wire.id <= last) break;
    last = wire.id;
    if (is_setting(wire)) found.push_back(described(wire));
  }
  return found;
}

v4l2_ext_control to_wire(Control& control) {
  v4l2_ext_control wire{};
  wire.id = control.id;
  if (control.is_string()) {
    control.text.resize(control.size);
    wire.size = control.size;
    wire.string = control.text.data();
  } else if (control.type == V4L2_CTRL_TYPE_INTEGER64) {
    wire.value64 = control.value;
  } else {
    wire.value = static_cast<std::int32_t>(control.value);
  }
  return wire;
}

void take(Control& control, const v4l2_ext_control& wire) {
  if (control.is_string())
    control.text.resize(std::min(control.text.find('\0'), control.text.size()));
  else
    control.value = control.type == V4L2_CTRL_TYPE_INTEGER64 ? wire.value64 : wire.value;
}

/// Exchanges all controls in one call. Each has its id, so they need not be of one class.
Result<> exchange(const Node& node, const Request<v4l2_ext_controls>& request,
                  std::span<Control> controls) {
  std::vector<v4l2_ext_control> wires;
  wires.reserve(controls.size());
  for (auto& control : controls)
    wires.push_back(to_wire(control));
  v4l2_ext_controls wire{};
  wire.which = V4L2_CTRL_WHICH_CUR_VAL;
  wire.count = static_cast<std::uint32_t>(wires.size());
  wire.controls = wires.data();
  const auto done = node.call(request, wire);
  for (std::size_t i = 0; i < controls.size(); ++i)
    take(controls[i], wires[i]);
  return done;
}

Result<> exchange_one(const Node& node, bool set, Control& control) {
  if (!is_number(control.type))
    return exchange(node, set ? request::s_ext_ctrls : request::g_ext_ctrls, {&control, 1});
  v4l2_control wire{.id = control.id, .value = static_cast<std::int32_t>(control.value)};
  const auto done = node.call(set ? request::s_ctrl : request::g_ctrl, wire);
  if (done) control.value = wire.value;
  return done;
}

/// Reads or sets all controls in one call. If that fails, each gets a call of its own, since some
/// drivers refuse all because of one. Returns the ids of those that were refused.
Result<std::set<std::uint32_t>> exchange_all(const Node& node, bool set,
                                             std::vector<Control>& controls) {
  std::set<std::uint32_t> refused;
  if (controls.empty()) return refused;
  const auto& request = set ? request::s_ext_ctrls : request::g_ext_ctrls;
  // A failed call may return wrong values for controls that it did not exchange, so it gets a copy.
  auto together = controls;
  const auto done = exchange(node, request, together);
  if (done) {
    controls = std::move(together);
    return refused;
  }
  if (done.error().gone()) return std::unexpected{done.error()};
  // A camera whose controls hang takes seconds for each control.
  bool hangs = done.error().code == ETIMEDOUT;
  for (auto& control : controls) {
    const auto one = hangs ? std::unexpected{done.error()} : exchange_one(node, set, control);
    if (one) continue;
    if (one.error().gone()) return std::unexpected{one.error()};
    hangs = hangs || one.error().code == ETIMEDOUT;
    refused.insert(control.id);
  }
  return refused;
}

}  // namespace

Result<Controls> Controls::with_values(const Node& node, std::vector<Control> listed) {
  const auto unread = exchange_all(node, false, listed);
  if (!unread) return std::unexpected{unread.error()};
  std::erase_if(listed, [&](const Control& control) { return unread->contains(control.id); });
  Controls controls;
  controls.all_ = std::move(listed);
  return controls;
}

Result<Controls> Controls::read(const Node& node) {
  auto listed = list(node);
  if (!listed) return std::unexpected{listed.error()};
  return with_values(node, std::move(*listed));
}

Result<Controls> Controls::watch(const Node& node) {
  auto listed = list(node);
  if (!listed) return std::unexpected{listed.error()};
  // The node subscribes before the values are read, so that no change is missed.
  for (const auto& control : *listed) {
    const auto told = subscribe_control(node, control.id);
    if (!told && told.error().gone()) return std::unexpected{told.error()};
    if (!told || !*told) break;  // a driver without such events
  }
  return with_values(node, std::move(*listed));
}

const Control* Controls::find(std::uint32_t id) const {
  const auto found = std::ranges::lower_bound(all_, id, {}, &Control::id);
  return found != all_.end() && found->id == id ? &*found : nullptr;
}

void Controls::note(const Node& node, const ControlChanged& change) {
  const auto* const found = find(change.id);
  if (found == nullptr) return;
  auto& control = all_[static_cast<std::size_t>(found - all_.data())];
  if (!control.is_string()) {
    control.value = change.value;
    return;
  }
  auto asked = control;  // an event carries no text
  if (exchange_one(node, false, asked)) control.text = std::move(asked.text);
}

/// Returns the controls whose value differs in `from` and that are free to be set there.
std::vector<Control> Controls::differing(const Controls& from) const {
  std::vector<Control> due;
  for (const auto& control : all_) {
    const auto* const now = from.find(control.id);
    if (now != nullptr && now->is_free() && !now->same_value(control)) due.push_back(control);
  }
  return due;
}

Result<std::vector<std::string>> Controls::restore(const Node& node) const {
  // The rounds are for modes, for what they set free, and for what one of these has changed again.
  constexpr int most_rounds = 4;
  std::set<std::uint32_t> tried;
  std::set<std::uint32_t> refused;
  auto now = read(node);
  for (int round = 0; now && round < most_rounds; ++round) {
    auto due = differing(*now);
    std::erase_if(due, [&](const Control& control) { return refused.contains(control.id); });
    if (due.empty()) break;
    // A control goes first only once: one that does not keep its value must not delay the others.
    const auto goes_first = [&](const Control& control) {
      return decides(control) && !tried.contains(control.id);
    };
    if (std::ranges::any_of(due, goes_first)) std::erase_if(due, std::not_fn(goes_first));
    for (const auto& control : due)
      tried.insert(control.id);
    const auto failed = exchange_all(node, true, due);
    if (!failed) return std::unexpected{failed.error()};
    refused.insert(failed->begin(), failed->end());
    now = read(node);
  }
  if (!now) return std::unexpected{now.error()};
  std::vector<std::string> names;
  for (const auto& control : differing(*now))
    names.push_back(control.name);
  for (const auto& control : all_)
    if (now->find(control.id) == nullptr) names.push_back(control.name);
  return names;
}

}  // namespace v4l2
