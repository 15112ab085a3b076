// How a Source goes on when its device goes away, fails, or falls silent.

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "session/source.h"
#include "settings/inputs.h"
#include "stream/wait.h"

namespace v4l2gst {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

/// How often it is looked for. Nothing of this touches a device that is not the one.
constexpr milliseconds look_again{100};
/// A device that comes back and fails at once is tried less and less often, down to this.
constexpr milliseconds longest_pause{5000};

/// What a device says that is gone, or that must be opened anew to be of use.
bool means_lost(const v4l2::Error& error) {
  constexpr std::array codes{ENODEV, ENXIO, EIO, ESHUTDOWN, EPROTO};
  // EPROTO with a hint is ours, for what a driver has made up.
  if (error.code == EPROTO && error.hint != nullptr) return false;
  return std::ranges::find(codes, error.code) != codes.end();
}

/// True when its driver says that nothing comes in.
bool is_mute(const v4l2::Device& device) {
  const auto asked = v4l2::current_input(*device.node());
  const auto input = asked ? *asked : std::optional<v4l2::Input>{};
  return input && input->no_signal;
}

}  // namespace

void Source::tell(Notice::State state, const std::string& device, std::string text,
                  const v4l2::Error& error) {
  notices_.push_back({.state = state, .device = device, .text = std::move(text), .error = error});
}

void Source::post_notices() {
  const auto notices = [this] {
    const std::lock_guard lock{context_};
    return std::exchange(notices_, {});
  }();
  for (const auto& notice : notices)
    post(GST_ELEMENT(element_), notice);
  const auto warnings = [this] {
    const std::lock_guard lock{context_};
    return std::exchange(warnings_, {});
  }();
  for (const auto& warning : warnings)
    warn(GST_ELEMENT(element_), warning);
}

/// Closes the device, at once; what downstream holds stays.
void Source::let_go() {
  if (agreement_) former_caps_.reset(gst_caps_ref(agreement().caps.get()));
  capture_.reset();
  agreement_.reset();
  shortage_.reset();
  put_setup_by();
  device_.reset();
  input_.reset();
  update_facts();
}

/// The device is closed, whatever is to be done about its loss.
Source::Outcome<GstFlowReturn> Source::lose(const Report& report) {
  const auto policy = settings().on_disconnect;
  if (policy != OnDisconnect::error)
    tell(Notice::State::lost, report.device, report.text, report.error);
  let_go();
  if (policy == OnDisconnect::wait) {
    wait_for_device(report);
    return unallocated;
  }
  begin_absence(report);
  if (policy == OnDisconnect::eos) return GST_FLOW_EOS;
  return std::unexpected{report};
}

/// One that has not sent a frame since it was back is away for longer still.
void Source::begin_absence(const Report& report) {
  if (absence_)
    absence_->reason = report;
  else
    absence_ = Absence{.reason = report};
}

void Source::wait_for_device(const Report& report) {
  begin_absence(report);
  next_look_ = kernel_->monotonic_time() + pause_;
  notices_.push_back(waiting_for(report));
}

bool Source::survives(const Report& report) {
  const auto policy = settings().on_disconnect;
  const bool waits = policy == OnDisconnect::wait && !report.hopeless;
  const bool waited_for = [&] {
    const std::lock_guard lock{context_};
    const bool unfed = report.cause == Cause::no_format;
    if (waits && unfed) {
      recovery_.forget_attempts();
      let_go();
      wait_for_device(report);
      return true;
    }
    // The caps of a running stream stay, so that for its room nothing can be done but wait.
    const bool no_room = report.cause == Cause::bandwidth && keeps_caps();
    if (waits && (means_lost(report.error) || may_be_settling(report) || no_room)) {
      static_cast<void>(lose(report));
      return true;
    }
    // A recording is whole, whichever call told of the loss.
    if (policy == OnDisconnect::eos && (means_lost(report.error) || no_room || unfed) &&
        !report.hopeless && recovery_.has_delivered() && device_) {
      static_cast<void>(lose(report));
      return true;
    }
    if (means_lost(report.error)) {
      let_go();
      begin_absence(report);
    }
    return false;
  }();
  post_notices();
  return waited_for;
}

/// A device that has just come back may refuse what it will take a moment later: another program
/// looks at it, or a driver has registered the node before all of the device was there. Some tries.
bool Source::may_be_settling(const Report& report) const {
  if (report.cause == Cause::not_negotiated || report.cause == Cause::broken_driver) return false;
  if (report.error.code == 0) return false;  // it refused nothing: it is silent
  return pause_.count() > 0 && pause_ < longest_pause;
}

