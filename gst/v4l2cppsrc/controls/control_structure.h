#pragma once

#include <optional>
#include <span>
#include <vector>

#include <gst/gst.h>

#include "controls/control_wishes.h"
#include "settings/control_value.h"

// Controls as a GstStructure, which has a field for each control. "extra-controls" and "controls"
// have this form.

namespace v4l2gst {

/// The name of a structure that structure_of() makes.
inline constexpr const char* saved_controls = "v4l2cppsrc-controls";

/// Returns a GValue as the value of a control. Numbers of all types are taken, and so are lists of
/// numbers, also nested ones. A double must be whole. nullopt if it is something else, such as a
/// fraction.
std::optional<v4l2::ControlValue> control_value_of(const GValue& value);

/// Returns the wishes of all fields, in their order. Empty for null.
std::vector<UserWish> wishes_of(const GstStructure* structure);

/// Returns the controls with their values. Those without a value are left out. `values` is in the
/// order of `controls`. wishes_of() takes the structure back. The caller owns it.
GstStructure* structure_of(std::span<const v4l2::ControlInfo> controls,
                           std::span<const std::optional<v4l2::ControlValue>> values);

}  // namespace v4l2gst
