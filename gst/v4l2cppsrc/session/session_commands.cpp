// What a session does on command, between two frames or while no frame is waited for.

#include "session/commands.h"
#include "session/session.h"
#include "session/shared_info.h"

namespace v4l2gst {

Session::Ending Session::run_commands() {
  return run(surroundings_.commands.take());
}

Outcome<> Session::apply_wishes() {
  // A Step is for the streaming thread, which finds the new state, and a loss, itself.
  auto ended = run(surroundings_.commands.take_wishes());
  if (ended || ended.error().cause != Cause::control) return {};
  return std::unexpected{std::move(ended.error())};
}

/// Runs the commands. Returns nullopt if the stream goes on. The state may have changed otherwise.
Session::Ending Session::run(unsigned commands) {
  if (commands == 0) return std::nullopt;
  if ((commands & Commands::key_frame) != 0) force_key_frame();
  if ((commands & Commands::controls) != 0)
    if (auto applied = apply_controls(); !applied)
      return std::unexpected{std::move(applied.error())};
  if (messages_.warns()) return Again{};  // so that they are posted
  return std::nullopt;
}

/// Gives the open device the values that the user wishes for controls. It gets them when it is
/// opened or back, and after each call that may have reset some: VIDIOC_S_FMT, VIDIOC_STREAMON.
Outcome<> Session::apply_controls() {
  auto* const open = camera();
  if (open == nullptr) return {};
  return tuning_.controls.apply(*open, surroundings_.wishes, settings().controls_strict, messages_);
}

void Session::force_key_frame() {
  auto* const open = camera();
  if (open == nullptr || v4l2gst::force_key_frame(*open, surroundings_.element)) return;
  surroundings_.info.change_device_info([](DeviceInfo& info) { info.forces_key_frames = false; });
}

}  // namespace v4l2gst
