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
  std::uint64_t standards{};  ///< V4L2_STD_* that it can do; 0 for what is no analog input
  bool dv_timings{};          ///< HDMI and its like: the source decides on size and rate
  bool no_signal{};           ///< nothing came in when it was asked

  /// True where a source outside the device decides what is captured.
  [[nodiscard]] bool has_source() const { return dv_timings || standards != 0; }
};

/// Nothing where the device knows no inputs.
Result<std::optional<Input>> current_input(const Node& node);

/// What comes in at an input.
enum class Signal {
  unknown,       ///< the driver can't tell
  present,       ///< locked, and the device is set to it
  none,          ///< no signal
  unstable,      ///< a signal that can't be locked to
  out_of_range,  ///< a signal beyond what the device can do
};

/// What follow_signal() found.
struct SignalStatus {
  Signal signal{Signal::unknown};
  bool changed{};  ///< the device was set to something else, and so its format may be another
};

/// Looks at what the source sends (VIDIOC_QUERY_DV_TIMINGS, VIDIOC_QUERYSTD) and sets the device to
/// it, unless it is so already. Events that come of that are fetched. Error EBUSY while buffers are
/// allocated.
Result<SignalStatus> follow_signal(const Node& node, const Input& input);

/// True when the lower field of an interlaced frame is the older: with the 525-line standards (V4L2
/// specification, enum v4l2_field, "V4L2_FIELD_INTERLACED").
bool bottom_field_first(const Node& node, const Input& input);

/// An input and what it was set to, for a device that shall be set so again.
struct InputSettings {
  Input input;
  v4l2_std_id standard{};                  ///< 0 where it has none
  std::optional<v4l2_dv_timings> timings;  ///< nothing where it has none

  /// What the device is set to; `input` is its current one.
  static Result<InputSettings> read(const Node& node, const Input& input);
  /// Selects the input and sets it up, where it is not so already. What could not be, by name, such
  /// as "input HDMI"; nothing is set twice. Error: the device is gone.
  [[nodiscard]] Result<std::vector<std::string>> restore(const Node& node) const;
};

}  // namespace v4l2
