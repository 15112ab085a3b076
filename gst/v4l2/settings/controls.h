#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <linux/videodev2.h>

#include "device/events.h"
#include "kernel/error.h"

namespace v4l2 {

class Node;

/// A control and its value.
struct Control {
  std::uint32_t id{};
  std::uint32_t type{};   ///< V4L2_CTRL_TYPE_*
  std::uint32_t flags{};  ///< V4L2_CTRL_FLAG_*
  std::uint32_t size{};   ///< of a string with its NUL; else 0
  std::string name;       ///< the driver's, for people
  std::int64_t value{};
  std::string text;  ///< the value of a string

  [[nodiscard]] bool is_string() const { return size != 0; }

  [[nodiscard]] bool same_value(const Control& other) const {
    return value == other.value && text == other.text;
  }

  /// Returns false while the device itself decides on it, as automatic exposure does on the
  /// exposure time.
  [[nodiscard]] bool is_free() const {
    return (flags & (V4L2_CTRL_FLAG_INACTIVE | V4L2_CTRL_FLAG_VOLATILE)) == 0;
  }
};

/// Controls holds the controls that keep what they are set to, each with its value. These are
/// numbers, menus, switches, bitmasks and strings that can be written and read. Buttons and motions
/// are left out, and so are arrays and structs, which are a codec's.
class Controls {
public:
  /// Reads the controls and their values, in the order of their ids. Empty if the driver knows no
  /// controls. A control that cannot be read is left out. Error: the device is gone.
  static Result<Controls> read(const Node& node);

  /// Reads as read() does, and subscribes the node to V4L2_EVENT_CTRL of these controls. A driver
  /// without that event is no error.
  static Result<Controls> watch(const Node& node);

  [[nodiscard]] std::span<const Control> all() const { return all_; }

  /// Stores a control's new value. Ignores controls that are not in the list.
  void note(const Node& node, const ControlChanged& change);

  /// Sets every control whose value on the device differs. Automatic modes are set before the
  /// controls that they govern. A control that is governed is left alone. Returns the names of
  /// those that could not be set. Error: the device is gone.
  [[nodiscard]] Result<std::vector<std::string>> restore(const Node& node) const;

private:
  static Result<Controls> with_values(const Node& node, std::vector<Control> listed);
  [[nodiscard]] const Control* find(std::uint32_t id) const;
  [[nodiscard]] std::vector<Control> differing(const Controls& from) const;

  std::vector<Control> all_;
};

}  // namespace v4l2
