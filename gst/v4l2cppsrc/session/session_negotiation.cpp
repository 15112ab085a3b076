// How a session gets a mode and buffers, and gives up a mode that the USB bus has no room for.

#include <utility>

#include "buffers/allocation.h"
#include "buffers/downstream.h"
#include "negotiation/negotiation.h"
#include "session/device_info.h"
#include "session/session.h"
#include "session/shared_info.h"

namespace v4l2gst {

bool Session::keeps_flowing_caps() const {
  const auto* const agreed = config();
  return agreed != nullptr && keeps_caps(*agreed, run_.flow.flowing_caps());
}

// ---- negotiation --------------------------------------------------------------------------------

Outcome<Session::Agreed> Session::negotiate(const GstCaps* wanted, const EmitPrepareFormat& emit) {
  if (camera() == nullptr) return Agreed{};
  // The stream goes on if downstream still takes its caps. A change elsewhere in the pipeline is no
  // reason to stop it.
  if (const auto* const at = std::get_if<Capturing>(&state_);
      at != nullptr && gst_caps_is_subset(caps_of(*at->config).get(), wanted) != FALSE) {
    run_.has_other_caps = false;
    return Agreed{.caps = caps_of(*at->config)};
  }
  const auto wishes = settings();
  const auto overrides = read_overrides(wishes, path());
  if (!overrides) return std::unexpected{overrides.error()};
  // The driver takes no other format while buffers are allocated. A driver that knows no orphans
  // takes none while downstream holds one of its buffers.
  const auto* const at = std::get_if<Capturing>(&state_);
  const auto held = at != nullptr && at->capture.pinned() ? at->capture.held() : 0;
  auto& camera = step_down().camera;
  auto& open = *camera;
  auto followed = follow_source(open, wishes);
  if (!followed) return std::unexpected{std::move(followed.error())};
  if (!*followed) return Agreed{};
  const auto node = node_of(open);  // keeps the descriptor open
  const auto prepare = [&](GstCaps* caps) {
    publish_modes(surroundings_.info, messages_, open);
    emit(descriptor_of(open), caps);
    const auto* const now = std::get_if<Opened>(&state_);
    return now != nullptr && node_of(*now->camera) == node;
  };
  // The negotiation has its own references, since a "prepare-format" handler may end the run.
  const auto reference = [](const GstCaps* caps) {
    return CapsPtr{caps != nullptr ? gst_caps_copy(caps) : nullptr};
  };
  const auto former = reference(run_.former_caps.get());
  const auto flowing = reference(run_.flow.flowing_caps());
  const auto shortage = run_.shortage;
  auto agreed = v4l2gst::negotiate({.camera = open,
                                    .restoration = tuning_.restoration,
                                    .geometry = tuning_.geometry,
                                    .messages = messages_,
                                    .waker = surroundings_.waker,
                                    .settings = wishes,
                                    .overrides = **overrides},
                                   {.wanted = wanted,
                                    .former = former.get(),
                                    .flowing = flowing.get(),
                                    .shortage = shortage ? &*shortage : nullptr,
                                    .held_downstream = held},
                                   prepare);
  if (!agreed.config) {
    publish_modes(surroundings_.info, messages_, open);
    // The device gets this mode again if it went away after the mode was set.
    if (agreed.accepted_caps) run_.former_caps = std::move(agreed.accepted_caps);
    return std::unexpected{std::move(agreed.config.error())};
  }
  auto& config = *agreed.config;
  if (!config) return Agreed{.overtaken = true};
  auto caps = configure(std::move(config), wanted);
  if (!caps) return std::unexpected{std::move(caps.error())};
  return Agreed{.caps = std::move(*caps), .other_bounds = agreed.other_bounds};
}

/// Opened → Configured. Returns the caps of the mode.
Outcome<CapsPtr> Session::configure(ConfigPtr config, const GstCaps* wanted) {
  run_.has_other_caps = false;
  auto caps = caps_of(*config);
  Configured next{.camera = std::move(std::get<Opened>(state_).camera),
                  .config = std::move(config),
                  .wanted = CapsPtr{gst_caps_copy(wanted)}};
  publish_modes(surroundings_.info, messages_, *state_.emplace<Configured>(std::move(next)).camera);
  // Some drivers reset controls with the format, or have other ranges then.
  if (const auto applied = apply_controls(); !applied) return std::unexpected{applied.error()};
  return caps;
}

/// Steps down to Opened, to negotiate anew. The source sends something else, or the buffers are of
/// no use any more.
Step Session::forget_source() {
  run_.shortage.reset();
  forget_modes(*step_down().camera);
  messages_.control_news().all = true;
  publish();
  return Unallocated{};
}

// ---- allocation ---------------------------------------------------------------------------------

Outcome<bool> Session::allocate(const Downstream& downstream, GstQuery* query) {
  // The stream goes on if the buffers still suit downstream.
  if (auto* const at = std::get_if<Capturing>(&state_);
      at != nullptr && !at->capture.suits(downstream, device_of(*at->camera)))
    free_buffers(*at);
  if (auto* const configured = std::get_if<Configured>(&state_)) {
    const auto wishes = settings();
    auto made = v4l2gst::allocate({.element = surroundings_.element,
                                   .device = device_of(*configured->camera),
                                   .waker = surroundings_.waker,
                                   .stats = surroundings_.stats,
                                   .agreed = configured->config,
                                   .settings = wishes,
                                   .downstream = downstream});
    if (!made) return std::unexpected{made.error()};
    Capturing next{.camera = std::move(configured->camera),
                   .config = std::move(made->config),
                   .wanted = std::move(configured->wanted),
                   .capture = std::move(made->capture)};
    state_.emplace<Capturing>(std::move(next));
    if (const auto& warning = made->warning) messages_.warn(*warning);
    publish();
  }
  const auto* const at = std::get_if<Capturing>(&state_);
  if (at == nullptr) return false;
  const auto& capture = at->capture;
  answer_allocation(query, capture.pool(), capture.size(), capture.buffer_count(), capture.most());
  return true;
}

// ---- a mode for which the bus has no room -------------------------------------------------------

/// Gives up the mode and its buffers if the bus has no room for it, and there are modes that may be
/// tried instead. Returns the Step by which the next one is negotiated. Error: the refusal, if it
/// stands.
Outcome<Step> Session::give_up_mode(Report refusal) {
  if (refusal.cause != Cause::bandwidth) return std::unexpected{std::move(refusal)};
  const auto wishes = settings();
  auto less = take_less(run_.shortage, std::move(refusal),
                        {.camera = *camera(),
                         .config = *config(),
                         .wanted = wanted(),
                         .settings = wishes,
                         .keeps_caps = keeps_flowing_caps(),
                         .element = surroundings_.element});
  if (!less) return std::unexpected{std::move(less.error())};
  run_.shortage = std::move(*less);
  // The driver takes no other format while there are buffers.
  step_down();
  publish();
  if (run_.flow.interrupted()) return Halted{};
  return Unallocated{};
}

/// Ends a shortage, since the device streams. One WARNING names the mode that was taken instead.
void Session::end_shortage(const StreamConfig& config) {
  if (!run_.shortage) return;
  messages_.warn(narrower_mode(*run_.shortage, config, path()));
  run_.shortage.reset();
}

}  // namespace v4l2gst
