#include "camera/camera_finder.h"

#include <cerrno>
#include <optional>
#include <utility>

#include "camera/camera.h"
#include "camera/graph_trouble.h"
#include "device/device.h"
#include "kernel/kernel.h"
#include "messages/failures.h"
#include "settings/inputs.h"

namespace v4l2gst {
namespace {

Outcome<v4l2::Device> first_camera(v4l2::Kernel& kernel) {
  std::optional<Report> obstacle;
  for (const auto& node : v4l2::video_nodes(kernel)) {
    auto device = v4l2::Device::open(kernel, node);
    if (device && device->capability().kind() != v4l2::NodeKind::capture) continue;
    const bool lacks_format = device && device->lacks_format();
    if (device && !lacks_format && device->captures_now()) return std::move(*device);
    // The user most likely means the first of several nodes.
    if (obstacle) continue;
    if (!device)
      obstacle = cannot_open(node, device.error());
    else
      obstacle = lacks_format ? no_format(node) : graph_obstacle(*device);
  }
  auto report = obstacle.value_or(no_camera());
  report.may_come = true;  // another camera
  return std::unexpected{std::move(report)};
}

/// Returns the path of the same device's capture node. Empty if there is none.
std::string sibling_of(v4l2::Kernel& kernel, const v4l2::Device& device) {
  const auto bus = device.capability().bus();
  for (const auto& node : v4l2::video_nodes(kernel)) {
    const auto other = v4l2::Device::open(kernel, node);
    if (other && other->capability().kind() == v4l2::NodeKind::capture &&
        other->capability().bus() == bus)
      return node;
  }
  return {};
}

Outcome<v4l2::Device> open_device(v4l2::Kernel& kernel, const std::string& wanted) {
  if (wanted.empty()) return first_camera(kernel);
  auto device = v4l2::Device::open(kernel, wanted);
  if (!device) return std::unexpected{cannot_open(wanted, device.error())};
  const auto kind = device->capability().kind();
  if (kind != v4l2::NodeKind::capture)
    return std::unexpected{wrong_node(wanted, kind, sibling_of(kernel, *device))};
  return std::move(*device);
}

Outcome<v4l2::Device> open_former(v4l2::Kernel& kernel, const LastSeen& former) {
  if (!former.identity.known()) {
    auto device = open_device(kernel, former.wanted);
    // Without sysfs, only the card's name identifies a device.
    if (device && !former.card.empty() && device->capability().card_name() != former.card)
      return std::unexpected{cannot_open(former.wanted, {.code = ENOENT, .call = "open"})};
    return device;
  }
  const auto found = v4l2::find_camera(kernel, former.identity);
  if (!found) return std::unexpected{cannot_open(former.path, {.code = ENOENT, .call = "open"})};
  auto device = v4l2::Device::open(kernel, *found);
  if (!device) return std::unexpected{cannot_open(*found, device.error())};
  return std::move(*device);
}

/// Returns true if the driver reports no signal at the input.
bool is_mute(const v4l2::Device& device) {
  const auto asked = v4l2::current_input(*device.node());
  const auto input = asked ? *asked : std::optional<v4l2::Input>{};
  return input && input->no_signal;
}

}  // namespace

LastSeen LastSeen::of(const Camera& camera, const std::string& wanted) {
  return {.wanted = wanted,
          .identity = camera.identity,
          .card = camera.device.capability().card_name(),
          .path = camera.path()};
}

Outcome<CameraPtr> open_camera(v4l2::Kernel& kernel, const std::string& wanted,
                               GstElement* element) {
  auto device = open_device(kernel, wanted);
  if (!device) return std::unexpected{std::move(device.error())};
  return Camera::of(kernel, std::move(*device), element);
}

Outcome<CameraPtr> open_again(v4l2::Kernel& kernel, const LastSeen& former, bool feeds_late,
                              GstElement* element) {
  auto device = open_former(kernel, former);
  if (device && device->lacks_format()) device = std::unexpected{no_format(device->path())};
  // Only VIDIOC_STREAMON shows if the device streams. Without a signal it will not.
  if (device && feeds_late && is_mute(*device)) device = std::unexpected{unfed(device->path())};
  if (device) return Camera::of(kernel, std::move(*device), element);
  // An open that fails now may succeed soon. udev gives access a moment after the node is there.
  auto obstacle = std::move(device.error());
  obstacle.may_come = true;
  return std::unexpected{std::move(obstacle)};
}

}  // namespace v4l2gst
