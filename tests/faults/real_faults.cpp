#include "faults/real_faults.h"

#include <array>

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

void RealStage::add_silences(std::vector<Fault>& all, const std::function<void()>& strike,
                             const std::function<void()>& heal) {
  Fault silent{.name = "it falls silent, and sends again",
               .when = always,
               .strike = strike,
               .heal = heal,
               .healed_at = "now"};
  all.push_back(silent);
  silent.name = "it falls silent";
  silent.properties = {{"stall-timeout", "1000000000"}, {"first-frame-timeout", "1000000000"}};
  const std::array<std::pair<const char*, const char*>, 4> policies{{
      {"warn", "`stalled`"},
      {"restart", "`restarted`"},
      {"reopen", "`reopened`"},
      {"error", "`stalled`"},
  }};
  for (const auto& [policy, told] : policies) {
    silent.healed_at = told;
    add_policies(all, silent, "on-stall", {policy});
  }
}

}  // namespace faults
