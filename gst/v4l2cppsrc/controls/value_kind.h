#pragma once

#include <span>

#include <gst/gst.h>

#include "settings/control_value.h"

namespace v4l2gst {

/// The GType that the value of a control has in an application. There is one kind for all controls
/// of the same form, whatever camera has them.
struct ValueKind {
  const char* type_name;  ///< of the child's GType
  const char* blurb;      ///< of its property "value"
  /// Makes the param spec of "value". A GObject class can't know the range of one camera.
  GParamSpec* (*make_spec)(const ValueKind& kind, GParamFlags flags);
  /// Writes a value of the control into `to`, which has the spec's type.
  void (*write)(const v4l2::ControlInfo& control, const v4l2::ControlValue& value, GValue* to);
  /// Returns the wish that a GValue of the spec's type means.
  v4l2::ControlValue (*wish)(const GValue* from);
};

/// Returns all kinds. The table is a constant.
std::span<const ValueKind> value_kinds();

/// Returns the kind of a control. It is one of value_kinds().
const ValueKind& kind_of(const v4l2::ControlInfo& control);

/// Returns true for the kind of menus. Its values are labels, so their index is a property apart.
bool is_menu(const ValueKind& kind);

/// Returns true for the kind of buttons.
bool is_button(const ValueKind& kind);

/// Returns the name that v4l2-ctl prints for the control's type: "int", "int64", "bool", "menu",
/// "intmenu", "bitmask", "button", "str", "u8", "u16", "u32", "area", "rect", or "unknown".
const char* type_name_of(const v4l2::ControlInfo& control);

/// Returns the menu as a structure with the label of each index: `menu, 1="Manual Mode"`. Null if
/// the control has no menu. The caller owns it.
GstStructure* menu_structure(const v4l2::ControlInfo& control);

}  // namespace v4l2gst
