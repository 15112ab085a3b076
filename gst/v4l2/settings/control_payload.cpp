#include "settings/control_payload.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "kernel/node.h"

namespace v4l2 {
namespace {

using Bytes = std::vector<std::byte>;

bool is_text(const ControlInfo& control) {
  return control.form() == ControlForm::string;
}

/// Returns true if VIDIOC_G_CTRL and VIDIOC_S_CTRL carry values of the control.
bool is_plain(const ControlInfo& control) {
  return control.form() != ControlForm::list && !is_text(control) &&
         control.type != V4L2_CTRL_TYPE_INTEGER64;
}

bool is_signed(const ControlInfo& control) {
  switch (control.type) {
    case V4L2_CTRL_TYPE_INTEGER:
    case V4L2_CTRL_TYPE_BOOLEAN:
    case V4L2_CTRL_TYPE_MENU:
    case V4L2_CTRL_TYPE_INTEGER_MENU:
    case V4L2_CTRL_TYPE_RECT:
      return true;
    default:
      return false;
  }
}

template <class Number>
std::int64_t number_at(const std::byte* place) {
  Number number{};
  std::memcpy(&number, place, sizeof number);
  return static_cast<std::int64_t>(number);
}

std::int64_t number_of(const ControlInfo& control, const std::byte* place) {
  switch (control.number_size()) {
    case sizeof(std::int64_t):
      return number_at<std::int64_t>(place);
    case sizeof(std::int32_t):
      return is_signed(control) ? number_at<std::int32_t>(place) : number_at<std::uint32_t>(place);
    case sizeof(std::uint16_t):
      return number_at<std::uint16_t>(place);
    default:
      return number_at<std::uint8_t>(place);
  }
}

/// A Wire is a control as the ioctls carry it. The struct has a pointer to the payload.
struct Wire {
  v4l2_ext_control control{};
  Bytes payload;

