// The work of a session on command, between two frames or while no frame is waited for.

#include "common/log.h"
#include "negotiation/live_geometry.h"
#include "session/commands.h"
#include "session/session.h"
#include "session/shared_info.h"

namespace v4l2gst {

Session::Ending Session::run_commands() {
  auto ended = run(surroundings_.commands.take());
  if (ended && !*ended && run_.has_other_caps) return Unallocated{};  // the buffers stay
  return ended;
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
  if ((commands & Commands::controls) != 0 && !tuning_.controls.has_seen(surroundings_.wishes))
    if (auto applied = apply_controls(); !applied)
      return std::unexpected{std::move(applied.error())};
  if ((commands & Commands::geometry) != 0) {
    if (const auto applied = apply_geometry(); !applied) {
      // A wish does not end the stream. A loss in another state is found by the next call.
      const auto& error = applied.error().error;
      if (std::holds_alternative<Capturing>(state_) && error.gone()) return on_lost(error);
      GST_WARNING_OBJECT(surroundings_.element, "%s", applied.error().text.c_str());
    }
  }
  if ((commands & Commands::input) != 0)
    if (auto ended = apply_input(); !ended || *ended) return ended;
  if (messages_.warns()) return Again{};  // so that they are posted
  return std::nullopt;
}

/// Gives the open device the values that the user wishes for controls. It gets them when it is
/// opened or back, and after each call that may have reset some: VIDIOC_S_FMT, VIDIOC_STREAMON.
Outcome<> Session::apply_controls() {
  auto* const open = camera();
  if (open == nullptr) return {};
  surroundings_.commands.drop(Commands::controls);  // one refusal is one ERROR
  return tuning_.controls.apply(*open, surroundings_.wishes, settings().controls_strict, messages_);
}

void Session::force_key_frame() {
  auto* const open = camera();
  if (open == nullptr || v4l2gst::force_key_frame(*open, surroundings_.element)) return;
  surroundings_.info.change_device_info([](DeviceInfo& info) { info.forces_key_frames = false; });
}

/// Sets the rectangles that the user named. Once a mode is agreed on, frames keep their format.
Outcome<> Session::apply_geometry() {
  auto* const open = camera();
  if (open == nullptr) return {};
  const auto wishes = settings();
  auto reshaped = set_rectangles(
      {.camera = *open, .geometry = tuning_.geometry, .settings = wishes, .messages = messages_},
      config(), wanted());
  if (!reshaped) return std::unexpected{std::move(reshaped.error())};
  auto& other = *reshaped;
  if (!other) return {};
  std::visit(
      [&](auto& state) {
        if constexpr (requires { state.config; }) state.config = std::move(other);
      },
      state_);
  run_.has_other_caps = true;
  return {};
}

}  // namespace v4l2gst
