#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kernel/kernel.h"

namespace v4l2 {

/// Which camera a node is of, and which of its nodes, from sysfs: what stays when the number of
/// /dev/videoN changes. All is empty where there is no sysfs; then nothing is the same camera.
struct Identity {
  std::string serial;      ///< of a USB device that has one
  std::string vendor_id;   ///< "046d", of a USB device
  std::string product_id;  ///< "0825"
  /// Where it is: the USB port "1-1.2" (bus 1, port 1, there a hub, port 2), else the name of the
  /// parent device on its bus: "vivid.0", "0000:03:00.0".
  std::string port;
  /// Which part of a USB device that is several cameras in one: "1.0", configuration and interface.
  std::string function;
  std::string card;           ///< as the driver calls it; for messages
  unsigned index{};           ///< of the node within its device: 1 is often a camera's metadata
  unsigned usb_speed_mbps{};  ///< 12, 480, 5000, …; 0 of what is no USB device
  /// Another device with the same serial number, vendor and product was there too: many makers give
  /// all their cameras the same one. Then only the port tells them apart.
  bool serial_shared{};

  friend bool operator==(const Identity&, const Identity&) = default;

  [[nodiscard]] bool known() const { return !port.empty(); }

  [[nodiscard]] bool usb() const { return !vendor_id.empty(); }

  /// The USB bus, "1"; empty of what is no USB device.
  [[nodiscard]] std::string usb_bus() const;
};

/// Of the node at `path`, or at what it links to. Opens no node. It is the numbers of the device
/// file that count, so that its name in a container may be any.
Identity identity_of(Kernel& kernel, const std::string& path);

/// The same node of the same camera, wherever it is plugged in now: the serial number decides where
/// both have one of their own, else the port, which must be of the same product.
bool same_camera(const Identity& a, const Identity& b);

/// Where the camera is now: the path under /dev of the node that same_camera() finds. Of several
/// the one in the same port; nothing where that decides nothing either. Never the number that it
/// had.
std::optional<std::string> find_camera(Kernel& kernel, const Identity& wanted);

/// All nodes under /dev of the device that `identity` is of, its own among them, in the order of
/// their numbers.
std::vector<std::string> nodes_of(Kernel& kernel, const Identity& identity);

/// A node under /dev and whose it is.
struct Known {
  std::string path;
  Identity identity;
};

/// Those of all nodes under /dev that may be capture devices, in the order of their numbers.
std::vector<Known> known_nodes(Kernel& kernel);

}  // namespace v4l2
