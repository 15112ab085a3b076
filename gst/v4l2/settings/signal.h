#pragma once

#include "kernel/error.h"

namespace v4l2 {

class Node;
struct Input;

/// The state of the signal at an input.
enum class Signal {
  unknown,       ///< the driver can't tell
  present,       ///< locked, and the device is set to it
  no_cable,      ///< nothing is connected, or it is off
  none,          ///< no signal
  unstable,      ///< a signal that can't be locked to
  out_of_range,  ///< a signal beyond what the device can do
};

/// The result of a look at the signal.
struct SignalStatus {
  Signal signal{Signal::unknown};
  bool changed{};  ///< the standard or timings were changed, so the format may differ
  /// The driver says so itself, so that waiting is of use. A detector of standards that has found
  /// nothing may just be a poor one.
  bool certain{};

  /// Returns true if there is surely no picture to capture.
  [[nodiscard]] bool lacks_picture() const {
    return certain && signal != Signal::present && signal != Signal::unknown;
  }
};

/// Queries the signal, and sets nothing (VIDIOC_QUERY_DV_TIMINGS, VIDIOC_QUERYSTD, the status of
/// VIDIOC_ENUMINPUT, V4L2_CID_DV_RX_POWER_PRESENT). Error: the device is gone.
Result<SignalStatus> look_at_signal(const Node& node, const Input& input);

/// Queries the source's signal and sets the device to it. A device that is set to it already is
/// left alone. After a setting, the waiting events are fetched and dropped, since the setting
/// causes some. Error EBUSY while buffers are allocated.
Result<SignalStatus> follow_signal(const Node& node, const Input& input);

}  // namespace v4l2
