#pragma once

#include <optional>
#include <string>

#include "usbcam/error.h"
#include "usbcam/usbip.h"

namespace usbcam {

/// An Attachment is a port of the virtual USB host controller, with its connection. The kernel
/// removes the device when the connection is closed.
struct Attachment {
  unsigned port{};
  UsbIpLink link;
};

/// Plugs a high-speed device into a port, or into the first free one. Needs root and vhci_hcd.
Result<Attachment> attach(std::optional<unsigned> port);

/// Returns the kernel's name of the device at a port, as in /sys/bus/usb/devices. The name is empty
/// until there is one.
std::string bus_id(unsigned port);

/// Returns the capture node of the device, such as "/dev/video0". It is an error until there is
/// one.
Result<std::string> video_node(const std::string& bus_id);

/// Waits until the kernel has released port and device, at most ten seconds.
Result<> wait_until_gone(unsigned port, const std::string& bus_id);

}  // namespace usbcam
