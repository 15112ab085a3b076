// A session's reactions to a device that goes away or breaks, and the wait for its return.

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "kernel/kernel.h"
#include "kernel/waker.h"
#include "messages/failures.h"
#include "session/session.h"
#include "stats/stats.h"

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
  if (report.cause == Cause::control) return false;  // controls-strict
  const auto policy = settings().on_disconnect;
  const bool waits = policy == OnDisconnect::wait && !report.hopeless;
  const bool unfed = report.cause == Cause::no_format;
  if (report.cause == Cause::no_signal && camera() != nullptr && report.error.code != 0) {
    static_cast<void>(on_no_signal(report));
    return true;
  }
  if (waits && unfed) {
    run_.flow.recovery().forget_attempts();
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
      !report.hopeless && run_.flow.recovery().has_delivered() && camera() != nullptr) {
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
  if (auto* const open = camera(); open != nullptr) return look_for_signal(*open);
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
  run_.flow.frame_is_owed();
  if (absence_) absence_->found = true;
  // The next try comes later if the device fails before its first frame.
  retry_pause_ = std::min(std::max(2 * retry_pause_, look_again), longest_pause);
  return Unallocated{};
}

/// Takes over the device that was away, and restores its settings.
Outcome<> Session::take_back(CameraPtr camera) {
  if (auto adopted = adopt(std::move(camera)); !adopted) return adopted;
  auto prepared = tuning_.restoration.prepare(*this->camera());
  publish();
  if (!prepared) return prepared;
  return apply_controls();
}

/// Handles a look in vain. Returns an error once reconnect-timeout has passed.
Outcome<Step> Session::not_there(const Report& report) {
  auto& absent = std::get<Absent>(state_);
  if (std::exchange(absent.reopening, false)) {
    run_.flow.recovery().forget_attempts();
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

/// Returns an error once reconnect-timeout has passed for a device that is back.
std::optional<Report> Session::overdue() {
  if (rest_of_patience() != nanoseconds::zero()) return std::nullopt;
  return back_in_vain(path(), settings().reconnect_timeout);
}

// ---- a broken stream ----------------------------------------------------------------------------

/// Restarts the stream or reopens the device, as Recovery says. Buffers, caps and controls stay
/// through a restart, and so do frames that downstream holds.
Session::Ending Session::on_broken(const StreamBroken& broken) {
  auto& flow = run_.flow;
  const auto step = flow.recovery().broken();
  switch (step.repair) {
    case Repair::restart:
      messages_.add(mended(path(), broken.error));
      Stats::add(surroundings_.stats.restarted);
      std::get<Capturing>(state_).capture.stop();
      flow.start_after(step.delay);
      flow.frame_is_owed();
      if (!broken.forgot_buffers) return Again{};  // the next step starts the stream
      return forget_source();
    case Repair::reopen:
      return reopen();
    case Repair::give_up:
      break;
  }
  auto report = failure(broken.error, broken.doing);
  report.text += " Its stream was started again three times, and the device opened again, in vain.";
  report.hopeless = flow.recovery().hopeless();
  if (report.hopeless) return std::unexpected{std::move(report)};
  return lose(report);
}

/// Handles the loss of the device. Attempts to repair its stream no longer count, since the device
/// that comes back is another.
Session::Ending Session::on_lost(const v4l2::Error& error) {
  run_.flow.recovery().forget_attempts();
  return lose(went_away(path(), error));
}

}  // namespace v4l2gst
