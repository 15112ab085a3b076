#pragma once

#include <memory>

#include "fault_matrix/stage.h"

namespace faults {

/// A fake USB camera in free run.
std::unique_ptr<Stage> fake_stage();

}  // namespace faults
