// How a Source goes on when its device goes away, fails, or falls silent.

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "source.h"
#include "stream/wait.h"

namespace v4l2gst {
namespace {

using std::chrono::milliseconds;

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
  put_setup_by();
  device_.reset();
  input_.reset();
  update_facts();
}

Source::Outcome<GstFlowReturn> Source::lose(const Report& report) {
  const auto policy = settings().on_disconnect;
  if (policy == OnDisconnect::error) return std::unexpected{report};
  tell(Notice::State::lost, report.device, report.text, report.error);
  let_go();
  if (policy == OnDisconnect::eos) return GST_FLOW_EOS;
  miss(report);
  return unallocated;
}

void Source::miss(const Report& report) {
  if (absence_) return;
  const auto now = kernel_->monotonic_time();
  absence_ = Absence{.since = now, .reason = report};
  next_look_ = now + pause_;
  notices_.push_back(waiting_for(report.device));
}

bool Source::survives(const Report& report) {
  const std::lock_guard lock{context_};
  if (settings().on_disconnect != OnDisconnect::wait || recovery_.hopeless()) return false;
  if (!means_lost(report.error) && !may_be_settling(report)) return false;
  static_cast<void>(lose(report));
  return true;
}

/// A device that has just come back may refuse what it will take a moment later: another program
/// looks at it, or a driver has registered the node before all of the device was there. Some tries.
bool Source::may_be_settling(const Report& report) const {
  if (report.cause == Cause::not_negotiated || report.cause == Cause::broken_driver) return false;
  return pause_.count() > 0 && pause_ < longest_pause;
}

bool Source::may_wait_for(const Report& report) const {
  return settings().on_disconnect == OnDisconnect::wait &&
         (report.cause == Cause::no_device || report.cause == Cause::lost);
}

// ---- coming back --------------------------------------------------------------------------------

Source::Outcome<v4l2::Device> Source::open_again() const {
  if (!identity_.known()) {
    auto device = open_device();
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

/// One look. Nothing when it is still away; an error when there is no use in waiting.
Source::Outcome<bool> Source::look_for_device() {
  const auto now = kernel_->monotonic_time();
  if (now < next_look_) return false;
  auto device = open_again();
  // Even what may not be opened may be so soon: udev gives access a moment after the node is there.
  if (device) {
    if (const auto taken = take_back(std::move(*device)); !taken) {
      if (!means_lost(taken.error().error)) return std::unexpected{taken.error()};
      let_go();  // gone again at once
      next_look_ = now + look_again;
      return false;
    }
    notices_.push_back(back_at(path()));
    Counters::add(counters_.reconnected);
    absence_.reset();
    // If it fails again before it has sent a frame, the next try comes later.
    pause_ = std::min(std::max(2 * pause_, look_again), longest_pause);
    return true;
  }
  next_look_ = now + look_again;
  const auto patience = settings().reconnect_timeout;
  const auto waited =
      std::chrono::duration_cast<milliseconds>(now - (absence_ ? absence_->since : now));
  if (patience.count() > 0 && waited >= patience)
    return std::unexpected{not_back(device.error(), waited)};
  return false;
}

bool Source::await_device() {
  for (;;) {
    const auto found = [this]() -> Outcome<bool> {
      const std::lock_guard lock{context_};
      if (device_) return true;
      if (!absence_) return false;
      return look_for_device();
    }();
    post_notices();
    if (!found) {
      report(found.error());
      return false;
    }
    if (*found) return true;
    if (v4l2::rest(*kernel_, absence_waker_, look_again)) return false;
  }
}

// ---- a broken stream ----------------------------------------------------------------------------

/// Starts the stream again, or opens the device again, as often as Recovery says. Its buffers, caps
/// and controls stay, and so does what downstream holds.
Source::Flow Source::on_broken(const v4l2::Error& error) {
  auto report = failure(error, "to receive a frame");
  const auto step = recovery_.broken();
  switch (step.repair) {
    case Repair::restart:
      notices_.push_back(mended(path(), error));
      Counters::add(counters_.restarted);
      capture_->stop();
      start_at_ = kernel_->monotonic_time() + step.delay;
      return again;  // and create() starts it
    case Repair::reopen:
      reopen(std::move(report));
      return unallocated;
    case Repair::give_up:
      break;
  }
  report.text += " Its stream was started again three times, and the device opened again, in vain.";
  if (recovery_.hopeless()) return std::unexpected{report};
  const auto ended = lose(report);
  if (!ended) return std::unexpected{ended.error()};
  return *ended;
}

/// Waits until a broken stream may be started again. False when a flush or a pause interrupts.
bool Source::rest_before_start() {
  for (;;) {
    const auto left = start_at_ - kernel_->monotonic_time();
    if (left.count() <= 0) return true;
    if (waker_.raised(v4l2::Waker::flush) || waker_.raised(v4l2::Waker::pause)) return false;
    // Neither a requeued buffer nor an errand ends this.
    waker_.lower(v4l2::Waker::homecoming);
    run_errands();
    v4l2::rest(*kernel_, waker_, std::chrono::ceil<milliseconds>(left));
  }
}

/// Closes the device, and has it opened again.
void Source::reopen(Report reason) {
  notices_.push_back(reopened(path()));
  Counters::add(counters_.restarted);
  let_go();
  absence_ = Absence{.since = kernel_->monotonic_time(), .reason = std::move(reason)};
  next_look_ = {};
}

// ---- silence ------------------------------------------------------------------------------------

std::optional<milliseconds> Source::patience() {
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

/// A frame was left out. Damage never ends by itself where all frames are damaged, so that a device
/// which sends nothing else is treated as one that is silent.
Source::Flow Source::on_withheld(Withheld why) {
  const auto now = kernel_->monotonic_time();
  watchdog_.wait_began(now);
  watchdog_.withheld(why, now);
  return on_overdue();
}

Source::Flow Source::on_overdue() {
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
    case Due::no_first_frame:
      warnings_.push_back(no_first_frame(path(), watchdog_.waited(now)));
      return again;
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
  report.error = {.code = 0, .call = ""};
  reopen(std::move(report));
  return unallocated;
}

}  // namespace v4l2gst
