#pragma once

#include <memory>

#include "fault_matrix/stage.h"

namespace faults {

/// Returns a fake USB camera that runs free.
std::unique_ptr<Stage> fake_stage();

}  // namespace faults
