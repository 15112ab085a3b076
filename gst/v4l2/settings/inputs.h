#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "device/format.h"
#include "kernel/error.h"

namespace v4l2 {

class Node;

/// The input that a device captures from (VIDIOC_G_INPUT, VIDIOC_ENUMINPUT).
struct Input {
  std::uint32_t index{};
  std::string name;
  std::uint64_t standards{};  ///< the V4L2_STD_* that it can do; 0 if it is not analog
  bool dv_timings{};          ///< as HDMI has: the source decides on size and rate
  bool no_signal{};           ///< it had no power, signal or sync when it was asked

  /// Returns true if a source outside the device decides what is captured.
  [[nodiscard]] bool has_source() const { return dv_timings || standards != 0; }
};

/// Returns the current input. nullopt if the device knows no inputs.
Result<std::optional<Input>> current_input(const Node& node);

/// The state of the signal at an input.
enum class Signal {
  unknown,       ///< the driver can't tell
  present,       ///< locked, and the device is set to it
  none,          ///< no signal
  unstable,      ///< a signal that can't be locked to
  out_of_range,  ///< a signal beyond what the device can do
};

/// The result of follow_signal().
struct SignalStatus {
  Signal signal{Signal::unknown};
  bool changed{};  ///< the standard or timings were changed, so the format may differ
};

/// Queries the source's signal (VIDIOC_QUERY_DV_TIMINGS, VIDIOC_QUERYSTD) and sets the device to
/// it. A device that is set to it already is left alone. After a setting, the waiting events are
/// fetched and dropped, since the setting causes some. Error EBUSY while buffers are allocated.
Result<SignalStatus> follow_signal(const Node& node, const Input& input);

/// Returns true if the lower field of an interlaced frame is the older. That holds for the 525-line
/// standards (V4L2 specification, enum v4l2_field, "V4L2_FIELD_INTERLACED").
bool bottom_field_first(const Node& node, const Input& input);

/// InputSettings holds an input and what it was set to, to be restored later.
struct InputSettings {
  Input input;
  v4l2_std_id standard{};                  ///< 0 where it has none
  std::optional<v4l2_dv_timings> timings;  ///< nullopt where it has none

  /// Reads what the device is set to. Its current input is `input`.
  static Result<InputSettings> read(const Node& node, const Input& input);
  /// Selects the input and sets its standard or timings. What is set already is not set again.
  /// Returns the names of what could not be set, such as "input HDMI". Error: the device is gone.
  [[nodiscard]] Result<std::vector<std::string>> restore(const Node& node) const;
};

}  // namespace v4l2
