#include "camera/camera_finder.h"

#include <cerrno>
#include <optional>
#include <utility>

#include "camera/camera.h"
#include "camera/graph_trouble.h"
#include "camera/producer.h"
#include "camera/selection.h"
#include "common/settings.h"
#include "device/device.h"
#include "device/selector.h"
#include "kernel/kernel.h"
#include "messages/failures.h"
#include "messages/selection_failures.h"

namespace v4l2gst {
namespace {

Outcome<v4l2::Device> first_camera(v4l2::Kernel& kernel) {
  std::optional<Report> obstacle;
  for (const auto& node : v4l2::video_nodes(kernel)) {
    auto device = v4l2::Device::open(kernel, node);
    if (device && device->capability().kind() != v4l2::NodeKind::capture) continue;
    auto missing = device ? producer_obstacle(*device) : std::nullopt;
    if (device && !missing && device->captures_now()) return std::move(*device);
    // The user most likely means the first of several nodes.
    if (obstacle) continue;
    if (!device)
      obstacle = cannot_open(node, device.error());
    else
      obstacle = missing ? std::move(missing) : graph_obstacle(*device);
  }
  auto report = obstacle.value_or(no_camera());
  report.may_come = true;  // another camera
  return std::unexpected{std::move(report)};
}

/// Opens a device by its descriptor. None but a new descriptor helps if that fails.
Outcome<v4l2::Device> open_descriptor(v4l2::Kernel& kernel, int descriptor) {
  auto device = v4l2::Device::of_descriptor(kernel, descriptor);
  if (!device) return std::unexpected{bad_descriptor(descriptor, device.error())};
  return std::move(*device);
}

Outcome<v4l2::Device> open_path(v4l2::Kernel& kernel, const std::string& path) {
  auto device = v4l2::Device::open(kernel, path);
  if (!device) return std::unexpected{cannot_open(path, device.error())};
  return std::move(*device);
}

Outcome<v4l2::Device> open_device(v4l2::Kernel& kernel, const Wanted& wanted) {
  if (wanted.any()) return first_camera(kernel);
  const bool given = wanted.descriptor >= 0;
  if (!given && v4l2::Selector::is_meant(wanted.device))
    return open_selected(kernel, wanted.device);
  auto device =
      given ? open_descriptor(kernel, wanted.descriptor) : open_path(kernel, wanted.device);
  if (!device) return device;
  const auto kind = device->capability().kind();
  if (kind == v4l2::NodeKind::capture) return device;
  auto report = wrong_node(device->path(), kind, sibling_of(kernel, *device));
  if (given) report.may_come = false;
  return std::unexpected{std::move(report)};
}

/// Returns the error for a former camera that is not there.
Report not_there(v4l2::Kernel& kernel, const LastSeen& former) {
  const auto& wanted = former.wanted.device;
  if (v4l2::Selector::is_meant(wanted)) return nothing_selected(kernel, wanted);
  return cannot_open(former.identity.known() ? former.path : wanted,
                     {.code = ENOENT, .call = "open"});
}

Outcome<v4l2::Device> open_former(v4l2::Kernel& kernel, const LastSeen& former) {
  if (const int given = former.wanted.descriptor; given >= 0) return open_descriptor(kernel, given);
  if (!former.identity.known()) {
    auto device = open_device(kernel, former.wanted);
    // Without sysfs, only the card's name identifies a device.
    if (device && !former.card.empty() && device->capability().card_name() != former.card)
      return std::unexpected{not_there(kernel, former)};
    return device;
  }
  const auto found = v4l2::find_camera(kernel, former.identity);
  // A selector may name a port, and the camera may be in another one now.
  if (!found || !is_wanted(kernel, *found, former.wanted.device))
    return std::unexpected{not_there(kernel, former)};
  return open_path(kernel, *found);
}

}  // namespace

Wanted Wanted::of(const Settings& settings) {
  return {.device = settings.device, .descriptor = settings.device_fd};
}

LastSeen LastSeen::of(const Camera& camera, const Wanted& wanted) {
  return {.wanted = wanted,
          .identity = camera.identity,
          .card = camera.device.capability().card_name(),
          .path = camera.path()};
}

Outcome<CameraPtr> open_camera(v4l2::Kernel& kernel, const Wanted& wanted, GstElement* element) {
  auto device = open_device(kernel, wanted);
  if (!device) return std::unexpected{std::move(device.error())};
  return Camera::of(kernel, std::move(*device), element);
}

Outcome<CameraPtr> open_again(v4l2::Kernel& kernel, const LastSeen& former, bool feeds_late,
                              GstElement* element) {
  auto device = open_former(kernel, former);
  if (device && device->lacks_format()) device = std::unexpected{no_format(device->path())};
  // Only VIDIOC_STREAMON shows if the device streams. Without a signal it will not.
  if (device && feeds_late && reports_no_signal(*device))
    device = std::unexpected{unfed(device->path())};
  if (device) return Camera::of(kernel, std::move(*device), element);
  // An open that fails now may succeed soon. udev gives access a moment after the node is there.
  auto obstacle = std::move(device.error());
  obstacle.may_come = former.wanted.descriptor < 0;
  return std::unexpected{std::move(obstacle)};
}

}  // namespace v4l2gst
