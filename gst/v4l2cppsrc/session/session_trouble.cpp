// A session's reactions to a device that goes away or breaks, and the wait for its return.

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "camera/camera.h"
#include "kernel/kernel.h"
#include "kernel/request.h"
#include "kernel/waker.h"
#include "messages/failures.h"
#include "session/key_frame_requests.h"
#include "session/session.h"
#include "stream/wait.h"

namespace v4l2gst {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

/// The longest pause between two tries. A device that comes back and fails at once is tried less
/// and less often.
constexpr milliseconds longest_pause{5000};

/// Returns true if the device is gone, or must be reopened to be of use.
bool means_lost(const v4l2::Error& error) {
  constexpr std::array codes{ENODEV, ENXIO, EIO, ESHUTDOWN, EPROTO};
  // EPROTO with a hint is our own error, for an implausible answer of a driver.
  if (error.code == EPROTO && error.hint != nullptr) return false;
  return std::ranges::find(codes, error.code) != codes.end();
}

/// Returns true if a device that came back may take the call a moment later. Another program may
/// look at the device. A driver may have registered the node before all of the device was there.
/// The pause between tries bounds their number.
bool may_be_settling(const Report& report, milliseconds retry_pause) {
  if (report.cause == Cause::not_negotiated || report.cause == Cause::broken_driver) return false;
  if (report.error.code == 0) return false;  // no call failed: the device is silent
  return retry_pause.count() > 0 && retry_pause < longest_pause;
}

}  // namespace

// ---- going away ---------------------------------------------------------------------------------

/// Closes the device, and does what on-disconnect says.
Outcome<Step> Session::lose(const Report& report) {
  const auto policy = settings().on_disconnect;
  if (policy != OnDisconnect::error)
    messages_.add(DeviceMessage::State::lost, report.device, report.text, report.error);
  leave();
  if (policy == OnDisconnect::wait) {
    wait_for_camera(report);
    return Unallocated{};
  }
  begin_absence(report);
  if (policy == OnDisconnect::eos) return EndOfStream{};
  return std::unexpected{report};
}

/// Begins an absence, or prolongs the one that has not ended. A device that has not sent a frame
/// since it was back is still absent.
void Session::begin_absence(const Report& report) {
  if (absence_)
    absence_->reason = report;
  else
    absence_ = Absence{.reason = report};
}

void Session::wait_for_camera(const Report& report) {
  begin_absence(report);
  if (!std::holds_alternative<Absent>(state_)) state_ = Absent{};
  std::get<Absent>(state_).next_look = kernel().monotonic_time() + retry_pause_;
  messages_.add(waiting_for(report));
}

bool Session::recover(const Report& report) {
  const auto policy = settings().on_disconnect;
  const bool waits = policy == OnDisconnect::wait && !report.hopeless;
  const bool unfed = report.cause == Cause::no_format;
  if (waits && unfed) {
    run_.recovery.forget_attempts();
    leave();
    wait_for_camera(report);
    return true;
  }
  // The caps of a running stream stay. If the bus has no bandwidth for them, only waiting helps.
  const bool no_room = report.cause == Cause::bandwidth && keeps_flowing_caps();
  if (waits && (means_lost(report.error) || may_be_settling(report, retry_pause_) || no_room)) {
    static_cast<void>(lose(report));
    return true;
  }
  // The recording is complete, whichever call reported the loss.
  if (policy == OnDisconnect::eos && (means_lost(report.error) || no_room || unfed) &&
      !report.hopeless && run_.recovery.has_delivered() && camera() != nullptr) {
    static_cast<void>(lose(report));
    return true;
  }
  if (means_lost(report.error)) {
    leave();
    begin_absence(report);
  }
  return false;
}

// ---- coming back --------------------------------------------------------------------------------

Outcome<Step> Session::look_for_camera() {
  if (camera() != nullptr) return Unallocated{};
  if (surroundings_.absence_waker.raised()) {
    if (absence_) absence_->patience.pause();
    return Halted{};
  }
  const auto* const absent = std::get_if<Absent>(&state_);
  if (absent == nullptr || !absent->reopening) {
    const auto policy = settings().on_disconnect;
    if (policy == OnDisconnect::eos) return EndOfStream{};
    if (policy == OnDisconnect::error || !absence_)
      return std::unexpected{absence_ ? absence_->reason : no_camera()};
  }
  // A device without a frame is tried again only while there is time left. It was found, but has
  // not streamed.
  const bool found = absence_ && absence_->found;
  if (found && rest_of_patience() == nanoseconds::zero()) return not_there(absence_->reason);
  const auto now = kernel().monotonic_time();
  if (absent != nullptr && now < absent->next_look) return Again{};
  // A device that had no producer may be there before its input has a signal.
  const bool feeds_late = absence_ && absence_->reason.cause == Cause::no_format;
  auto opened = open_again(kernel(), last_seen_, feeds_late, surroundings_.element);
  const bool reopening = absent != nullptr && absent->reopening;
  const auto taken =
      opened ? take_back(std::move(*opened)) : std::unexpected{std::move(opened.error())};
  if (!taken) {
    if (camera() != nullptr) {
      leave();  // the device is gone again
      std::get<Absent>(state_).reopening = reopening;
    }
    const auto& report = taken.error();
    if (report.may_come || means_lost(report.error)) return not_there(report);
    return std::unexpected{report};
  }
  messages_.add(back_at(path()));
  Stats::add(surroundings_.stats.reconnected);
  run_.watchdog.frame_is_owed();
  if (absence_) absence_->found = true;
  // The next try comes later if the device fails before its first frame.
  retry_pause_ = std::min(std::max(2 * retry_pause_, look_again), longest_pause);
  return Unallocated{};
}

