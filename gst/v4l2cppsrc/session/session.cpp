// A session's states, and the state changes of the element. state.h has the states.

#include "session/session.h"

#include <utility>

#include "camera/geometry.h"
#include "camera/input_wishes.h"
#include "common/log.h"
#include "session/circumstances.h"
#include "session/device_info.h"
#include "session/shared_info.h"

namespace v4l2gst {

Session::Session(Surroundings surroundings)
    : surroundings_{surroundings}, messages_{surroundings.element}, run_{new_run(Settings{})} {}

/// Returns the data of a run that begins.
Run Session::new_run(const Settings& settings) {
  const Watchdog watchdog{settings.first_frame_timeout, settings.stall_timeout, settings.on_stall};
  return {.flow = DataFlow{surroundings_, messages_, tuning_.restoration, watchdog}};
}

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
  run_.flow.stream_ended();
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
  if (camera() != nullptr) tuning_.restoration.save(*step_down().camera);
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
  const auto* const at = std::get_if<Capturing>(&state_);
  publish_info(surroundings_.info, messages_, camera(), config(),
               at != nullptr ? &at->capture : nullptr);
}

Settings Session::settings() const {
  auto wishes = surroundings_.info.settings();
  // A descriptor of a lost device is of no use any more, and the node can't be looked for.
  if (last_seen_.wanted.descriptor >= 0 && wishes.on_disconnect == OnDisconnect::wait)
    wishes.on_disconnect = OnDisconnect::error;
  return wishes;
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

Outcome<> Session::open(v4l2::Kernel& kernel, const Wanted& wanted) {
  surroundings_.kernel = &kernel;
  last_seen_ = {.wanted = wanted};
  auto opened = open_camera(kernel, wanted, surroundings_.element);
  auto ready = opened ? Outcome<>{} : std::unexpected{std::move(opened.error())};
  if (ready) {
    ready = adopt(std::move(*opened));
    if (ready) ready = apply_input_wishes(*this->camera(), settings(), messages_);
    if (ready) ready = apply_controls();
    publish();
    if (ready) return {};
    state_ = Closed{};
    publish();
  }
  auto reason = std::move(ready.error());
  const bool may_come = reason.may_come || reason.cause == Cause::lost;
  if (!may_come || settings().on_disconnect != OnDisconnect::wait)
    return std::unexpected{std::move(reason)};
  if (wanted.any()) reason.device.clear();  // another camera will do as well
  wait_for_camera(reason);
  return {};
}

/// Takes over a camera that was opened.
Outcome<> Session::adopt(CameraPtr camera) {
  last_seen_ = LastSeen::of(*camera, last_seen_.wanted);
  log_controls(*camera, surroundings_.element);
  if (const auto looked = look_at_bounds(*camera, messages_); !looked)
    return std::unexpected{looked.error()};
  state_.emplace<Opened>(std::move(camera));
  messages_.control_news().opened = true;
  publish();
  return {};
}

bool Session::is_open_for(const Settings& wishes) const {
  const auto wanted = Wanted::of(wishes);
  const bool waits =
      absence_ && wishes.on_disconnect == OnDisconnect::wait && wanted.descriptor < 0;
  // The device property may have changed in READY.
  return (camera() != nullptr || waits) && last_seen_.wanted == wanted;
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
  run_ = new_run(wishes);
  run_.flow.count_anew();
}

void Session::pause() {
  // The streaming thread may not notice a pause that ends before it wakes.
  if (absence_) absence_->patience.pause();
  auto* const at = std::get_if<Capturing>(&state_);
  if (at == nullptr) return;
  at->capture.stop();
  run_.flow.stream_ended();
  GST_INFO_OBJECT(surroundings_.element, "streaming ended for a pause");
  if (!at->capture.oversized()) return;
  // The driver frees surplus buffers only together with all others. The next start therefore begins
  // with as many as the first, and with the same caps.
  run_.former_caps = caps_of(*at->config);
  free_buffers(*at);
}

/// Capturing → Configured.
void Session::free_buffers(Capturing& at) {
  run_.flow.stream_ended();
  at.capture.free();
  Configured kept{.camera = std::move(at.camera),
                  .config = std::move(at.config),
                  .wanted = std::move(at.wanted)};
  state_.emplace<Configured>(std::move(kept));
}

void Session::stop() {
  if (camera() != nullptr) step_down();
  run_.shortage.reset();
  run_.flow.end_run();
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
  tuning_ = {};
  absence_.reset();
  retry_pause_ = {};
  run_ = new_run(Settings{});
  publish();
}

}  // namespace v4l2gst
