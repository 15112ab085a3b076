#include "provider/ask_node.h"

#include <cerrno>
#include <utility>

#include "camera/producer.h"
#include "device/device.h"
#include "kernel/kernel.h"
#include "negotiation/offers.h"

namespace v4l2gst {
namespace {

Unlisted reason_of(const v4l2::Error& error) {
  if (error.code == EACCES || error.code == EPERM) return Unlisted::no_access;
  return error.code == EBUSY ? Unlisted::busy : Unlisted::failed;
}

/// Returns true for a loopback device that captures only while it has a producer. v4l2loopback with
/// exclusive_caps=1 is an output without one.
bool may_be_fed(const v4l2::Capability& capability) {
  return !capability.reserves_buffers() && capability.kind() == v4l2::NodeKind::output;
}

/// Returns the caps of all modes. A list for people and filters is better off without the same
/// modes again in DMABuf memory, so these are listed only for a device that has no others.
v4l2::Result<CapsPtr> caps_of_modes(v4l2::Modes& modes) {
  for (const bool dmabuf : {false, true}) {
    const auto offers = offers_within(modes, nullptr, {.dmabuf = dmabuf}, std::nullopt);
    if (!offers) return std::unexpected{offers.error()};
    if (!offers->empty()) return caps_of(*offers);
  }
  return CapsPtr{gst_caps_new_empty()};
}

/// Returns the facts with what sysfs knows of the node besides.
DeviceFacts with_sysfs(v4l2::Kernel& kernel, DeviceFacts facts) {
  if (facts.node.number.empty()) return facts;
  const auto link = "/sys/dev/char/" + facts.node.number;
  facts.sysfs_path = kernel.real_path(link.c_str());
  facts.parent_path = kernel.real_path((link + "/device").c_str());
  if (!facts.node.identity.usb()) return facts;
  // The parent is an interface. The USB device is one folder above.
  const auto usb_device = facts.parent_path.substr(0, facts.parent_path.rfind('/'));
  facts.manufacturer = kernel.read_text((usb_device + "/manufacturer").c_str());
  return facts;
}

}  // namespace

const char* describe(Unlisted reason) {
  switch (reason) {
    case Unlisted::no_capture:
      return "it captures no video that caps can express";
    case Unlisted::no_access:
      return "this process may not open it";
    case Unlisted::busy:
      return "another program has it, and its driver allows no second open";
    case Unlisted::unfed:
      return "it is a loopback device without a producer";
    case Unlisted::not_set_up:
      return "its media graph is not set up";
    case Unlisted::failed:
      break;
  }
  return "it can't be asked";
}

Answer ask_node(v4l2::Kernel& kernel, const v4l2::ListedNode& node, const DeviceFacts* known) {
  const auto device = v4l2::Device::open(kernel, node.path);
  if (!device) return std::unexpected{reason_of(device.error())};
  const auto& capability = device->capability();
  if (capability.kind() != v4l2::NodeKind::capture)
    return std::unexpected{may_be_fed(capability) ? Unlisted::unfed : Unlisted::no_capture};
  if (producer_obstacle(*device)) return std::unexpected{Unlisted::unfed};
  if (!device->captures_now()) return std::unexpected{Unlisted::not_set_up};
  const bool modes_known = known != nullptr && capability.reserves_buffers() &&
                           !capability.behind_graph() &&
                           same_capability(capability, known->capability);
  auto caps =
      modes_known ? CapsPtr{gst_caps_ref(known->caps.get())} : caps_of_modes(*device->modes());
  if (!caps) return std::unexpected{reason_of(caps.error())};
  if (gst_caps_is_empty(caps->get()) != FALSE) return std::unexpected{Unlisted::no_capture};
  return with_sysfs(kernel, {.node = node, .capability = capability, .caps = std::move(*caps)});
}

}  // namespace v4l2gst
