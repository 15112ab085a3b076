// The data flow of a session: starts the stream, takes each event, and hands buffers on.

#include <utility>

#include "common/overloaded.h"
#include "session/session.h"
#include "session/shared_info.h"

namespace v4l2gst {
namespace {

FlowParts parts_of(Capturing& at) {
  return {.camera = *at.camera, .config = *at.config, .capture = at.capture};
}

}  // namespace

Outcome<Step> Session::next() {
  auto* const at = std::get_if<Capturing>(&state_);
  if (at == nullptr) return Unallocated{};
  if (!at->capture.streaming()) {
    auto ended = begin(*at);
    if (!ended) return std::unexpected{std::move(ended.error())};
    if (auto& end = *ended) return std::move(*end);
  }
  const auto parts = parts_of(*at);
  for (;;) {
    auto commanded = run_commands();
    if (!commanded) return std::unexpected{std::move(commanded.error())};
    if (auto& end = *commanded) return std::move(*end);
    if (absence_)
      if (auto late = overdue()) return std::unexpected{*std::move(late)};
    auto event = run_.flow.next(parts, absence_ ? rest_of_patience() : std::nullopt);
    if (!event) return std::unexpected{std::move(event.error())};
    if (auto* const buffer = std::get_if<BufferPtr>(&*event)) {
      on_delivered(*at);
      return std::move(*buffer);
    }
    auto ended = on_event(*at, *event);
    if (!ended) return std::unexpected{std::move(ended.error())};
    if (auto& end = *ended) return std::move(*end);
  }
}

void Session::on_delivered(const Capturing& at) {
  absence_.reset();
  retry_pause_ = {};
  if (run_.shortage) end_shortage(*at.config);
  if (const auto latency = run_.flow.take_latency()) announce(*latency);
}

/// Publishes the latency that was measured.
void Session::announce(std::chrono::nanoseconds latency) {
  const auto time = static_cast<GstClockTime>(latency.count());
  if (surroundings_.info.device_info().measured_latency == time) return;
  surroundings_.info.change_device_info([&](DeviceInfo& info) { info.measured_latency = time; });
  messages_.latency_changed();
}

/// Acts on an event other than a buffer. Returns nullopt if the next event is waited for.
Session::Ending Session::on_event(Capturing& at, const FlowEvent& event) {
  return std::visit(
      Overloaded{[](const BufferPtr&) -> Ending { return std::nullopt; },  // next() has it
                 [](Handled) -> Ending { return std::nullopt; },
                 [](Again again) -> Ending { return again; }, [](Gap gap) -> Ending { return gap; },
                 [&](Halted) -> Ending {
                   if (absence_) absence_->patience.pause();
                   return Halted{};
                 },
                 [&](Silence silence) { return on_quiet(at, silence); },
                 [&](Outdated) -> Ending { return forget_source(); },
                 [&](SignalChanged) { return on_signal_changed(*at.camera); },
                 [&](Reopen) -> Ending { return reopen(); },
                 [&](const DeviceLost& lost) { return on_lost(lost.error); },
                 [&](const StreamBroken& broken) { return on_broken(broken); },
                 [&](const CallFailed& failed) {
                   return on_call_failed(failed);
                 }},
      event);
}

Session::Ending Session::on_quiet(Capturing& at, Silence silence) {
  if (overdue()) return std::nullopt;  // next() returns the error
  auto event = run_.flow.on_silence(parts_of(at), silence);
  if (!event) return std::unexpected{std::move(event.error())};
  return on_event(at, *event);
}

Session::Ending Session::on_call_failed(const CallFailed& failed) {
  auto next = give_up_mode(failure(failed.error, failed.doing));
  if (next) return std::move(*next);
  auto& refusal = next.error();
  // The first read() may find no bandwidth, as VIDIOC_STREAMON does with other memory.
  if (refusal.cause != Cause::bandwidth || !run_.flow.recovery().recovering())
    return std::unexpected{std::move(refusal)};
  return on_broken({.error = failed.error, .doing = failed.doing});
}

// ---- the start ----------------------------------------------------------------------------------

/// Starts the stream. Returns nullopt once the device streams.
Session::Ending Session::begin(Capturing& at) {
  if (auto halted = rest_before_start(); !halted || *halted) return halted;
  auto started = run_.flow.start(parts_of(at), settings());
  if (!started) return on_start_failed(std::move(started.error()));
  if (const auto* const failed = std::get_if<CallFailed>(&*started))
    return on_start_failed(failure(failed->error, failed->doing));
  // A stream by read() may still find no bandwidth before its first frame.
  if (run_.shortage && !at.capture.uses_read()) end_shortage(*at.config);
  // A camera may take the values of some controls only while it streams, or reset them.
  if (const auto applied = apply_controls(); !applied) return std::unexpected{applied.error()};
  if (messages_.warns()) return Again{};  // so that they are posted
  return std::nullopt;
}

/// Waits until a broken stream may be started again. Returns Halted if a flush or a pause
/// interrupts.
Session::Ending Session::rest_before_start() {
  for (;;) {
    const auto rest = run_.flow.pending_rest();
    if (rest == Rest::over) return std::nullopt;
    if (rest == Rest::interrupted) break;
    // A command does not end this wait.
    if (auto ended = run_commands(); !ended || *ended) return ended;
    run_.flow.rest();
  }
  if (absence_) absence_->patience.pause();
  return Halted{};
}

Session::Ending Session::on_start_failed(Report failure) {
  if (failure.cause == Cause::no_format) return std::unexpected{std::move(failure)};
  if (failure.cause == Cause::no_signal) return on_no_signal(failure);
  const auto error = failure.error;
  auto& recovery = run_.flow.recovery();
  if (error.gone()) {
    recovery.forget_attempts();
    return lose(failure);
  }
  auto next = give_up_mode(std::move(failure));
  if (next) return std::move(*next);
  if (!recovery.recovering()) return std::unexpected{std::move(next.error())};
  auto ended = on_broken({.error = error, .doing = "to start streaming"});
  if (ended && !*ended) return Again{};
  return ended;
}

}  // namespace v4l2gst
