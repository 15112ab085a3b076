#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kernel/error.h"
#include "settings/control_info.h"
#include "settings/control_value.h"

namespace v4l2 {

class Node;

/// A wish for the value of a control. The name is as ControlList::find() takes it, the value as
/// to_value() does.
struct ControlWish {
  std::string name;
  ControlValue value;

  friend bool operator==(const ControlWish&, const ControlWish&) = default;
};

/// The end of a wish.
enum class ControlEnd {
  set,         ///< it was set; a button was pressed
  unchanged,   ///< it had this value already and was left alone; a button was not pressed again
  clamped,     ///< it was set, and the driver made another value of it
  superseded,  ///< a later wish in the list was for the same control
  refused,     ///< see ControlRefusal
};

/// The reason why a wish was refused.
enum class ControlRefusal {
  none,
  unknown,       ///< no control has this name; `suggestions` has similar names
  wrong_type,    ///< see ValueFault, for this and the next four
  out_of_range,  ///< also if the driver said so (ERANGE)
  wrong_length,
  no_such_label,
  ambiguous_label,  ///< `suggestions` has the labels that begin so
  read_only,
  inactive,      ///< an automatic mode decides; a value that is stored takes effect after it
  grabbed,       ///< EBUSY, as some controls are while the device streams
  device_error,  ///< the driver's errno is `code`
};

/// A ControlOutcome says what became of a wish.
struct ControlOutcome {
  ControlWish wish;
  ControlEnd end{ControlEnd::refused};
  ControlRefusal refusal{ControlRefusal::none};
  int code{};                          ///< errno of the driver's refusal; 0 if it was not asked
  std::optional<ControlInfo> control;  ///< nullopt if the name is unknown
  std::optional<ControlValue> actual;  ///< read afterwards; nullopt if it cannot be read
  std::vector<std::string> suggestions;

  [[nodiscard]] bool fulfilled() const {
    return end != ControlEnd::clamped && end != ControlEnd::refused;
  }
};

/// Says whether wishes for buttons are fulfilled. They are new if the user made them now. They are
/// old if they are applied again, as after VIDIOC_STREAMON.
enum class Buttons { press, leave };

/// Sets controls, whatever the order of the wishes. Controls that unlock others go first: booleans,
/// menus, and those with V4L2_CTRL_FLAG_UPDATE. The rest is set by one VIDIOC_S_EXT_CTRLS, or one
/// by one if the driver refuses that. A control that has its value already is not set. Of two
/// wishes for one control the later one counts. No other control is touched. Names are looked up in
/// `known`, and flags and ranges are queried anew. Returns an outcome for each wish, in their
/// order. Error: the device is gone.
Result<std::vector<ControlOutcome>> set_controls(const Node& node, const ControlList& known,
                                                 std::span<const ControlWish> wishes,
                                                 Buttons buttons = Buttons::press);

}  // namespace v4l2
