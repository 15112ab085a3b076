#pragma once

namespace v4l2gst {

/// The state of the signal at the device's input, as the property "signal" has it.
enum class SignalState : int {
  ok,            ///< there is a signal, or the driver can't tell
  no_device,     ///< no device is open
  no_cable,      ///< nothing is plugged in, or it is off
  no_signal,     ///< the source sends nothing
  no_lock,       ///< the source sends something that can't be locked to
  out_of_range,  ///< the source sends a mode that the device can't do
};

}  // namespace v4l2gst
