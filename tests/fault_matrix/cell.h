#pragma once

#include <chrono>
#include <string>

#include "fault_matrix/stage.h"
#include "rigs/failing_kernel.h"

namespace faults {

/// What became of it.
struct Outcome {
  /// As the table has it: "ERROR `lost`", "EOS", "goes on", with the states of the device that were
  /// told before.
  std::string text;
  /// What the ERROR said.
  std::string error;
  /// What must never be, each a sentence: a hang, a leak, a wrong frame. Empty when all is well.
  std::string wrong;
  std::chrono::milliseconds stopping{};  ///< from PLAYING to NULL
};

/// Has `fault` strike at that moment, and watches what the element makes of it; then stops it, ends
/// the fault, and sees whether the same element works again.
Outcome run_cell(Stage& stage, Meddler& meddler, const Fault& fault, Moment moment);

}  // namespace faults
