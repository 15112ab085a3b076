#include "controls/value_kind.h"

#include <array>
#include <string>
#include <utility>
#include <variant>

#include "common/handles.h"
#include "controls/control_structure.h"
#include "kernel/newer_kernel.h"

namespace v4l2gst {
namespace {

using v4l2::ControlForm;
using v4l2::ControlInfo;
using v4l2::ControlValue;

/// Returns the number in a value; 0 for one that is none.
std::int64_t number_of(const ControlValue& value) {
  const auto* const number = std::get_if<std::int64_t>(&value);
  return number != nullptr ? *number : 0;
}

constexpr const char* name = "value";
constexpr const char* nick = "Value";

// ---- numbers ------------------------------------------------------------------------------------

GParamSpec* int_spec(const ValueKind& kind, GParamFlags flags) {
  return g_param_spec_int(name, nick, kind.blurb, G_MININT, G_MAXINT, 0, flags);
}

void write_int(const ControlInfo&, const ControlValue& value, GValue* to) {
  g_value_set_int(to, static_cast<int>(number_of(value)));
}

ControlValue int_wish(const GValue* from) {
  return std::int64_t{g_value_get_int(from)};
}

GParamSpec* int64_spec(const ValueKind& kind, GParamFlags flags) {
  return g_param_spec_int64(name, nick, kind.blurb, G_MININT64, G_MAXINT64, 0, flags);
}

void write_int64(const ControlInfo&, const ControlValue& value, GValue* to) {
  g_value_set_int64(to, number_of(value));
}

ControlValue int64_wish(const GValue* from) {
  return std::int64_t{g_value_get_int64(from)};
}

GParamSpec* boolean_spec(const ValueKind& kind, GParamFlags flags) {
  return g_param_spec_boolean(name, nick, kind.blurb, FALSE, flags);
}

void write_boolean(const ControlInfo&, const ControlValue& value, GValue* to) {
  g_value_set_boolean(to, number_of(value) != 0);
}

ControlValue boolean_wish(const GValue* from) {
  return std::int64_t{g_value_get_boolean(from) != FALSE};
}

GParamSpec* bitmask_spec(const ValueKind& kind, GParamFlags flags) {
  return g_param_spec_uint(name, nick, kind.blurb, 0, G_MAXUINT, 0, flags);
}

void write_bitmask(const ControlInfo&, const ControlValue& value, GValue* to) {
  g_value_set_uint(to, static_cast<guint>(number_of(value)));
}

ControlValue bitmask_wish(const GValue* from) {
  return std::int64_t{g_value_get_uint(from)};
}

// ---- texts --------------------------------------------------------------------------------------

GParamSpec* string_spec(const ValueKind& kind, GParamFlags flags) {
  return g_param_spec_string(name, nick, kind.blurb, nullptr, flags);
}

void write_string(const ControlInfo&, const ControlValue& value, GValue* to) {
  if (const auto* const text = std::get_if<std::string>(&value))
    g_value_set_string(to, text->c_str());
}

/// A null string is an empty one. A menu without an entry of that label refuses it.
ControlValue string_wish(const GValue* from) {
  const auto* const text = g_value_get_string(from);
  return std::string{text != nullptr ? text : ""};
}

void write_label(const ControlInfo& control, const ControlValue& value, GValue* to) {
  const auto index = number_of(value);
  for (const auto& entry : control.menu)
    if (entry.index == index) return g_value_set_string(to, entry.label.c_str());
  g_value_set_string(to, std::to_string(index).c_str());
}

// ---- lists --------------------------------------------------------------------------------------

/// The spec has none for the numbers, so that numbers of any type are taken.
GParamSpec* list_spec(const ValueKind& kind, GParamFlags flags) {
  return gst_param_spec_array(name, nick, kind.blurb, nullptr, flags);
}

void write_list(const ControlInfo&, const ControlValue& value, GValue* to) {
  const auto* const numbers = std::get_if<std::vector<std::int64_t>>(&value);
  if (numbers == nullptr) return;
  for (const auto number : *numbers) {
    GValue element = G_VALUE_INIT;
    g_value_init(&element, G_TYPE_INT64);
    g_value_set_int64(&element, number);
    gst_value_array_append_and_take_value(to, &element);
  }
}

/// A list of anything but numbers becomes a text, which no list takes. So the refusal is reported.
ControlValue list_wish(const GValue* from) {
  if (auto value = control_value_of(*from)) return *std::move(value);
  const TextPtr text{gst_value_serialize(from)};
  return std::string{text ? text.get() : ""};
}

enum Index : std::size_t { integer, integer64, boolean, menu, bitmask, button, string, list };

constexpr auto kinds = std::to_array<ValueKind>({
    {"GstV4l2CppIntControl", "The number on the device", int_spec, write_int, int_wish},
    {"GstV4l2CppInt64Control", "The number on the device", int64_spec, write_int64, int64_wish},
    {"GstV4l2CppBoolControl", "Whether it is on", boolean_spec, write_boolean, boolean_wish},
    {"GstV4l2CppMenuControl",
     "The label of the chosen entry; a label can be cut short, and an index will do as well",
     string_spec, write_label, string_wish},
    {"GstV4l2CppBitmaskControl", "The bits on the device", bitmask_spec, write_bitmask,
     bitmask_wish},
    {"GstV4l2CppButtonControl", "To set it to true presses the button; it reads as false",
     boolean_spec, write_boolean, boolean_wish},
    {"GstV4l2CppStringControl", "The text on the device", string_spec, write_string, string_wish},
    {"GstV4l2CppListControl",
     "The numbers on the device; of an area width and height, of a rectangle left, top, width and "
     "height",
     list_spec, write_list, list_wish},
});

Index index_of(const ControlInfo& control) {
  switch (control.form()) {
    case ControlForm::number:
      return control.type == V4L2_CTRL_TYPE_INTEGER ? integer : integer64;
    case ControlForm::boolean:
      return boolean;
    case ControlForm::menu:
      return menu;
    case ControlForm::bitmask:
      return bitmask;
    case ControlForm::button:
      return button;
    case ControlForm::string:
      return string;
    case ControlForm::list:
      return list;
  }
  return integer64;
}

}  // namespace

std::span<const ValueKind> value_kinds() {
  return kinds;
}

const ValueKind& kind_of(const v4l2::ControlInfo& control) {
  return kinds.at(index_of(control));
}

bool is_menu(const ValueKind& kind) {
  return &kind == &kinds.at(menu);
}

bool is_button(const ValueKind& kind) {
  return &kind == &kinds.at(button);
}

const char* type_name_of(const v4l2::ControlInfo& control) {
  switch (control.type) {
    case V4L2_CTRL_TYPE_INTEGER:
      return "int";
    case V4L2_CTRL_TYPE_INTEGER64:
      return "int64";
    case V4L2_CTRL_TYPE_BOOLEAN:
      return "bool";
    case V4L2_CTRL_TYPE_MENU:
      return "menu";
    case V4L2_CTRL_TYPE_INTEGER_MENU:
      return "intmenu";
    case V4L2_CTRL_TYPE_BITMASK:
      return "bitmask";
    case V4L2_CTRL_TYPE_BUTTON:
      return "button";
    case V4L2_CTRL_TYPE_STRING:
      return "str";
    case V4L2_CTRL_TYPE_U8:
      return "u8";
    case V4L2_CTRL_TYPE_U16:
      return "u16";
    case V4L2_CTRL_TYPE_U32:
      return "u32";
    case V4L2_CTRL_TYPE_AREA:
      return "area";
    case V4L2_CTRL_TYPE_RECT:
      return "rect";
    default:
      return "unknown";
  }
}

GstStructure* menu_structure(const v4l2::ControlInfo& control) {
  if (control.menu.empty()) return nullptr;
  auto* const menu = gst_structure_new_empty("menu");
  for (const auto& entry : control.menu)
    gst_structure_set(menu, std::to_string(entry.index).c_str(), G_TYPE_STRING, entry.label.c_str(),
                      nullptr);
  return menu;
}

}  // namespace v4l2gst
