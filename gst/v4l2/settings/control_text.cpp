// This file has the texts of control_value.h.

#include <algorithm>

#include "device/text.h"
#include "settings/control_value.h"

namespace v4l2 {
namespace {

constexpr std::size_t most_shown = 16;

std::string text_of_entry(const ControlInfo& control, const MenuEntry& entry) {
  const auto index = std::to_string(entry.index);
  if (control.type == V4L2_CTRL_TYPE_INTEGER_MENU) return index + " (" + entry.label + ")";
  return entry.label.empty() ? index : index + " (" + entry.label + ")";
}

std::string text_of_number(const ControlInfo& control, std::int64_t number) {
  switch (control.form()) {
    case ControlForm::boolean:
      return number == 0 ? "false" : "true";
    case ControlForm::bitmask:
      return hex(static_cast<std::uint32_t>(number));
    case ControlForm::menu: {
      const auto entry = std::ranges::find(control.menu, number, &MenuEntry::index);
      return entry != control.menu.end() ? text_of_entry(control, *entry) : std::to_string(number);
    }
    default:
      return std::to_string(number);
  }
}

std::string interval_text(const ControlInfo& control) {
  auto text = std::to_string(control.minimum) + " to " + std::to_string(control.maximum);
  if (control.step > 1) text += " in steps of " + std::to_string(control.step);
  return text;
}

std::string list_text(const ControlInfo& control) {
  if (control.type == V4L2_CTRL_TYPE_AREA && control.dims.empty()) return "width and height";
  if (control.type == V4L2_CTRL_TYPE_RECT && control.dims.empty())
    return "left, top, width and height";
  auto text = std::to_string(control.length()) + " numbers";
  if (control.dynamic() && !control.dims.empty())
    text = "1 to " + std::to_string(control.dims.front()) + " numbers";
  if (control.minimum < control.maximum) text += " from " + interval_text(control);
  return text;
}

}  // namespace

std::string value_text(const ControlInfo& control, const ControlValue& value) {
  if (const auto* const number = std::get_if<std::int64_t>(&value))
    return text_of_number(control, *number);
  if (const auto* const text = std::get_if<std::string>(&value)) {
    const std::span bytes{reinterpret_cast<const std::uint8_t*>(text->data()), text->size()};
    return "'" + text_of(bytes) + "'";
  }
  const auto& numbers = std::get<std::vector<std::int64_t>>(value);
  std::string text;
  for (std::size_t i = 0; i < std::min(numbers.size(), most_shown); ++i)
    text += (i == 0 ? "" : ", ") + std::to_string(numbers[i]);
  if (numbers.size() > most_shown)
    text += " and " + std::to_string(numbers.size() - most_shown) + " more";
  return text;
}

std::string range_text(const ControlInfo& control) {
  switch (control.form()) {
    case ControlForm::boolean:
      return "true or false";
    case ControlForm::button:
      return "a button";
    case ControlForm::bitmask:
      return "bits of " + hex(static_cast<std::uint32_t>(control.maximum));
    case ControlForm::string: {
      return control.minimum == control.maximum ? std::to_string(control.maximum) + " bytes of text"
                                                : interval_text(control) + " bytes of text";
    }
    case ControlForm::list:
      return list_text(control);
    case ControlForm::menu: {
      std::string text;
      for (const auto& entry : control.menu)
        text += (text.empty() ? "" : ", ") + text_of_entry(control, entry);
      return text;
    }
    default:
      return interval_text(control);
  }
}

}  // namespace v4l2
