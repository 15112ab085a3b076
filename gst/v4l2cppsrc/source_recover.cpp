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
  if (settings().on_disconnect != OnDisconnect::wait) return false;
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

// ---- silence ------------------------------------------------------------------------------------

Source::Outcome<std::optional<GstFlowReturn>> Source::on_starved() {
  if (!watchdog_.silent()) {
    auto warning =
        starved(path(), watchdog_.patience().value_or(milliseconds{}), capture_->buffer_count());
    tell(Notice::State::starved, path(), warning.text, {});
    warnings_.push_back(std::move(warning));
  }
  watchdog_.silence();
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
Source::Outcome<std::optional<GstFlowReturn>> Source::on_other_size(const v4l2::Frame& frame) {
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

Source::Outcome<std::optional<GstFlowReturn>> Source::on_stalled() {
  const auto silence = watchdog_.patience().value_or(milliseconds{});
  const auto asked = v4l2::current_input(*device().node());
  const auto input = asked ? *asked : std::optional<v4l2::Input>{};
  const bool mute = input && input->no_signal;
  auto report = stalled(path(), silence, watchdog_.starting());
  if (input && input->no_signal) report = no_signal(path(), input->name);
  const bool first = !watchdog_.silent();
  const auto remedy = watchdog_.silence();
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
  notices_.push_back(reopened(path()));
  Counters::add(counters_.restarted);
  report.error = {.code = 0, .call = ""};
  let_go();
  absence_ = Absence{.since = kernel_->monotonic_time(), .reason = report};
  next_look_ = {};
  return unallocated;
}

}  // namespace v4l2gst
