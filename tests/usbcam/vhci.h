#pragma once

#include <optional>
#include <string>

#include "usbcam/error.h"
#include "usbcam/usbip.h"

namespace usbcam {

/// A place on the kernel's virtual USB host controller, and the connection to it. The kernel sees
/// the device go when the connection is closed.
struct Attachment {
  unsigned port{};
  UsbIpLink link;
};

/// Plugs a high-speed device into a port, or into the first that is free. Needs root and vhci_hcd.
Result<Attachment> attach(std::optional<unsigned> port);

/// The kernel's name of the device at a port, as in /sys/bus/usb/devices; empty until it has one.
std::string bus_id(unsigned port);

/// The capture node of the device with this name, "/dev/video0"; an error until there is one.
Result<std::string> video_node(const std::string& bus_id);

/// Waits until the kernel has let the port and the device go, at most ten seconds.
Result<> wait_until_gone(unsigned port, const std::string& bus_id);

}  // namespace usbcam