bool Source::may_wait_for(const Report& report) const {
  return settings().on_disconnect == OnDisconnect::wait &&
         (report.may_come || report.cause == Cause::lost);
}

// ---- coming back --------------------------------------------------------------------------------

Source::Outcome<v4l2::Device> Source::open_again() const {
  if (!identity_.known()) {
    auto device = open_device(opened_for_);
    // Without sysfs a device is known by what it says of itself.
    if (device && !card_.empty() && device->capability().card_name() != card_)
      return std::unexpected{cannot_open(opened_for_, {.code = ENOENT, .call = "open"})};
    return device;
  }
  const auto found = v4l2::find_camera(*kernel_, identity_);
  if (!found) return std::unexpected{cannot_open(former_path_, {.code = ENOENT, .call = "open"})};
  auto device = v4l2::Device::open(*kernel_, *found);
  if (!device) return std::unexpected{cannot_open(*found, device.error())};
  return std::move(*device);
}

/// One look: GST_FLOW_OK once it is open, `again` while it is away, and else what that means for
/// who waits; an error when there is no use in waiting.
Source::Outcome<GstFlowReturn> Source::look_for_device() {
  if (device_) return GST_FLOW_OK;
  if (absence_waker_.raised()) {
    if (absence_) absence_->patience.pause();
    return interrupted;
  }
  if (!reopening_) {
    const auto policy = settings().on_disconnect;
    if (policy == OnDisconnect::eos) return GST_FLOW_EOS;
    if (policy == OnDisconnect::error || !absence_)
      return std::unexpected{absence_ ? absence_->reason : no_camera()};
  }
  // What was found and has not streamed is tried again only while there is time left.
  const bool found = absence_ && absence_->found;
  if (found && rest_of_patience() == nanoseconds::zero()) return not_there(absence_->reason);
  const auto now = kernel_->monotonic_time();
  if (now < next_look_) return again;
  auto device = open_again();
  if (device && device->lacks_format()) device = std::unexpected{no_format(device->path())};
  // Whether it streams only VIDIOC_STREAMON tells; but as long as nothing comes in it will not.
  if (device && absence_ && absence_->reason.cause == Cause::no_format && is_mute(*device))
    device = std::unexpected{unfed(device->path())};
  // Even what may not be opened may be so soon: udev gives access a moment after the node is there.
  if (!device) return not_there(device.error());
  if (const auto taken = take_back(std::move(*device)); !taken) {
    let_go();  // gone again at once
    if (!means_lost(taken.error().error)) return std::unexpected{taken.error()};
    return not_there(taken.error());
  }
  notices_.push_back(back_at(path()));
  Counters::add(counters_.reconnected);
  reopening_ = false;
  watchdog_.frame_is_owed();
  if (absence_) absence_->found = true;
  // If it fails again before it has sent a frame, the next try comes later.
  pause_ = std::min(std::max(2 * pause_, look_again), longest_pause);
  return GST_FLOW_OK;
}

/// A look was in vain.
Source::Outcome<GstFlowReturn> Source::not_there(const Report& report) {
  if (std::exchange(reopening_, false)) {
    recovery_.forget_attempts();
    const auto ended = lose(not_reopened(former_path_, report));
    if (!ended || *ended != unallocated) return ended;
  }
  next_look_ = kernel_->monotonic_time() + look_again;
  if (absence_ && rest_of_patience() == nanoseconds::zero())
    return std::unexpected{
        not_back(report, std::chrono::duration_cast<milliseconds>(absence_->patience.waited()))};
  return again;
}

/// Waits on the streaming thread, without the lock, until it is open.
Source::Outcome<GstFlowReturn> Source::await_device() {
  for (;;) {
    const auto found = [this] {
      const std::lock_guard lock{context_};
      return look_for_device();
    }();
    post_notices();
    if (!found || *found != again) return found;
    v4l2::rest(*kernel_, absence_waker_, look_again);
  }
}

/// How long a device that is away, or has sent no frame since, is still waited for; nothing for as
/// long as it takes.
std::optional<nanoseconds> Source::rest_of_patience() {
  if (!absence_) return std::nullopt;
  const auto wishes = settings();
  if (wishes.on_disconnect != OnDisconnect::wait || wishes.reconnect_timeout.count() == 0)
    return std::nullopt;
  absence_->patience.count(kernel_->monotonic_time());
  return std::max(wishes.reconnect_timeout - absence_->patience.waited(), nanoseconds::zero());
}

