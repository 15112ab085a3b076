#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "device/format.h"
#include "kernel/error.h"

namespace v4l2 {

class Node;

/// An input of a device (VIDIOC_ENUMINPUT).
struct Input {
  std::uint32_t index{};
  std::string name;
  std::uint64_t standards{};  ///< the V4L2_STD_* that it can do; 0 if it is not analog
  bool dv_timings{};          ///< as HDMI has: the source decides on size and rate
  bool no_signal{};           ///< it had no power, signal or sync when it was asked
  std::uint32_t status{};     ///< V4L2_IN_ST_*, as of when it was asked
  std::uint32_t audio{};      ///< a bit for each audio input that it can be combined with
  std::optional<std::uint32_t> tuner{};  ///< the index of its tuner; nullopt if it has none

  /// Returns true if a source outside the device decides what is captured.
  [[nodiscard]] bool has_source() const { return dv_timings || standards != 0; }
};

/// Returns the current input (VIDIOC_G_INPUT). nullopt if the device knows no inputs.
Result<std::optional<Input>> current_input(const Node& node);

/// Returns all inputs. Empty if the device knows none. Error: the device is gone.
Result<std::vector<Input>> list_inputs(const Node& node);

/// Returns the place in `names` that a user means by `text`. That is a number, or a name. Case and
/// separators do not count in a name. An unfinished name will do if only one begins so. nullopt if
/// none fits.
std::optional<std::size_t> find_by_name(const std::vector<std::string>& names,
                                        std::string_view text);

/// Selects an input, unless it is selected. Returns false if the driver refuses. Error: the device
/// is gone, or EBUSY while buffers are allocated.
Result<bool> select_input(const Node& node, std::uint32_t index);

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
