#pragma once

#include <span>
#include <vector>

#include "kernel/error.h"
#include "settings/control_value.h"

namespace v4l2 {

/// A control and the value to set. To get a value, `value` is null.
struct ControlExchange {
  const ControlInfo* control{};
  const ControlValue* value{};
};

/// Gets controls (VIDIOC_G_EXT_CTRLS), or sets them (VIDIOC_S_EXT_CTRLS), in one call. If that
/// fails, each gets a call of its own, since some drivers refuse all because of one. Returns for
/// each the value that the driver returned, or why it was refused. After ETIMEDOUT the rest is not
/// tried. Values that are set are as to_value() returns them. Error: the device is gone.
Result<std::vector<Result<ControlValue>>> exchange(const Node& node, bool sets,
                                                   std::span<const ControlExchange> exchanges);

}  // namespace v4l2
