#include "camera/input_signal.h"

#include <cerrno>
#include <utility>

#include "camera/camera.h"
#include "camera/input_wishes.h"
#include "common/log.h"
#include "device/events.h"
#include "messages/failures.h"
#include "messages/input_failures.h"
#include "messages/messages.h"
#include "settings/inputs.h"
#include "settings/signal.h"

namespace v4l2gst {
namespace {

bool is_lost(v4l2::Signal signal) {
  return signal != v4l2::Signal::present && signal != v4l2::Signal::unknown;
}

/// Stores the state of the signal, and tells of a change.
void tell_signal(Camera& camera, const v4l2::SignalStatus& status, Messages& messages) {
  const auto& input = camera.input;
  const auto name = input ? input->name : std::string{};
  const auto signal = status.signal;
  const auto before = std::exchange(camera.signal, signal);
  camera.lacks_picture = status.lacks_picture();
  if (is_lost(signal) && before != signal)
    messages.add(DeviceMessage::State::signal_lost, camera.path(),
                 no_picture(camera.path(), name, signal).text, {});
  if (signal == v4l2::Signal::present && before && is_lost(*before))
    messages.add(signal_found(camera.path(), name));
}

}  // namespace

Outcome<> follow_input(Camera& camera, const Settings& settings, Messages& messages) {
  camera.device.look_at_graph();
  if (auto applied = apply_input_wishes(camera, settings, messages); !applied) return applied;
  if (!camera.input) return {};
  const auto& input = *camera.input;
  if (!camera.subscribed) {
    const auto told = v4l2::subscribe_source_change(camera.node(), input.index);
    if (!told)
      return std::unexpected{failed(camera.path(), told.error(), "to subscribe to its events")};
    camera.subscribed = true;
  }
  if (!input.has_source()) {
    camera.lacks_picture = false;
    return {};
  }
  const bool fixed = input.dv_timings ? camera.fixed_timings : camera.fixed_standard;
  const auto source = fixed ? v4l2::look_at_signal(camera.node(), input)
                            : v4l2::follow_signal(camera.node(), input);
  if (!source)
    return std::unexpected{failed(camera.path(), source.error(), "to follow its source")};
  GST_INFO_OBJECT(messages.element(), "input %u (%s): signal %d%s", input.index, input.name.c_str(),
                  static_cast<int>(source->signal), source->changed ? ", changed" : "");
  tell_signal(camera, *source, messages);
  if (source->changed) camera.device.renew_modes();
  return {};
}

Outcome<bool> watch_signal(Camera& camera, Messages& messages) {
  const auto& input = camera.input;
  if (!input || !input->has_source()) return false;
  const auto before = camera.signal;
  const auto seen = v4l2::look_at_signal(camera.node(), *input);
  if (!seen) return std::unexpected{failed(camera.path(), seen.error(), "to look at its signal")};
  tell_signal(camera, *seen, messages);
  return camera.signal != before;
}

void note_no_signal(Camera& camera, const v4l2::Error& error, Messages& messages) {
  const auto signal = error.code == ENOLCK ? v4l2::Signal::unstable : v4l2::Signal::none;
  tell_signal(camera, {.signal = signal, .certain = true}, messages);
}

bool lacks_picture(const Camera& camera) {
  return camera.lacks_picture;
}

SignalState signal_state(const Camera* camera) {
  if (camera == nullptr) return SignalState::no_device;
  switch (camera->signal.value_or(v4l2::Signal::unknown)) {
    case v4l2::Signal::unknown:
    case v4l2::Signal::present:
      break;
    case v4l2::Signal::no_cable:
      return SignalState::no_cable;
    case v4l2::Signal::none:
      return SignalState::no_signal;
    case v4l2::Signal::unstable:
      return SignalState::no_lock;
    case v4l2::Signal::out_of_range:
      return SignalState::out_of_range;
  }
  return SignalState::ok;
}

}  // namespace v4l2gst
