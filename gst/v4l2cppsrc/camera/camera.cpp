#include "camera/camera.h"

#include <utility>

#include "common/log.h"
#include "common/settings.h"
#include "controls/known_controls.h"
#include "device/modes.h"
#include "device/node_list.h"
#include "formats/offered_mode.h"
#include "kernel/kernel.h"
#include "kernel/node.h"
#include "messages/failures.h"

namespace v4l2gst {
namespace {

/// Returns what sysfs says of an open device. Its path may lead nowhere in a sandbox, and then the
/// descriptor tells which node it is.
v4l2::ListedNode facts_of(v4l2::Kernel& kernel, const v4l2::Device& device) {
  auto number = v4l2::number_of_descriptor(kernel, device.node()->descriptor());
  if (number.empty()) number = kernel.device_number(device.path().c_str());
  return v4l2::node_at(kernel, device.path(), number);
}

}  // namespace

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
  auto node = facts_of(kernel, device);
  const auto link_in = [&](const char* directory) {
    const auto links = v4l2::links_to(kernel, directory, node.number);
    return links.empty() ? std::string{} : links.front();
  };
  const auto& capability = device.capability();
  GST_INFO_OBJECT(element, "opened '%s': %s, driver %s, bus %s, descriptor %d",
                  device.path().c_str(), capability.card_name().c_str(),
                  capability.driver_name().c_str(), capability.bus().c_str(),
                  device.node()->descriptor());
  const std::weak_ptr<const v4l2::Node> opened{device.node()};
  return CameraPtr{new Camera{.device = std::move(device),
                              .identity = std::move(node.identity),
                              .id = node.number.empty() ? std::string{} : std::move(node.id),
                              .by_id = link_in("/dev/v4l/by-id"),
                              .by_path = link_in("/dev/v4l/by-path"),
                              .controls = std::make_shared<KnownControls>(opened),
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

}  // namespace v4l2gst
