#include "camera/camera.h"

#include <utility>

#include "common/log.h"
#include "common/settings.h"
#include "controls/known_controls.h"
#include "device/events.h"
#include "device/modes.h"
#include "formats/offered_mode.h"
#include "kernel/node.h"
#include "messages/failures.h"
#include "messages/messages.h"

namespace v4l2gst {

void CloseCamera::operator()(Camera* camera) const {
  delete camera;
}

const v4l2::Device& device_of(const Camera& camera) {
  return camera.device;
}

std::shared_ptr<const v4l2::Node> node_of(const Camera& camera) {
  return camera.device.node();
}

int descriptor_of(const Camera& camera) {
  return camera.device.node()->descriptor();
}

void forget_modes(Camera& camera) {
  camera.device.renew_modes();
}

Outcome<CameraPtr> Camera::of(v4l2::Kernel& kernel, v4l2::Device&& device, GstElement* element) {
  auto input = v4l2::current_input(*device.node());
  if (!input) return std::unexpected{failed(device.path(), input.error(), "to ask for its input")};
  const bool exports = device.may_export();
  auto identity = v4l2::identity_of(kernel, device.path());
  const auto& capability = device.capability();
  GST_INFO_OBJECT(element, "opened '%s': %s, driver %s, bus %s, descriptor %d",
                  device.path().c_str(), capability.card_name().c_str(),
                  capability.driver_name().c_str(), capability.bus().c_str(),
                  device.node()->descriptor());
  const std::weak_ptr<const v4l2::Node> node{device.node()};
  return CameraPtr{new Camera{.device = std::move(device),
                              .identity = std::move(identity),
                              .controls = std::make_shared<KnownControls>(node),
                              .input = std::move(*input),
                              .exports = exports}};
}

CapsKinds Camera::caps_kinds(IoMode mode) const {
  return {.dmabuf = exports && may_share(mode), .alternate = follows_source()};
}

Outcome<std::optional<v4l2::Size>> Camera::native_size() const {
  if (!device.capability().behind_graph() && !follows_source()) return std::nullopt;
  const auto current = device.modes()->current();
  if (!current) return std::unexpected{failed(path(), current.error(), "to ask for its format")};
  if (current->size.width == 0 || current->size.height == 0) return std::nullopt;
  return v4l2::Size{current->size.width, frame_height(*current)};
}

std::optional<v4l2::Input> Camera::ask_for_input() const {
  const auto asked = v4l2::current_input(node());
  return asked ? *asked : std::optional<v4l2::Input>{};
}

namespace {

void tell_signal(Camera& camera, const std::string& input, v4l2::Signal signal,
                 Messages& messages) {
  const auto lost = [](v4l2::Signal it) {
    return it != v4l2::Signal::present && it != v4l2::Signal::unknown;
  };
  const auto before = std::exchange(camera.signal, signal);
  if (lost(signal) && before != signal)
    messages.add(DeviceMessage::State::signal_lost, camera.path(),
                 no_signal(camera.path(), input).text, {});
  if (signal == v4l2::Signal::present && before && lost(*before))
    messages.add(signal_found(camera.path(), input));
}

}  // namespace

Outcome<> follow_input(Camera& camera, Messages& messages) {
  camera.device.look_at_graph();
  if (!camera.input) return {};
  const auto& input = *camera.input;
  if (!camera.subscribed) {
    const auto told = v4l2::subscribe_source_change(camera.node(), input.index);
    if (!told)
      return std::unexpected{failed(camera.path(), told.error(), "to subscribe to its events")};
    camera.subscribed = true;
  }
  if (!input.has_source()) return {};
  const auto source = v4l2::follow_signal(camera.node(), input);
  if (!source)
    return std::unexpected{failed(camera.path(), source.error(), "to follow its source")};
  GST_INFO_OBJECT(messages.element(), "input %u (%s): signal %d%s", input.index, input.name.c_str(),
                  static_cast<int>(source->signal), source->changed ? ", changed" : "");
  tell_signal(camera, input.name, source->signal, messages);
  if (source->changed) camera.device.renew_modes();
  return {};
}

}  // namespace v4l2gst
