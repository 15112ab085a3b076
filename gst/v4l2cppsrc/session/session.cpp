// A session's state changes, negotiation and allocation. state.h has the states.

#include "session/session.h"

#include <cerrno>
#include <utility>

#include "buffers/allocation.h"
#include "buffers/downstream.h"
#include "camera/camera.h"
#include "common/log.h"
#include "formats/stream_config.h"
#include "kernel/kernel.h"
#include "messages/failures.h"
#include "negotiation/negotiator.h"
#include "session/circumstances.h"
#include "session/key_frame_requests.h"
#include "session/shared_info.h"

namespace v4l2gst {

// ---- the state ----------------------------------------------------------------------------------

const Camera* Session::camera() const {
  return std::visit(
      [](const auto& state) -> const Camera* {
        if constexpr (requires { state.camera; }) return state.camera.get();
        return nullptr;
      },
      state_);
}

Camera* Session::camera() {
  return const_cast<Camera*>(std::as_const(*this).camera());  // NOLINT(*-const-cast): it is ours
}

/// Frees the buffers and forgets the configuration. The device stays open. The camera is moved out
/// first, since assigning to the state destroys the old one.
Opened& Session::step_down() {
  if (auto* const at = std::get_if<Capturing>(&state_)) {
    at->capture.free();
    auto kept = std::move(at->camera);
    state_.emplace<Opened>(std::move(kept));
  } else if (auto* const configured = std::get_if<Configured>(&state_)) {
    auto kept = std::move(configured->camera);
    state_.emplace<Opened>(std::move(kept));
  }
  return std::get<Opened>(state_);
}

/// Closes the device at once, and saves its settings. Frames that downstream holds stay.
void Session::leave() {
  if (const auto* const config = this->config()) run_.former_caps = caps_of(*config);
  run_.shortage.reset();
  if (camera() != nullptr) restoration_.save(*step_down().camera);
  if (!std::holds_alternative<Absent>(state_)) state_ = Absent{};
  publish();
}

const StreamConfig* Session::config() const {
  if (const auto* const configured = std::get_if<Configured>(&state_))
    return configured->config.get();
  if (const auto* const at = std::get_if<Capturing>(&state_)) return at->config.get();
  return nullptr;
}

const GstCaps* Session::wanted() const {
  if (const auto* const configured = std::get_if<Configured>(&state_))
    return configured->wanted.get();
  if (const auto* const at = std::get_if<Capturing>(&state_)) return at->wanted.get();
  return nullptr;
}

void Session::publish() {
  DeviceInfo facts;
  if (const auto* const open = camera()) {
    facts.device = open->path();
    facts.device_name = open->device.capability().card_name();
    facts.device_fd = open->descriptor();
    facts.capabilities = open->device.capability().bits();
    facts.modes = open->device.modes();
    facts.input = open->input;
    facts.exports = open->exports;
  }
  if (const auto* const agreed = config()) facts.frame_duration = duration_of(*agreed);
  if (const auto* const at = std::get_if<Capturing>(&state_)) facts.depth = at->capture.depth();
  surroundings_.info.publish(std::move(facts));
}

/// Publishes what a negotiation found out. The latency stays what it was until buffers are
/// allocated.
void Session::publish_modes(const Camera& camera) {
  surroundings_.info.change_device_info([&](DeviceInfo& info) {
    info.modes = camera.device.modes();
    info.input = camera.input;
    info.exports = camera.exports;
  });
}

Settings Session::settings() const {
  return surroundings_.info.settings();
}

bool Session::keeps_flowing_caps() const {
  const auto* const agreed = config();
  return agreed != nullptr && keeps_caps(*agreed, run_.flowing_caps.get());
}

Report Session::failure(const v4l2::Error& error, std::string_view doing) const {
  const auto wishes = settings();
  const auto* const at = std::get_if<Capturing>(&state_);
  return failure_in({.kernel = kernel(),
                     .camera = *camera(),
                     .config = config(),
                     .wanted = wanted(),
                     .settings = wishes,
                     .reads = at != nullptr && at->capture.uses_read()},
                    error, doing);
}

// ---- state changes ------------------------------------------------------------------------------

Outcome<> Session::open(v4l2::Kernel& kernel, const std::string& wanted) {
  surroundings_.kernel = &kernel;
  last_seen_ = {.wanted = wanted};
  auto opened = open_camera(kernel, wanted, surroundings_.element);
  if (opened) {
    adopt(std::move(*opened));
    return {};
  }
  auto reason = std::move(opened.error());
  const bool may_come = reason.may_come || reason.cause == Cause::lost;
  if (!may_come || settings().on_disconnect != OnDisconnect::wait)
    return std::unexpected{std::move(reason)};
  if (wanted.empty()) reason.device.clear();  // another camera will do as well
  wait_for_camera(reason);
  return {};
}

/// Takes over a camera that was opened.
void Session::adopt(CameraPtr camera) {
  surroundings_.key_frame_requests.device_opened();
  last_seen_ = LastSeen::of(*camera, last_seen_.wanted);
  state_.emplace<Opened>(std::move(camera));
  publish();
}

bool Session::is_open_for(const Settings& wishes) const {
  const bool waits = absence_ && wishes.on_disconnect == OnDisconnect::wait;
  // The device property may have changed in READY.
  return (camera() != nullptr || waits) && last_seen_.wanted == wishes.device;
}

void Session::start() {
  const auto wishes = settings();
  if (camera() != nullptr) {
    absence_.reset();
    retry_pause_ = {};
  }
  if (absence_ && absence_->of_former_run) {
    const auto reason = absence_->reason;
    absence_.reset();
    wait_for_camera(reason);
  }
  run_ = {.watchdog = {wishes.first_frame_timeout, wishes.stall_timeout, wishes.on_stall}};
  surroundings_.stats.restart();
}

void Session::pause() {
  // The streaming thread may not notice a pause that ends before it wakes.
  if (absence_) absence_->patience.pause();
  auto* const at = std::get_if<Capturing>(&state_);
  if (at == nullptr) return;
  at->capture.stop();
  GST_INFO_OBJECT(surroundings_.element, "streaming ended for a pause");
  if (!at->capture.oversized()) return;
  // The driver frees surplus buffers only together with all others. The next start therefore begins
  // with as many as the first, and with the same caps.
  run_.former_caps = caps_of(*at->config);
  free_buffers(*at);
}

/// Capturing → Configured.
void Session::free_buffers(Capturing& at) {
  at.capture.free();
  Configured kept{.camera = std::move(at.camera),
                  .config = std::move(at.config),
                  .wanted = std::move(at.wanted)};
  state_.emplace<Configured>(std::move(kept));
}

void Session::stop() {
  if (camera() != nullptr) step_down();
  run_.shortage.reset();
  run_.flowing_caps.reset();
  run_.stamper = {};
  if (absence_) absence_->of_former_run = true;
  if (auto* const absent = std::get_if<Absent>(&state_)) absent->reopening = false;
  publish();
}

void Session::close() {
  if (camera() != nullptr) {
    step_down();
    GST_INFO_OBJECT(surroundings_.element, "closed '%s'", last_seen_.path.c_str());
  }
  state_ = Closed{};
  last_seen_ = {.wanted = last_seen_.wanted};
  restoration_ = {};
  absence_.reset();
  retry_pause_ = {};
  run_ = {};
  publish();
}

// ---- negotiation and allocation -----------------------------------------------------------------

Outcome<Session::Agreed> Session::negotiate(const GstCaps* wanted, const EmitPrepareFormat& emit) {
  if (camera() == nullptr) return Agreed{};
  // The stream goes on if downstream still takes its caps. A change elsewhere in the pipeline is no
  // reason to stop it.
  if (const auto* const at = std::get_if<Capturing>(&state_);
      at != nullptr && gst_caps_is_subset(caps_of(*at->config).get(), wanted) != FALSE)
    return Agreed{.caps = caps_of(*at->config)};
  const auto wishes = settings();
  const auto overrides = Overrides::of(wishes, camera()->path());
  if (!overrides) return std::unexpected{overrides.error()};
  // The driver takes no other format while buffers are allocated. A driver that knows no orphans
  // takes none while downstream holds one of its buffers.
  const auto* const at = std::get_if<Capturing>(&state_);
  const auto held = at != nullptr && at->capture.pinned() ? at->capture.held() : 0;
  auto& camera = step_down().camera;
  auto& open = *camera;
  const auto node = open.device.node();  // keeps the descriptor open
  const auto prepare = [&](GstCaps* caps) {
    publish_modes(open);
    emit(open.descriptor(), caps);
    const auto* const now = std::get_if<Opened>(&state_);
    return now != nullptr && now->camera->device.node() == node;
  };
  // The negotiation has its own references, since a "prepare-format" handler may end the run.
  const auto reference = [](const CapsPtr& caps) {
    return CapsPtr{caps ? gst_caps_ref(caps.get()) : nullptr};
  };
  const auto former = reference(run_.former_caps);
  const auto flowing = reference(run_.flowing_caps);
  const auto shortage = run_.shortage;
  Negotiator negotiator{open,   restoration_, messages_, surroundings_.waker,
                        wishes, *overrides,   prepare};
  auto agreed = negotiator.negotiate({.wanted = wanted,
                                      .former = former.get(),
                                      .flowing = flowing.get(),
                                      .shortage = shortage ? &*shortage : nullptr,
                                      .held_downstream = held});
  if (!agreed) {
    publish_modes(open);
    // The device gets this mode again if it went away after the mode was set.
    if (const auto* const caps = negotiator.accepted_caps())
      run_.former_caps.reset(gst_caps_copy(caps));
    const int code = agreed.error().error.code;
    if ((code == EINVAL || code == EBUSY) && open.device.lacks_format())
      return std::unexpected{no_format(open.path())};
    return std::unexpected{std::move(agreed.error())};
  }
  auto& config = *agreed;
  if (!config) return Agreed{.overtaken = true};
  auto caps = caps_of(*config);
  Configured next{.camera = std::move(camera),
                  .config = std::make_shared<const StreamConfig>(std::move(*config)),
                  .wanted = CapsPtr{gst_caps_copy(wanted)}};
  publish_modes(*state_.emplace<Configured>(std::move(next)).camera);
  return Agreed{.caps = std::move(caps)};
}

Outcome<bool> Session::allocate(const Downstream& downstream, GstQuery* query) {
  // The stream goes on if the buffers still suit downstream.
  if (auto* const at = std::get_if<Capturing>(&state_);
      at != nullptr && !at->capture.suits(downstream, at->camera->device.reserves_buffers()))
    free_buffers(*at);
  if (auto* const configured = std::get_if<Configured>(&state_)) {
    const auto wishes = settings();
    auto made = v4l2gst::allocate({.element = surroundings_.element,
                                   .device = configured->camera->device,
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

}  // namespace v4l2gst
