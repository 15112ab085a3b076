#pragma once

#include <memory>
#include <vector>

#include "fault_matrix/common_faults.h"
#include "fault_matrix/real_device.h"
#include "fault_matrix/stage.h"

namespace faults {

/// The common part of the stages with a real driver.
class RealStage : public Stage {
public:
  v4l2::Kernel& kernel() override;
  std::size_t open_nodes() override;

protected:
  void add_others(std::vector<Fault>& all);
  /// Restores the rights to the device, and ends the other program.
  void leave();

private:
  std::unique_ptr<Forbidden> forbidden_;
  std::unique_ptr<OtherProgram> other_;
};

}  // namespace faults
