#pragma once

#include "facts/device_facts.h"
#include "kernel/error.h"

namespace v4l2 {
class Device;
}

namespace v4l2describe {

/// The inputs of a device, and what its current input can do.
struct InputLists {
  std::vector<InputFacts> inputs;
  std::string signal;  ///< see DeviceFacts
  std::vector<StandardFacts> standards;
  std::uint64_t standard{};  ///< the one that is set; 0 if there is none
  std::vector<TimingsFacts> timings;
  std::optional<TimingsFacts> current_timings;
  std::vector<std::string> endless;  ///< calls whose lists did not end
};

/// Reads the lists. Selects no input: signal, standards and timings are those of the current one.
/// Error: the device is gone.
v4l2::Result<InputLists> read_inputs(const v4l2::Device& device);

}  // namespace v4l2describe