  void point() {
    if (payload.empty()) return;
    control.size = static_cast<std::uint32_t>(payload.size());
    control.ptr = payload.data();
  }
};

void put_text(Wire& wire, const std::string& text, std::size_t room) {
  wire.payload.assign(std::max<std::size_t>(room, 1), std::byte{});
  std::memcpy(wire.payload.data(), text.data(), std::min(text.size(), wire.payload.size() - 1));
}

/// Numbers are little-endian and big-endian as the processor has them, so the low bytes of an
/// int64 are not always its first.
void put_numbers(Wire& wire, const ControlInfo& control, std::span<const std::int64_t> numbers) {
  const auto size = control.number_size();
  wire.payload.assign(numbers.size() * size, std::byte{});
  auto* place = wire.payload.data();
  for (const auto number : numbers) {
    const auto wide = static_cast<std::uint64_t>(number);
    const auto word = static_cast<std::uint32_t>(wide);
    const auto half = static_cast<std::uint16_t>(wide);
    const auto byte = static_cast<std::uint8_t>(wide);
    const void* const from = size == sizeof wide   ? static_cast<const void*>(&wide)
                             : size == sizeof word ? static_cast<const void*>(&word)
                             : size == sizeof half ? static_cast<const void*>(&half)
                                                   : static_cast<const void*>(&byte);
    std::memcpy(place, from, size);
    place += size;
  }
}

Wire to_wire(const ControlExchange& exchange) {
  const auto& control = *exchange.control;
  Wire wire;
  wire.control.id = control.id;
  if (is_text(control)) {
    const auto room = std::min<std::size_t>(control.elem_size, ControlInfo::most_bytes);
    const auto* const text = std::get_if<std::string>(exchange.value);
    put_text(wire, text != nullptr ? *text : std::string{}, room);
  } else if (control.form() == ControlForm::list) {
    const auto* const numbers = std::get_if<std::vector<std::int64_t>>(exchange.value);
    if (numbers != nullptr)
      put_numbers(wire, control, *numbers);
    else
      wire.payload.assign(std::max<std::size_t>(control.length() * control.number_size(), 1),
                          std::byte{});
  } else if (const auto* const number = std::get_if<std::int64_t>(exchange.value)) {
    if (control.type == V4L2_CTRL_TYPE_INTEGER64)
      wire.control.value64 = *number;
    else
      wire.control.value = static_cast<std::int32_t>(*number);
  }
  return wire;
}

ControlValue from_wire(const ControlInfo& control, const Wire& wire) {
  if (is_text(control)) {
    const auto* const text = reinterpret_cast<const char*>(wire.payload.data());
    return std::string{text, strnlen(text, wire.payload.size())};
  }
  if (control.form() == ControlForm::list) {
    // A dynamic array may have become shorter.
    const auto bytes = std::min<std::size_t>(wire.control.size, wire.payload.size());
    std::vector<std::int64_t> numbers(bytes / control.number_size());
    for (std::size_t i = 0; i < numbers.size(); ++i)
      numbers[i] = number_of(control, wire.payload.data() + i * control.number_size());
    return numbers;
  }
  if (control.type == V4L2_CTRL_TYPE_INTEGER64) return std::int64_t{wire.control.value64};
  if (control.type == V4L2_CTRL_TYPE_BITMASK)
    return std::int64_t{static_cast<std::uint32_t>(wire.control.value)};
  return std::int64_t{wire.control.value};
}

/// Makes one call for all. Each control has its id, so they need not be of one class.
Result<> call(const Node& node, bool sets, std::span<Wire> wires) {
  std::vector<v4l2_ext_control> controls;
  for (auto& wire : wires) {
    wire.point();
    controls.push_back(wire.control);
  }
  v4l2_ext_controls all{};
  all.which = V4L2_CTRL_WHICH_CUR_VAL;
  all.count = static_cast<std::uint32_t>(controls.size());
  all.controls = controls.data();
  const auto done = node.call(sets ? request::s_ext_ctrls : request::g_ext_ctrls, all);
  for (std::size_t i = 0; i < controls.size(); ++i)
    wires[i].control = controls[i];
  return done;
}

Result<ControlValue> exchange_one(const Node& node, bool sets, const ControlExchange& wanted) {
  const auto& control = *wanted.control;
  auto wire = to_wire(wanted);
  if (is_plain(control)) {
    v4l2_control plain{.id = control.id, .value = wire.control.value};
    const auto done = node.call(sets ? request::s_ctrl : request::g_ctrl, plain);
    if (!done) return std::unexpected{done.error()};
    wire.control.value = plain.value;
    return from_wire(control, wire);
  }
  auto done = call(node, sets, {&wire, 1});
  // The array has grown since it was queried. The driver returns the size that it needs.
  if (!done && done.error().code == ENOSPC && !sets && wire.control.size > wire.payload.size() &&
      wire.control.size <= ControlInfo::most_bytes) {
    wire.payload.assign(wire.control.size, std::byte{});
    done = call(node, sets, {&wire, 1});
  }
  if (!done) return std::unexpected{done.error()};
  return from_wire(control, wire);
}

}  // namespace

Result<std::vector<Result<ControlValue>>> exchange(const Node& node, bool sets,
                                                   std::span<const ControlExchange> exchanges) {
  std::vector<Result<ControlValue>> results;
  if (exchanges.empty()) return results;
  std::vector<Wire> wires;
  for (const auto& each : exchanges)
    wires.push_back(to_wire(each));
  const auto together = call(node, sets, wires);
  if (together) {
    for (std::size_t i = 0; i < wires.size(); ++i)
      results.emplace_back(from_wire(*exchanges[i].control, wires[i]));
    return results;
  }
  if (together.error().gone()) return std::unexpected{together.error()};
  // A camera whose controls hang takes seconds for each control.
  bool hangs = together.error().code == ETIMEDOUT;
  auto last = together.error();
  for (const auto& each : exchanges) {
    auto one = hangs ? std::unexpected{last} : exchange_one(node, sets, each);
    if (!one) {
      last = one.error();
      if (last.gone()) return std::unexpected{last};
      hangs = hangs || last.code == ETIMEDOUT;
    }
    results.push_back(std::move(one));
  }
  return results;
}

}  // namespace v4l2
