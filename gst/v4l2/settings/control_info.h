#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <linux/videodev2.h>

#include "kernel/error.h"
#include "kernel/newer_kernel.h"

namespace v4l2 {

class Node;

/// The form that a control's value has.
enum class ControlForm {
  number,   ///< V4L2_CTRL_TYPE_INTEGER, INTEGER64
  boolean,  ///< 0 or 1
  menu,     ///< V4L2_CTRL_TYPE_MENU, INTEGER_MENU: the index of an entry
  bitmask,  ///< from 0 to 0xffffffff; `maximum` has the bits that can be set
  button,   ///< no value; to set it presses it
  string,   ///< text without its NUL
  list,     ///< arrays of any type, areas, rectangles, and other structs as bytes
};

/// An entry of a menu (VIDIOC_QUERYMENU). Menus may lack some indexes between 0 and the last one.
struct MenuEntry {
  std::int64_t index{};
  std::string label;      ///< the driver's; of an integer menu the number as text
  std::int64_t number{};  ///< of an integer menu; 0 else

  friend bool operator==(const MenuEntry&, const MenuEntry&) = default;
};

/// ControlInfo describes a control, without its value (VIDIOC_QUERY_EXT_CTRL).
struct ControlInfo {
  std::uint32_t id{};
  std::uint32_t type{};   ///< V4L2_CTRL_TYPE_*
  std::uint32_t flags{};  ///< V4L2_CTRL_FLAG_*, as they were when the control was queried
  std::string name;       ///< the driver's, for people: "White Balance, Automatic"
  /// The name that v4l2-ctl prints: "white_balance_automatic". No two controls of a list have the
  /// same key: a second one ends in "_2".
  std::string key;
  std::int64_t minimum{};  ///< of each element in a list; of a string its least length
  std::int64_t maximum{};
  std::uint64_t step{};
  std::int64_t default_value{};
  std::uint32_t elem_size{};          ///< bytes of an element; of a string with its NUL
  std::uint32_t elems{1};             ///< elements that it has now; changes for dynamic arrays
  std::vector<std::uint32_t> dims{};  ///< dimensions of an array; empty if it is none
  std::vector<MenuEntry> menu{};      ///< entries in the order of their indexes

  friend bool operator==(const ControlInfo&, const ControlInfo&) = default;

  [[nodiscard]] ControlForm form() const;

  [[nodiscard]] bool has(std::uint32_t flag) const { return (flags & flag) != 0; }

  /// Returns true if the value can be read. Buttons and write-only controls have none.
  [[nodiscard]] bool readable() const {
    return !has(V4L2_CTRL_FLAG_WRITE_ONLY) && form() != ControlForm::button;
  }

  [[nodiscard]] bool writable() const { return !has(V4L2_CTRL_FLAG_READ_ONLY); }

  /// Returns true if the array may have fewer elements than its dimension says (Linux 6.0).
  [[nodiscard]] bool dynamic() const { return has(V4L2_CTRL_FLAG_DYNAMIC_ARRAY); }

  /// Returns the bytes of a number of a list.
  [[nodiscard]] std::size_t number_size() const;

  /// The payloads of larger lists are not read or set.
  static constexpr std::size_t most_bytes = 1U << 18U;

  /// Returns how many numbers a list has now. An area has 2 (width, height), a rectangle has 4
  /// (left, top, width, height), and another struct has one for each byte. 0 if it is no
  /// list, or has more than most_bytes.
  [[nodiscard]] std::size_t length() const;
};

/// Queries flags, range and number of elements of a control again, since they depend on other
/// controls and on the format. Its key and its menu stay. A control that the device has no longer
/// stays as it was. Error: the device is gone.
Result<ControlInfo> refreshed(const Node& node, const ControlInfo& control);

/// Returns the name that v4l2-ctl prints for a control's name. Letters become small, and each run
/// of other characters than letters and digits becomes one '_'. None stands at an end.
std::string control_key(std::string_view name);

/// ControlList describes the controls of a device, in the order that the driver lists them. Control
/// classes and disabled controls are left out.
class ControlList {
public:
  /// Queries all controls and their menus. Empty if the driver knows no controls. Error: the device
  /// is gone.
  static Result<ControlList> read(const Node& node);

  ControlList() = default;

  explicit ControlList(std::vector<ControlInfo> all) : all_{std::move(all)} {}

  [[nodiscard]] std::span<const ControlInfo> all() const { return all_; }

  [[nodiscard]] const ControlInfo* find(std::uint32_t id) const;

  /// Finds a control by its name, in any case and with any separators. Returns null if there is
  /// none. A control is also found by the name that it has in an older or newer kernel, such as
  /// "exposure_auto" for "auto_exposure", and by its id, such as "0x980900".
  [[nodiscard]] const ControlInfo* find(std::string_view name) const;

  /// Returns the keys that are most like an unknown name, the best first. At most `most`, and empty
  /// if none is like it.
  [[nodiscard]] std::vector<std::string> similar(std::string_view name, std::size_t most = 3) const;

  /// Does refreshed() with the control of this id.
  Result<> refresh(const Node& node, std::uint32_t id);

  /// Subscribes the node to V4L2_EVENT_CTRL of all these controls. next_event() then returns
  /// changes of values, flags and ranges, whoever caused them. Returns false if the driver has no
  /// such event. Error: the device is gone.
  [[nodiscard]] Result<bool> subscribe(const Node& node) const;

private:
  std::vector<ControlInfo> all_;
};

}  // namespace v4l2