/// Takes over the device that was away, and restores its settings.
Outcome<> Session::take_back(CameraPtr camera) {
  adopt(std::move(camera));
  auto prepared = restoration_.prepare(*this->camera());
  publish();
  return prepared;
}

/// Handles a look in vain. Returns an error once reconnect-timeout has passed.
Outcome<Step> Session::not_there(const Report& report) {
  auto& absent = std::get<Absent>(state_);
  if (std::exchange(absent.reopening, false)) {
    run_.recovery.forget_attempts();
    auto ended = lose(not_reopened(last_seen_.path, report));
    if (!ended || !std::holds_alternative<Unallocated>(*ended)) return ended;
  }
  absent.next_look = kernel().monotonic_time() + look_again;
  if (absence_ && rest_of_patience() == nanoseconds::zero())
    return std::unexpected{
        not_back(report, std::chrono::duration_cast<milliseconds>(absence_->patience.waited()))};
  return Again{};
}

/// Closes the device in order to open it again. If that fails, the device is lost.
Step Session::reopen() {
  messages_.add(reopened(path()));
  Stats::add(surroundings_.stats.restarted);
  leave();
  state_ = Absent{.next_look = {}, .reopening = true};
  return Unallocated{};
}

/// Steps down to Opened, to negotiate anew. The source sends something else, or the buffers are of
/// no use any more.
Step Session::forget_source() {
  run_.shortage.reset();
  step_down().camera->device.renew_modes();
  publish();
  return Unallocated{};
}

// ---- patience -----------------------------------------------------------------------------------

/// Returns how long an absent device is still waited for. Returns nullopt if there is no limit. The
/// device is absent until it has sent a frame.
std::optional<nanoseconds> Session::rest_of_patience() {
  if (!absence_) return std::nullopt;
  const auto wishes = settings();
  if (wishes.on_disconnect != OnDisconnect::wait || wishes.reconnect_timeout.count() == 0)
    return std::nullopt;
  absence_->patience.count(kernel().monotonic_time());
  return std::max(wishes.reconnect_timeout - absence_->patience.waited(), nanoseconds::zero());
}

/// Returns how long the next frame is waited for. Returns nullopt if there is no limit.
std::optional<milliseconds> Session::frame_patience() {
  std::optional<milliseconds> usual;
  if (run_.watchdog.measures()) {  // false by default, between frames
    const auto now = kernel().monotonic_time();
    run_.watchdog.wait_began(now);
    usual = run_.watchdog.patience(now);
  }
  const auto rest = rest_of_patience();
  if (!rest) return usual;
  const auto left = std::chrono::ceil<milliseconds>(*rest);
  return usual ? std::min(*usual, left) : left;
}

/// Returns an error once reconnect-timeout has passed for a device that is back.
std::optional<Report> Session::overdue() {
  if (rest_of_patience() != nanoseconds::zero()) return std::nullopt;
  return back_in_vain(path(), settings().reconnect_timeout);
}

// ---- a broken stream ----------------------------------------------------------------------------

/// Returns true if the driver has forgotten that our buffers are mapped. v4l2loopback before 0.13
/// has one set of buffers for all programs. VIDIOC_REQBUFS of another program makes it forget ours.
/// Only new buffers help.
bool Session::forgets_buffers(const v4l2::Error& error) const {
  return error.code == EINVAL && !camera()->device.reserves_buffers() &&
         std::string_view{error.call} == v4l2::request::dqbuf.name;
}

/// Restarts the stream or reopens the device, as Recovery says. Buffers, caps and controls stay
/// through a restart, and so do frames that downstream holds. `doing` is the task that failed.
Session::Ending Session::on_broken(const v4l2::Error& error, std::string_view doing) {
  const auto step = run_.recovery.broken();
  switch (step.repair) {
    case Repair::restart:
      messages_.add(mended(path(), error));
      Stats::add(surroundings_.stats.restarted);
      std::get<Capturing>(state_).capture.stop();
      run_.start_at = kernel().monotonic_time() + step.delay;
      run_.watchdog.frame_is_owed();
      if (!forgets_buffers(error)) return Again{};  // the next step starts the stream
      return forget_source();
    case Repair::reopen:
      return reopen();
    case Repair::give_up:
      break;
  }
  auto report = failure(error, doing);
  report.text += " Its stream was started again three times, and the device opened again, in vain.";
  report.hopeless = run_.recovery.hopeless();
  if (report.hopeless) return std::unexpected{std::move(report)};
  return lose(report);
}

