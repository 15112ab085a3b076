// The work of a session while its input has no signal, and about the user's wishes for the input.

#include <utility>

#include "camera/input_signal.h"
#include "camera/input_wishes.h"
#include "common/overloaded.h"
#include "flow/signal_wait.h"
#include "messages/failures.h"
#include "session/session.h"
#include "session/shared_info.h"

namespace v4l2gst {

/// Applies the wishes for the input, and follows its source. Returns false if there is no picture
/// to negotiate about.
Outcome<bool> Session::follow_source(Camera& open, const Settings& wishes) {
  auto followed = follow_input(open, wishes, messages_);
  const bool lacks = lacks_picture(open);
  if (followed && lacks) run_.flow.await_signal(open);
  if (!followed || lacks) publish();
  if (followed && !lacks) run_.flow.signal_wait().end();
  if (!followed) return std::unexpected{std::move(followed.error())};
  return !lacks;
}

/// Frees the buffers, and begins a wait for the signal.
Step Session::await_signal() {
  auto next = forget_source();
  run_.flow.await_signal(*camera());
  return next;
}

/// Looks once for a signal. Returns Unallocated if there is one, or none is missing.
Outcome<Step> Session::look_for_signal(Camera& open) {
  using Result = Outcome<Step>;
  auto event = run_.flow.signal_wait().look(open, settings().on_no_signal);
  return std::visit(
      Overloaded{[](BufferPtr& frame) -> Result { return std::move(frame); },
                 [](Gap gap) -> Result { return gap; }, [](Again again) -> Result { return again; },
                 [](Halted) -> Result { return Halted{}; },
                 [&](SignalChanged) -> Result {
                   publish();
                   if (lacks_picture(open)) return Again{.rest = std::chrono::milliseconds{0}};
                   return Unallocated{};
                 },
                 [&](const DeviceLost& lost) -> Result {
                   run_.flow.recovery().forget_attempts();
                   return lose(went_away(path(), lost.error));
                 },
                 [](const auto&) -> Result {
                   return Unallocated{};
                 }},
      event);
}

/// Frees the buffers if the signal is lost.
Session::Ending Session::on_signal_changed(const Camera& open) {
  if (lacks_picture(open)) return await_signal();
  publish();
  return Again{};
}

/// Waits for a signal after a call failed for want of one.
Session::Ending Session::on_no_signal(const Report& failure) {
  note_no_signal(*camera(), failure.error, messages_);
  run_.flow.signal_wait().refused();
  return await_signal();
}

/// Applies the wishes for the input. Other modes need a negotiation, which applies them.
Session::Ending Session::apply_input() {
  auto* const open = camera();
  if (open == nullptr) return std::nullopt;
  const bool negotiated = config() != nullptr;
  const auto changed = change_input(*open, settings(), negotiated, messages_);
  if (!changed) {
    const auto& report = changed.error();
    if (report.error.gone()) return on_lost(report.error);
    return std::unexpected{report};
  }
  switch (*changed) {
    case InputChange::none:
      return std::nullopt;
    case InputChange::outdated:
      return forget_source();
    case InputChange::applied:
      break;
  }
  if (negotiated) return Again{};
  publish();
  return Unallocated{};
}

}  // namespace v4l2gst
