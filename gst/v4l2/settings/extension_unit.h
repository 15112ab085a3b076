#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "kernel/error.h"
#include "settings/control_setter.h"

namespace v4l2 {

class Node;

/// A control of a UVC extension unit, which the kernel maps to no V4L2 control. Its meaning is the
/// camera's secret.
struct ExtensionAddress {
  std::uint8_t unit{};
  std::uint8_t selector{};

  friend bool operator==(const ExtensionAddress&, const ExtensionAddress&) = default;
};

/// Returns the address of a name such as "xu:4:2", which is unit 4, selector 2. The numbers are
/// decimal, or hexadecimal with "0x". nullopt for any other name.
std::optional<ExtensionAddress> extension_address(std::string_view name);

/// Returns the bytes of a wish: a text of hexadecimal digits such as "0a:1b:ff" or "0a1bff", an
/// array of numbers from 0 to 255, or one such number. nullopt if it is something else.
std::optional<std::vector<std::uint8_t>> extension_bytes(const ControlValue& wish);

/// Sets the control by UVCIOC_CTRL_QUERY, unless it has these bytes. `fresh` is true for a new
/// wish: a control that can't be read is set then, and left alone else. The outcome describes the
/// control as an array of bytes, and compares as set_controls() does. Error: the device is gone.
Result<ControlOutcome> set_extension(const Node& node, const ExtensionAddress& address,
                                     const ControlWish& wish, bool fresh);

}  // namespace v4l2