/// How long the next frame is waited for.
std::optional<milliseconds> Source::frame_patience() {
  const auto usual = wait_patience();
  const auto rest = rest_of_patience();
  if (!rest) return usual;
  const auto left = std::chrono::ceil<milliseconds>(*rest);
  return usual ? std::min(*usual, left) : left;
}

/// Once there is no more patience with a device that is back.
std::optional<Report> Source::overdue() {
  if (rest_of_patience() != nanoseconds::zero()) return std::nullopt;
  return back_in_vain(path(), settings().reconnect_timeout);
}

// ---- a broken stream ----------------------------------------------------------------------------

/// v4l2loopback before 0.13 knows each buffer of a device once for all programs: the VIDIOC_REQBUFS
/// of another one has it forget that we have mapped ours. Only new ones help.
bool Source::forgets_buffers(const v4l2::Error& error) const {
  return error.code == EINVAL && !device().reserves_buffers() &&
         std::string_view{error.call} == v4l2::request::dqbuf.name;
}

/// Starts the stream again, or opens the device again, as often as Recovery says. Its buffers, caps
/// and controls stay through a restart, and so does what downstream holds. `doing` is what failed.
Source::Flow Source::on_broken(const v4l2::Error& error, std::string_view doing) {
  const auto step = recovery_.broken();
  switch (step.repair) {
    case Repair::restart:
      notices_.push_back(mended(path(), error));
      Counters::add(counters_.restarted);
      capture_->stop();
      start_at_ = kernel_->monotonic_time() + step.delay;
      watchdog_.frame_is_owed();
      if (!forgets_buffers(error)) return again;  // and create() starts it
      forget_source();
      return unallocated;
    case Repair::reopen:
      return reopen();
    case Repair::give_up:
      break;
  }
  auto report = failure(error, doing);
  report.text += " Its stream was started again three times, and the device opened again, in vain.";
  report.hopeless = recovery_.hopeless();
  if (report.hopeless) return std::unexpected{report};
  const auto ended = lose(report);
  if (!ended) return std::unexpected{ended.error()};
  return *ended;
}

/// The device is gone. What was tried on its stream counts no more: when it is back it is another.
Source::Flow Source::on_lost(const v4l2::Error& error) {
  recovery_.forget_attempts();
  const auto ended = lose(went_away(path(), error));
  if (!ended) return std::unexpected{ended.error()};
  return *ended;
}

/// A call between two frames failed: VIDIOC_QBUF may tell of a loss or a broken stream first.
Source::Flow Source::on_failed(const v4l2::Error& error, std::string_view doing) {
  const auto failure = v4l2::failure_of(*device().node(), error, false);
  if (!failure) return std::unexpected{failed(path(), error, doing)};
  return std::holds_alternative<v4l2::Lost>(*failure) ? on_lost(error) : on_broken(error, doing);
}

/// Waits until a broken stream may be started again. False when a flush or a pause interrupts.
bool Source::rest_before_start() {
  for (;;) {
    if (waker_.raised(v4l2::Waker::pause)) break;
    const auto left = start_at_ - kernel_->monotonic_time();
    if (left.count() <= 0) return true;
    if (waker_.raised(v4l2::Waker::flush)) break;
    // Neither a requeued buffer nor an errand ends this.
    waker_.lower(v4l2::Waker::homecoming);
    run_errands();
    v4l2::rest(*kernel_, waker_, std::chrono::ceil<milliseconds>(left));
  }
  if (absence_) absence_->patience.pause();
  return false;
}

// ---- silence ------------------------------------------------------------------------------------

std::optional<milliseconds> Source::wait_patience() {
  if (!watchdog_.measures()) return std::nullopt;  // as by default, between frames
  const auto now = kernel_->monotonic_time();
  watchdog_.wait_began(now);
  return watchdog_.patience(now);
}

Source::Flow Source::on_starved() {
  const auto now = kernel_->monotonic_time();
  if (watchdog_.due(now) == Due::nothing) return std::nullopt;
  if (!watchdog_.silent()) {
    auto warning = starved(path(), watchdog_.waited(now), capture_->buffer_count());
    tell(Notice::State::starved, path(), warning.text, {});
    warnings_.push_back(std::move(warning));
  }
  watchdog_.silence(now);
  return again;
}

