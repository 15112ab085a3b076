#pragma once

#include <cstdint>
#include <optional>

#include "kernel/error.h"

namespace v4l2 {

class Node;

/// The analog TV tuner of an input. Frequencies are in Hz.
struct Tuner {
  std::uint32_t index{};
  std::uint64_t least{};
  std::uint64_t most{};
  double unit{};  ///< the step of the driver's numbers (V4L2_TUNER_CAP_LOW)

  /// Reads the tuner with this index (VIDIOC_G_TUNER). nullopt if there is none, or if it is no
  /// tuner for TV.
  static Result<std::optional<Tuner>> read(const Node& node, std::uint32_t index);

  /// Returns the frequency that is set. nullopt if the driver does not say.
  [[nodiscard]] Result<std::optional<std::uint64_t>> frequency(const Node& node) const;

  /// Sets the frequency. Returns false if it is beyond the tuner's range, or if the driver refuses
  /// it, or takes one that is more than a step away. Error: the device is gone.
  [[nodiscard]] Result<bool> tune(const Node& node, std::uint64_t wanted) const;
};

}  // namespace v4l2
