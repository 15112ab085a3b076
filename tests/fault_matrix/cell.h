#pragma once

#include <chrono>
#include <string>

#include "fault_matrix/stage.h"
#include "rigs/failing_kernel.h"

namespace faults {

/// The outcome of one cell of the matrix.
struct Outcome {
  /// The table's text: "ERROR" with its cause, "EOS" or "goes on". The states of the device that
  /// were reported before stand in front of it.
  std::string text;
  /// The text of the ERROR.
  std::string error;
  /// What must never happen, in sentences: a hang, a leak, a wrong frame. The text is empty if all
  /// is well.
  std::string wrong;
  std::chrono::milliseconds stopping{};  ///< from PLAYING to NULL
};

/// Lets `fault` strike at that moment, and watches what the element does. Then stops the element,
/// heals the fault, and checks that the same element works again.
Outcome run_cell(Stage& stage, Meddler& meddler, const Fault& fault, Moment moment);

}  // namespace faults
