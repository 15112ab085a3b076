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

  /// False while something else decides on it, as automatic exposure does on the exposure time.
  [[nodiscard]] bool is_free() const {
    return (flags & (V4L2_CTRL_FLAG_INACTIVE | V4L2_CTRL_FLAG_VOLATILE)) == 0;
  }
};

/// The controls of a device that keep what they are set to, each with its value: numbers, menus,
/// switches, bitmasks and strings that can be written and read. No buttons, no motions, and no
/// arrays or structs, which are a codec's.
class Controls {
public:
  /// As they are on the device, in the order of their ids. Empty where the driver knows no
  /// controls; one that can't be read is left out. Error: the device is gone.
  static Result<Controls> read(const Node& node);

  /// The same, and from now on the driver tells whoever fetches the node's events when they change.
  static Result<Controls> watch(const Node& node);

  [[nodiscard]] std::span<const Control> all() const { return all_; }

  /// Takes over what has changed on the device. Of others than these it takes no notice.
  void note(const Node& node, const ControlChanged& change);

  /// Sets what is another on the device now, in an order that lets automatic modes be switched off
  /// before what they decide on; that is left alone while they are on. The names of those that
  /// could not be set. Error: the device is gone.
  [[nodiscard]] Result<std::vector<std::string>> restore(const Node& node) const;

private:
  static Result<Controls> with_values(const Node& node, std::vector<Control> listed);
  [[nodiscard]] const Control* find(std::uint32_t id) const;
  [[nodiscard]] std::vector<Control> differing(const Controls& from) const;

  std::vector<Control> all_;
};

}  // namespace v4l2
