#include "settings/control_info.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>

#include "device/events.h"
#include "device/text.h"
#include "kernel/node.h"
#include "settings/control_names.h"

namespace v4l2 {
namespace {

/// This limit is for a driver that never says "no more".
constexpr std::size_t most_controls = 1024;
/// The longest menu of the kernel, of H.264 levels, has about 20 entries.
constexpr std::int64_t most_entries = 256;

/// Answers as VIDIOC_QUERY_EXT_CTRL would, for a driver that knows only VIDIOC_QUERYCTRL.
Result<> query_old(const Node& node, v4l2_query_ext_ctrl& wire) {
  v4l2_queryctrl old{};
  old.id = wire.id & ~std::uint32_t{V4L2_CTRL_FLAG_NEXT_COMPOUND};
  const auto known = node.call(request::query_ctrl, old);
  if (!known) return known;
  wire = {};
  wire.id = old.id;
  wire.type = old.type;
  wire.flags = old.flags;
  wire.minimum = old.minimum;
  // A mask has no sign.
  wire.maximum = old.type == V4L2_CTRL_TYPE_BITMASK
                     ? std::int64_t{static_cast<std::uint32_t>(old.maximum)}
                     : old.maximum;
  wire.step = static_cast<std::uint64_t>(std::max(old.step, 0));
  wire.default_value = old.default_value;
  wire.elems = 1;
  wire.elem_size = old.type == V4L2_CTRL_TYPE_STRING
                       ? static_cast<std::uint32_t>(std::max(old.maximum, 0)) + 1
                       : 4;
  std::ranges::copy(old.name, std::begin(wire.name));
  return {};
}

Result<> query(const Node& node, v4l2_query_ext_ctrl& wire) {
  const auto asked = node.call(request::query_ext_ctrl, wire);
  return asked || asked.error().code != ENOTTY ? asked : query_old(node, wire);
}

ControlInfo described(const v4l2_query_ext_ctrl& wire) {
  std::array<std::uint8_t, sizeof wire.name> name{};
  std::ranges::copy(wire.name, name.begin());
  ControlInfo control;
  control.id = wire.id;
  control.type = wire.type;
  control.flags = wire.flags;
  control.name = text_of(name);
  control.minimum = wire.minimum;
  control.maximum = wire.maximum;
  control.step = wire.step;
  control.default_value = wire.default_value;
  control.elem_size = wire.elem_size;
  control.elems = wire.elems;
  const auto count = std::min<std::size_t>(wire.nr_of_dims, std::size(wire.dims));
  control.dims.assign(wire.dims, wire.dims + count);
  return control;
}

/// Reads the entries of a menu. A driver returns EINVAL for an index without an entry.
Result<std::vector<MenuEntry>> read_menu(const Node& node, const ControlInfo& control) {
  std::vector<MenuEntry> entries;
  const auto first = std::clamp<std::int64_t>(control.minimum, 0, UINT32_MAX);
  const auto last = std::min(control.maximum, first + most_entries - 1);
  for (auto index = first; index <= last; ++index) {
    v4l2_querymenu wire{};
    wire.id = control.id;
    wire.index = static_cast<std::uint32_t>(index);
    const auto there = node.ask_in_passing(request::query_menu, wire);
    if (!there) return std::unexpected{there.error()};
    if (!*there) continue;
    MenuEntry entry{.index = index, .label = {}, .number = {}};
    if (control.type == V4L2_CTRL_TYPE_INTEGER_MENU) {
      // The struct is packed, so no reference to the member can be made.
      const std::int64_t number = wire.value;
      entry.number = number;
      entry.label = std::to_string(number);
    } else {
      std::array<std::uint8_t, sizeof wire.name> label{};
      std::memcpy(label.data(), &wire.name, label.size());
      entry.label = text_of(label);
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

/// Gives each control its key.
void name(std::vector<ControlInfo>& controls) {
  std::vector<std::string> taken;
  for (auto& control : controls) {
    auto key = control_key(control.name);
    if (key.empty()) key = hex(control.id);
    control.key = key;
    for (int i = 2; std::ranges::find(taken, control.key) != taken.end(); ++i)
      control.key = key + "_" + std::to_string(i);
    taken.push_back(control.key);
  }
}

std::optional<std::uint32_t> id_in(std::string_view text) {
  if (!text.starts_with("0x")) return std::nullopt;
  text.remove_prefix(2);
  std::uint32_t id{};
  constexpr int base = 16;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return id;
}

}  // namespace

ControlForm ControlInfo::form() const {
  if (!dims.empty() || type >= V4L2_CTRL_COMPOUND_TYPES) return ControlForm::list;
  switch (type) {
    case V4L2_CTRL_TYPE_BOOLEAN:
      return ControlForm::boolean;
    case V4L2_CTRL_TYPE_MENU:
    case V4L2_CTRL_TYPE_INTEGER_MENU:
      return ControlForm::menu;
    case V4L2_CTRL_TYPE_BITMASK:
      return ControlForm::bitmask;
    case V4L2_CTRL_TYPE_BUTTON:
      return ControlForm::button;
    case V4L2_CTRL_TYPE_STRING:
      return ControlForm::string;
    default:
      return ControlForm::number;
  }
}

std::size_t ControlInfo::number_size() const {
  switch (type) {
    case V4L2_CTRL_TYPE_INTEGER64:
      return sizeof(std::int64_t);
    case V4L2_CTRL_TYPE_INTEGER:
    case V4L2_CTRL_TYPE_BOOLEAN:
    case V4L2_CTRL_TYPE_MENU:
    case V4L2_CTRL_TYPE_INTEGER_MENU:
    case V4L2_CTRL_TYPE_BITMASK:
    case V4L2_CTRL_TYPE_U32:
    case V4L2_CTRL_TYPE_AREA:
    case V4L2_CTRL_TYPE_RECT:
      return sizeof(std::uint32_t);
    case V4L2_CTRL_TYPE_U16:
      return sizeof(std::uint16_t);
    default:
      return 1;
  }
}

std::size_t ControlInfo::length() const {
  if (form() != ControlForm::list) return 0;
  const auto bytes = std::uint64_t{elems} * elem_size;
  return bytes > most_bytes ? 0 : static_cast<std::size_t>(bytes) / number_size();
}

Result<ControlInfo> refreshed(const Node& node, const ControlInfo& control) {
  v4l2_query_ext_ctrl wire{};
  wire.id = control.id;
  const auto asked = query(node, wire);
  if (!asked && asked.error().gone()) return std::unexpected{asked.error()};
  if (!asked || wire.id != control.id) return control;
  auto now = described(wire);
  // No control changes its type. A value of one form would be taken for one of another.
  if (now.type != control.type || now.form() != control.form()) return control;
  now.key = control.key;
  now.menu = control.menu;
  return now;
}

Result<ControlList> ControlList::read(const Node& node) {
  constexpr std::uint32_t next = V4L2_CTRL_FLAG_NEXT_CTRL | V4L2_CTRL_FLAG_NEXT_COMPOUND;
  std::vector<ControlInfo> found;
  std::uint32_t last{};
  for (std::size_t i = 0; i < most_controls; ++i) {
    v4l2_query_ext_ctrl wire{};
    wire.id = last | next;
    const auto asked = query(node, wire);
    if (!asked && asked.error().gone()) return std::unexpected{asked.error()};
    // The ids ascend, unless the driver goes in circles.
    if (!asked || wire.id <= last) break;
    last = wire.id;
    if (wire.type == V4L2_CTRL_TYPE_CTRL_CLASS || (wire.flags & V4L2_CTRL_FLAG_DISABLED) != 0)
      continue;
    auto control = described(wire);
    if (wire.type == V4L2_CTRL_TYPE_MENU || wire.type == V4L2_CTRL_TYPE_INTEGER_MENU) {
      auto menu = read_menu(node, control);
      if (!menu) return std::unexpected{menu.error()};
      control.menu = std::move(*menu);
    }
    found.push_back(std::move(control));
  }
  name(found);
  return ControlList{std::move(found)};
}

const ControlInfo* ControlList::find(std::uint32_t id) const {
  const auto found = std::ranges::find(all_, id, &ControlInfo::id);
  return found != all_.end() ? &*found : nullptr;
}

const ControlInfo* ControlList::find(std::string_view name) const {
  const auto key = control_key(name);
  const auto found = std::ranges::find(all_, key, &ControlInfo::key);
  if (found != all_.end()) return &*found;
  if (const auto id = id_in(key)) return find(*id);
  const auto id = id_of_alias(key);
  return id ? find(*id) : nullptr;
}

std::vector<std::string> ControlList::similar(std::string_view name, std::size_t most) const {
  std::vector<std::string> keys;
  keys.reserve(all_.size());
  for (const auto& control : all_)
    keys.push_back(control.key);
  return most_similar(control_key(name), std::move(keys), most);
}

Result<> ControlList::refresh(const Node& node, std::uint32_t id) {
  const auto found = std::ranges::find(all_, id, &ControlInfo::id);
  if (found == all_.end()) return {};
  auto now = refreshed(node, *found);
  if (!now) return std::unexpected{now.error()};
  *found = std::move(*now);
  return {};
}

Result<bool> ControlList::subscribe(const Node& node) const {
  for (const auto& control : all_) {
    const auto told = subscribe_control(node, control.id);
    if (!told) return told;
    if (!*told) return false;
  }
  return true;
}

}  // namespace v4l2
