#include "flow/data_flow.h"

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

#include "buffers/capture.h"
#include "camera/camera.h"
#include "camera/input_signal.h"
#include "camera/restoration.h"
#include "common/log.h"
#include "common/overloaded.h"
#include "common/settings.h"
#include "flow/delivery.h"
#include "flow/signal_wait.h"
#include "flow/surroundings.h"
#include "formats/stream_config.h"
#include "kernel/kernel.h"
#include "kernel/request.h"
#include "kernel/waker.h"
#include "messages/failures.h"
#include "messages/input_failures.h"
#include "messages/messages.h"
#include "stats/stats.h"
#include "stream/arrival.h"
#include "stream/wait.h"

namespace v4l2gst {
namespace {

using std::chrono::milliseconds;

/// How long no frame comes before the signal is looked at.
constexpr milliseconds signal_patience{500};

constexpr auto receiving = "to receive a frame";

/// Returns true if the driver has forgotten that our buffers are mapped. v4l2loopback before 0.13
/// has one set of buffers for all programs. VIDIOC_REQBUFS of another program makes it forget ours.
/// Only new buffers help.
bool forgot_buffers(const Camera& camera, const v4l2::Error& error) {
  return error.code == EINVAL && !camera.device.reserves_buffers() &&
         std::string_view{error.call} == v4l2::request::dqbuf.name;
}

StreamBroken broken(const Camera& camera, const v4l2::Error& error, const char* doing) {
  return {.error = error, .doing = doing, .forgot_buffers = forgot_buffers(camera, error)};
}

}  // namespace

DataFlow::DataFlow(const Surroundings& surroundings, Messages& messages, Restoration& restoration,
                   const Watchdog& watchdog)
    : surroundings_{&surroundings},
      messages_{&messages},
      restoration_{&restoration},
      delivery_{std::make_unique<Delivery>(surroundings, messages)},
      signal_wait_{std::make_unique<SignalWait>(surroundings, messages, *delivery_)},
      watchdog_{watchdog} {}

DataFlow::DataFlow(DataFlow&& other) noexcept = default;
DataFlow& DataFlow::operator=(DataFlow&& other) noexcept = default;
DataFlow::~DataFlow() = default;

DataFlow::Nanoseconds DataFlow::now() const {
  return surroundings_->kernel->monotonic_time();
}

const GstCaps* DataFlow::flowing_caps() const {
  return delivery_->flowing_caps();
}

std::optional<DataFlow::Nanoseconds> DataFlow::take_latency() {
  return delivery_->take_latency();
}

void DataFlow::count_anew() {
  surroundings_->stats.restart();
}

void DataFlow::stream_ended() {
  delivery_->stream_ended();
}

void DataFlow::end_run() {
  delivery_->end_run();
  signal_wait_->end();
}

// ---- the start ----------------------------------------------------------------------------------

void DataFlow::start_after(milliseconds delay) {
  start_at_ = now() + delay;
}

Rest DataFlow::pending_rest() const {
  const auto& waker = surroundings_->waker;
  if (waker.raised(v4l2::Waker::pause)) return Rest::interrupted;
  if (start_at_ <= now()) return Rest::over;
  return waker.raised(v4l2::Waker::flush) ? Rest::interrupted : Rest::pending;
}

void DataFlow::rest() {
  auto& waker = surroundings_->waker;
  waker.lower(v4l2::Waker::requeued);  // a requeued buffer does not end this wait
  const auto left = std::max(start_at_ - now(), Nanoseconds::zero());
  v4l2::rest(*surroundings_->kernel, waker, std::chrono::ceil<milliseconds>(left));
}

Outcome<FlowEvent> DataFlow::start(const FlowParts& at, const Settings& settings) {
  auto& device = at.camera.device;
  delivery_->prepare(at, settings);
  const auto began = now();
  const auto started = at.capture.start(device);
  if (!started) {
    const auto& error = started.error();
    // A v4l2loopback device that remembers a producer's format returns EIO while there is no
    // producer.
    if (error.code == EIO && !device.reserves_buffers() &&
        std::string_view{error.call} == v4l2::request::streamon.name)
      return std::unexpected{unfed(device.path())};
    // Only this call shows memory that the driver can't reach (V4L2_MEMORY_USERPTR, DMABUF).
    if (error.code == EFAULT ||
        (error.code == EINVAL && std::string_view{error.call} == v4l2::request::qbuf.name))
      return std::unexpected{
          no_such_io_mode(device.path(), settings.io_mode, at.config.format, error)};
    return CallFailed{.error = error, .doing = "to start streaming"};
  }
  // v4l2loopback numbers a buffer when it is written, and may dequeue one that never was.
  delivery_->stream_began({.counts = device.reserves_buffers(),
                           .now = began,
                           .driver = device.capability().driver_name()},
                          settings);
  delivery_->watch(at, settings);
  watchdog_.stream_began(now());
  GST_INFO_OBJECT(surroundings_->element, "streaming began with %u buffers",
                  at.capture.buffer_count());
  return Handled{};
}

// ---- arrivals -----------------------------------------------------------------------------------

Outcome<FlowEvent> DataFlow::next(const FlowParts& at, std::optional<Nanoseconds> patience) {
  // By default the watchdog measures nothing between frames, and the clock is not read.
  const bool limited = patience || watchdog_.measures() || at.camera.follows_source() ||
                       delivery_->meter().next_report();
  auto arrival = at.capture.next(limited ? frame_patience(at.camera, patience) : std::nullopt);
  if (!arrival) {
    const auto& error = arrival.error();
    if (forgot_buffers(at.camera, error)) return broken(at.camera, error, receiving);
    return CallFailed{.error = error, .doing = receiving};
  }
  if (auto* const frame = std::get_if<v4l2::Frame>(&*arrival)) {
    auto delivered = delivery_->deliver(at, std::move(*frame));
    if (!delivered) return std::unexpected{std::move(delivered.error())};
    auto* const buffer = std::get_if<BufferPtr>(&*delivered);
    if (buffer == nullptr) return on_left_out(at, *delivered);
    watchdog_.frame();
    recovery_.frame();
    signal_wait_->frame();
    return std::move(*buffer);
  }
  return on_arrival(at, *arrival);
}

Outcome<FlowEvent> DataFlow::on_arrival(const FlowParts& at, const v4l2::Arrival& arrival) {
  using Event = FlowEvent;
  return std::visit(
      Overloaded{[](const v4l2::Frame&) -> Event { return Handled{}; },  // next() has it
                 [&](v4l2::Interrupted) { return on_interrupt(); },
                 [](const v4l2::Lost& lost) -> Event { return DeviceLost{lost.error}; },
                 [&](const v4l2::Broken& what) -> Event {
                   return broken(at.camera, what.error, receiving);
                 },
                 [](v4l2::SourceChanged) -> Event { return Outdated{}; },
                 [&](const v4l2::ControlChanged& change) -> Event {
                   restoration_->note(at.camera, change);
                   messages_->control_news().changed.push_back(change);
                   return Again{};  // so that the news is passed on
                 },
                 [&](v4l2::Overwritten) -> Event {
                   if (delivery_->copies_from_now_on(at)) return Again{};
                   return Handled{};
                 },
                 [](v4l2::Stalled) -> Event { return Silence{}; },
                 [](v4l2::Starved) -> Event {
                   return Silence{.starved = true};
                 }},
      arrival);
}

bool DataFlow::interrupted() const {
  const auto& waker = surroundings_->waker;
  return waker.raised(v4l2::Waker::flush) || waker.raised(v4l2::Waker::pause);
}

FlowEvent DataFlow::on_interrupt() {
  if (surroundings_->waker.raised(v4l2::Waker::command) && !interrupted()) return Handled{};
  watchdog_.wait_ended();
  return Halted{};
}

/// Goes on after a frame that became no buffer.
Outcome<FlowEvent> DataFlow::on_left_out(const FlowParts& at, const Delivered& delivered) {
  using Result = Outcome<FlowEvent>;
  return std::visit(
      Overloaded{[](const BufferPtr&) -> Result { return Handled{}; },  // next() has it
                 [&](Skipped) -> Result {
                   watchdog_.frame();  // the device has sent a frame
                   return Handled{};
                 },
                 [&](Withheld why) { return on_withheld(at, why); },
                 [](Again) -> Result { return Again{}; },
                 [](Outdated) -> Result { return Outdated{}; },
                 [&](const QueueFailed& failed) {
                   return on_queue_failed(at, failed.error);
                 }},
      delivered);
}

/// Handles a call that failed between two frames. VIDIOC_QBUF may be the first to report a loss or
/// a broken stream.
Outcome<FlowEvent> DataFlow::on_queue_failed(const FlowParts& at, const v4l2::Error& error) {
  constexpr auto queueing = "to queue a buffer";
  const auto failure = v4l2::failure_of(at.camera.node(), error, false);
  if (!failure) return std::unexpected{failed(at.camera.path(), error, queueing)};
  if (std::holds_alternative<v4l2::Lost>(*failure)) return DeviceLost{error};
  return broken(at.camera, error, queueing);
}

/// Goes on with the wait after a frame was left out. A device that sends only damaged frames is
/// treated as a silent one, since the damage never ends by itself.
Outcome<FlowEvent> DataFlow::on_withheld(const FlowParts& at, Withheld why) {
  const auto time = now();
  watchdog_.wait_began(time);
  watchdog_.withheld(why, time);
  return on_due(at);
}

// ---- silence ------------------------------------------------------------------------------------

/// Returns how long the next frame is waited for. Returns nullopt if there is no limit. `patience`
/// is another limit.
std::optional<milliseconds> DataFlow::frame_patience(const Camera& camera,
                                                     std::optional<Nanoseconds> patience) {
  std::optional<milliseconds> usual;
  if (watchdog_.measures()) {
    const auto time = now();
    watchdog_.wait_began(time);
    usual = watchdog_.patience(time);
  }
  // Not every driver tells of a lost signal. A look costs nothing while frames come.
  if (camera.follows_source()) usual = std::min(usual.value_or(signal_patience), signal_patience);
  for (const auto& limit : {patience, delivery_->meter().next_report()}) {
    if (!limit) continue;
    const auto left = std::chrono::ceil<milliseconds>(*limit);
    usual = std::min(usual.value_or(left), left);
  }
  return usual;
}

Outcome<FlowEvent> DataFlow::on_silence(const FlowParts& at, Silence silence) {
  if (delivery_->meter().report_if_due()) return Again{};  // so that the message is posted
  if (silence.starved) return on_starved(at);
  auto seen = check_signal(at);
  if (!seen || !std::holds_alternative<Handled>(*seen)) return seen;
  return on_due(at);
}

/// Looks at the signal while no frame comes. Returns Handled if that is as it was.
Outcome<FlowEvent> DataFlow::check_signal(const FlowParts& at) {
  const auto changed = watch_signal(at.camera, *messages_);
  if (!changed) {
    const auto& report = changed.error();
    if (report.error.gone()) return DeviceLost{report.error};
    return std::unexpected{report};
  }
  if (*changed || at.camera.lacks_picture) return SignalChanged{};
  return Handled{};
}

void DataFlow::await_signal(const Camera& camera) {
  watchdog_.wait_ended();
  signal_wait_->begin(camera, recovery_.has_delivered());
}

FlowEvent DataFlow::on_starved(const FlowParts& at) {
  const auto time = now();
  if (watchdog_.due(time) == Due::nothing) return Handled{};
  if (!watchdog_.silent()) {
    const auto& path = at.camera.path();
    auto warning = starved(path, watchdog_.waited(time), at.capture.buffer_count());
    messages_->add(DeviceMessage::State::starved, path, warning.text, {});
    messages_->warn(std::move(warning));
  }
  watchdog_.silence(time);
  return Again{};
}

Outcome<FlowEvent> DataFlow::on_due(const FlowParts& at) {
  const auto time = now();
  const auto& path = at.camera.path();
  const auto due = watchdog_.due(time);
  const auto waited = watchdog_.waited(time);
  switch (due) {
    case Due::nothing:
      return Handled{};
    case Due::only_damage:
      messages_->warn(only_damage(path, waited, delivery_->left_out()));
      return Again{};
    case Due::no_key_frame:
      messages_->warn(no_key_frame(path, waited, delivery_->left_out().count));
      return Again{};
    case Due::no_first_frame: {
      // A restart that brings no frame has not helped.
      if (recovery_.recovering())
        return broken(at.camera, {.code = ETIMEDOUT, .call = "poll"}, receiving);
      const auto input = at.camera.ask_for_input();
      messages_->warn(input && input->no_signal ? no_picture(path, input->name, v4l2::Signal::none)
                                                : no_first_frame(path, waited));
      return Again{};
    }
    case Due::silence:
      break;
  }
  return apply_remedy(at);
}

Outcome<FlowEvent> DataFlow::apply_remedy(const FlowParts& at) {
  const auto time = now();
  const auto& path = at.camera.path();
  const auto input = at.camera.ask_for_input();
  const bool mute = input && input->no_signal;
  const auto report = [&] {
    const auto silence = watchdog_.waited(time);
    if (mute) return no_picture(path, input->name, v4l2::Signal::none);
    if (watchdog_.sees_damage()) return only_damage(path, silence, delivery_->left_out());
    return stalled(path, silence, watchdog_.starting());
  }();
  const bool first = !watchdog_.silent();
  const auto remedy = watchdog_.silence(time);
  messages_->add(mute ? DeviceMessage::State::signal_lost : DeviceMessage::State::stalled, path,
                 report.text, {});
  if (remedy == Remedy::give_up) return std::unexpected{report};
  if (first || remedy == Remedy::warn) messages_->warn(report);
  // A restart does not help where there is no signal.
  if (mute || remedy == Remedy::warn) return Again{};
  if (remedy == Remedy::reopen) return Reopen{};
  messages_->add(restarted(path));
  Stats::add(surroundings_->stats.restarted);
  at.capture.stop();
  return Again{};  // the next step starts the stream
}

}  // namespace v4l2gst