/// Handles the loss of the device. Attempts to repair its stream no longer count, since the device
/// that comes back is another.
Session::Ending Session::on_lost(const v4l2::Error& error) {
  run_.recovery.forget_attempts();
  return lose(went_away(path(), error));
}

/// Handles a call that failed between two frames. VIDIOC_QBUF may be the first to report a loss or
/// a broken stream.
Session::Ending Session::on_failed(const v4l2::Error& error, std::string_view doing) {
  const auto failure = v4l2::failure_of(camera()->node(), error, false);
  if (!failure) return std::unexpected{failed(path(), error, doing)};
  return std::holds_alternative<v4l2::Lost>(*failure) ? on_lost(error) : on_broken(error, doing);
}

/// Waits until a broken stream may be started again. Returns false if a flush or a pause
/// interrupts.
bool Session::rest_before_start(const Capturing& at) {
  auto& waker = surroundings_.waker;
  for (;;) {
    if (waker.raised(v4l2::Waker::pause)) break;
    const auto left = run_.start_at - kernel().monotonic_time();
    if (left.count() <= 0) return true;
    if (waker.raised(v4l2::Waker::flush)) break;
    // Neither a requeued buffer nor a command ends this wait.
    waker.lower(v4l2::Waker::requeued);
    surroundings_.key_frame_requests.pass_on(*at.camera, surroundings_.element);
    v4l2::rest(kernel(), waker, std::chrono::ceil<milliseconds>(left));
  }
  if (absence_) absence_->patience.pause();
  return false;
}

// ---- silence ------------------------------------------------------------------------------------

Session::Ending Session::on_starved(Capturing& at) {
  const auto now = kernel().monotonic_time();
  auto& watchdog = run_.watchdog;
  if (watchdog.due(now) == Due::nothing) return std::nullopt;
  if (!watchdog.silent()) {
    const auto& path = at.camera->path();
    auto warning = starved(path, watchdog.waited(now), at.capture.buffer_count());
    messages_.add(DeviceMessage::State::starved, path, warning.text, {});
    messages_.warn(std::move(warning));
  }
  watchdog.silence(now);
  return Again{};
}

Session::Ending Session::on_due(Capturing& at) {
  const auto now = kernel().monotonic_time();
  const auto& path = at.camera->path();
  const auto due = run_.watchdog.due(now);
  const auto waited = run_.watchdog.waited(now);
  switch (due) {
    case Due::nothing:
      return std::nullopt;
    case Due::only_damage:
      messages_.warn(only_damage(path, waited, run_.filter.left_out()));
      return Again{};
    case Due::no_key_frame:
      messages_.warn(no_key_frame(path, waited, run_.filter.left_out().count));
      return Again{};
    case Due::no_first_frame: {
      // A restart that brings no frame has not helped.
      if (run_.recovery.recovering())
        return on_broken({.code = ETIMEDOUT, .call = "poll"}, "to receive a frame");
      const auto input = at.camera->ask_for_input();
      messages_.warn(input && input->no_signal ? no_signal(path, input->name)
                                               : no_first_frame(path, waited));
      return Again{};
    }
    case Due::silence:
      break;
  }
  return on_silence(at);
}

Session::Ending Session::on_silence(Capturing& at) {
  const auto now = kernel().monotonic_time();
  auto& watchdog = run_.watchdog;
  const auto& path = at.camera->path();
  const auto input = at.camera->ask_for_input();
  const bool mute = input && input->no_signal;
  const auto report = [&] {
    const auto silence = watchdog.waited(now);
    if (mute) return no_signal(path, input->name);
    if (watchdog.sees_damage()) return only_damage(path, silence, run_.filter.left_out());
    return stalled(path, silence, watchdog.starting());
  }();
  const bool first = !watchdog.silent();
  const auto remedy = watchdog.silence(now);
  messages_.add(mute ? DeviceMessage::State::signal_lost : DeviceMessage::State::stalled, path,
                report.text, {});
  if (remedy == Remedy::give_up) return std::unexpected{report};
  if (first || remedy == Remedy::warn) messages_.warn(report);
  // A restart does not help where there is no signal.
  if (mute || remedy == Remedy::warn) return Again{};
  if (remedy == Remedy::reopen) return reopen();
  messages_.add(restarted(path));
  Stats::add(surroundings_.stats.restarted);
  at.capture.stop();
  return Again{};  // the next step starts the stream
}

}  // namespace v4l2gst
