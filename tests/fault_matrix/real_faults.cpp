#include "fault_matrix/real_faults.h"

namespace faults {

v4l2::Kernel& RealStage::kernel() {
  return v4l2::system_kernel();
}

std::size_t RealStage::open_nodes() {
  return open_video_nodes();
}

void RealStage::leave() {
  forbidden_.reset();
  other_.reset();
}

void RealStage::add_others(std::vector<Fault>& all) {
  all.push_back({.name = "mode 000, not root",
                 .when = always,
                 .strike = [this] { forbidden_ = std::make_unique<Forbidden>(path()); },
                 .heal =
                     [this] {
                       leave();
                     }});
  all.push_back({.name = "another program has it",
                 .when = {Moment::before, Moment::start},
                 .strike = [this] { other_ = std::make_unique<OtherProgram>(path()); },
                 .heal =
                     [this] {
                       leave();
                     }});
  all.push_back({.name = "another program wants it",
                 .when = while_playing,
                 .strike = [this] { other_ = std::make_unique<OtherProgram>(path()); },
                 .heal = [this] { leave(); },
                 .healed_at = "now"});
}

}  // namespace faults