/// True when there is something to say of it: the first time.
bool Source::on_overwritten() {
  Counters::add(counters_.overwritten);
  continuity_.withhold();
  if (!capture_->copy_always() || !device().reserves_buffers()) return false;
  device().has_overwritten();
  warnings_.push_back(overwritten(path()));
  return true;
}

/// A frame of a loopback device is damaged. Its producer may have gone and come back with another
/// format: then that is negotiated. Where the driver keeps to the old one, because we have it open,
/// no picture will ever come.
Source::Flow Source::on_other_size(const v4l2::Frame& frame) {
  constexpr unsigned enough = 30;
  const auto& agreed = agreement().format;
  const auto format = device().format();
  if (format && (format->fourcc != agreed.fourcc || format->size != agreed.size)) {
    other_sizes_ = 0;
    forget_source();
    return unallocated;
  }
  const auto& layout = agreement().layout;
  if (!layout || ++other_sizes_ < enough) return std::nullopt;
  const auto& payload = frame.payloads()[0];
  return std::unexpected{other_size(path(),
                                    agreed.fourcc.to_string() + " " +
                                        std::to_string(agreed.size.width) + "x" +
                                        std::to_string(agreed.size.height),
                                    payload.length, layout->needed[0])};
}

/// A frame was left out. Damage never ends by itself where all frames are damaged, so that a device
/// which sends nothing else is treated as one that is silent.
Source::Flow Source::on_withheld(Withheld why) {
  const auto now = kernel_->monotonic_time();
  watchdog_.wait_began(now);
  watchdog_.withheld(why, now);
  return on_due();
}

Source::Flow Source::on_due() {
  const auto now = kernel_->monotonic_time();
  switch (watchdog_.due(now)) {
    case Due::nothing:
      return std::nullopt;
    case Due::only_damage:
      warnings_.push_back(only_damage(path(), watchdog_.waited(now), left_out_));
      return again;
    case Due::no_key_frame:
      warnings_.push_back(no_key_frame(path(), watchdog_.waited(now), left_out_.count));
      return again;
    case Due::no_first_frame: {
      // A restart that brings nothing has not helped.
      if (recovery_.recovering())
        return on_broken({.code = ETIMEDOUT, .call = "poll"}, "to receive a frame");
      const auto asked = v4l2::current_input(*device().node());
      const auto input = asked ? *asked : std::optional<v4l2::Input>{};
      if (input && input->no_signal)
        warnings_.push_back(no_signal(path(), input->name));
      else
        warnings_.push_back(no_first_frame(path(), watchdog_.waited(now)));
      return again;
    }
    case Due::silence:
      break;
  }
  return on_silence();
}

Report Source::silence_report(const std::optional<v4l2::Input>& input,
                              std::chrono::nanoseconds now) const {
  const auto silence = watchdog_.waited(now);
  if (input && input->no_signal) return no_signal(path(), input->name);
  if (watchdog_.sees_damage()) return only_damage(path(), silence, left_out_);
  return stalled(path(), silence, watchdog_.starting());
}

Source::Flow Source::on_silence() {
  const auto now = kernel_->monotonic_time();
  const auto asked = v4l2::current_input(*device().node());
  const auto input = asked ? *asked : std::optional<v4l2::Input>{};
  const bool mute = input && input->no_signal;
  auto report = silence_report(input, now);
  const bool first = !watchdog_.silent();
  const auto remedy = watchdog_.silence(now);
  tell(mute ? Notice::State::signal_lost : Notice::State::stalled, path(), report.text, {});
  if (remedy == Remedy::give_up) return std::unexpected{report};
  if (first || remedy == Remedy::warn) warnings_.push_back(report);
  // Where nothing comes in there is nothing to wake.
  if (mute || remedy == Remedy::warn) return again;
  if (remedy == Remedy::restart) {
    notices_.push_back(restarted(path()));
    Counters::add(counters_.restarted);
    capture_->stop();
    return again;  // and create() starts it
  }
  return reopen();
}

/// Closes the device in order to open it again; if that fails, it is lost.
GstFlowReturn Source::reopen() {
  notices_.push_back(reopened(path()));
  Counters::add(counters_.restarted);
  let_go();
  reopening_ = true;
  next_look_ = {};
  return unallocated;
}

}  // namespace v4l2gst
