#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "kernel/error.h"
#include "settings/control_info.h"

namespace v4l2 {

class Node;

/// The value of a control, or a wish for one. A value that is read has a number for numbers,
/// booleans, menus (the index) and bitmasks, a text for strings, and numbers for lists.
using ControlValue = std::variant<std::int64_t, std::string, std::vector<std::int64_t>>;

/// The reason why a control has no such value.
enum class ValueFault {
  wrong_type,       ///< such as a text for a number, or a number for a rectangle
  out_of_range,     ///< no such menu index; a text that is too short or too long
  wrong_length,     ///< a list with too few or too many numbers
  no_such_label,    ///< no entry of the menu has this label
  ambiguous_label,  ///< several entries begin so
};

/// Turns a wish into a value of the control, as read_value() would return it.
///
/// - A menu takes the index of an entry, or its label in any case. The label may be cut short if
///   only one entry begins so. An integer menu takes the number as text.
/// - A text is taken as a number where one is wanted ("12", "0x1f"), and for booleans "true",
///   "false", "yes", "no", "on" and "off". A number is taken where a text is wanted.
/// - A text with several numbers ("1,2,3", "1920x1080") is taken where a list is wanted.
/// - A number fills all elements of an array. A list has as many numbers as the array, or up to
///   dims[0] if the array is dynamic.
/// - Numbers beyond the range become the nearest in it, as most drivers do it. Bits that cannot be
///   set are cleared. The step is left to the driver.
/// - A button takes anything.
std::expected<ControlValue, ValueFault> to_value(const ControlInfo& control,
                                                 const ControlValue& wish);

/// Does the same without looking at the range, to compare what was asked with what is. A menu's
/// entry, and a length, must still be there.
std::expected<ControlValue, ValueFault> to_form(const ControlInfo& control,
                                                const ControlValue& wish);

/// Returns the labels of the menu's entries that begin with this text, in any case. One that is the
/// whole text is the only one.
std::vector<std::string> matching_labels(const ControlInfo& control, std::string_view text);

/// Reads the value that the control has now. `control` must be fresh if it is an array. nullopt if
/// it cannot be read. Error: the device is gone.
Result<std::optional<ControlValue>> read_value(const Node& node, const ControlInfo& control);

/// Reads values as read_value() does, in one call where the driver can. The results are in the
/// order of `controls`.
Result<std::vector<std::optional<ControlValue>>> read_values(const Node& node,
                                                             std::span<const ControlInfo> controls);

/// Returns a value for people: "12", "1 (Manual Mode)", "true", "0x3", "'text'", "1, 2, 3".
/// Long lists are cut.
std::string value_text(const ControlInfo& control, const ControlValue& value);

/// Returns the values that a control can have, for people: "0 to 255", "0 to 100 in steps of 5",
/// "1 (Manual Mode), 3 (Aperture Priority Mode)", "true or false", "16 numbers from 0 to 255".
std::string range_text(const ControlInfo& control);

}  // namespace v4l2
