#pragma once

#include <optional>
#include <string>
#include <vector>

namespace v4l2 {

class Kernel;

/// Identity says to which camera a node belongs, and which of its nodes it is. It is read from
/// sysfs, and stays the same when the number of /dev/videoN changes. Without sysfs all is empty,
/// and no camera is the same as another.
struct Identity {
  std::string serial;      ///< of a USB device that has one
  std::string vendor_id;   ///< "046d", of a USB device
  std::string product_id;  ///< "0825"
  /// The USB port "1-1.2" (bus 1, port 1, there a hub, port 2). Without USB, the name of the parent
  /// device on its bus: "vivid.0", "0000:03:00.0".
  std::string port;
  /// The same place with the name of the USB controller instead of the number of its bus, which the
  /// next boot may change: "usb-0000:00:14.0-1.2". That is what VIDIOC_QUERYCAP calls bus_info.
  /// Without USB as `port`.
  std::string bus;
  /// The part of a USB device that is several cameras in one: "1.0", configuration and interface.
  std::string function;
  std::string card;           ///< as the driver calls it; known of loopback devices too
  unsigned index{};           ///< of the node within its device: 1 is often a camera's metadata
  unsigned usb_speed_mbps{};  ///< 12, 480, 5000, …; 0 without USB
  /// Another device with the same serial number, vendor and product was there too. Many makers give
  /// all their cameras the same number. Then only the port tells them apart.
  bool serial_shared{};

  friend bool operator==(const Identity&, const Identity&) = default;

  [[nodiscard]] bool known() const { return !port.empty(); }

  [[nodiscard]] bool usb() const { return !vendor_id.empty(); }

  /// Returns the USB bus, "1". Empty without USB.
  [[nodiscard]] std::string usb_bus() const;
};

/// Returns the identity of the node at `path`, or of the node to which it links. Opens no node. The
/// numbers of the device file decide, so it may have any name in a container.
Identity identity_of(Kernel& kernel, const std::string& path);

/// Returns true for the same node of the same camera, wherever it is plugged in now. The product
/// must be the same. The serial number decides if both have one of their own. Otherwise the port
/// decides.
bool same_camera(const Identity& a, const Identity& b);

/// Returns the path under /dev of the node for which same_camera() is true now. If several nodes
/// match, the one in the same port is returned, or nullopt if none of them is. The old number of
/// /dev/videoN is never used.
std::optional<std::string> find_camera(Kernel& kernel, const Identity& wanted);

/// Returns all nodes under /dev of the device with `identity`, its own among them. They are in the
/// order of their numbers. Other functions of a USB device count as other devices.
std::vector<std::string> nodes_of(Kernel& kernel, const Identity& identity);

/// Reads the identity of the node with this device number, "81:3". It says nothing of other nodes,
/// so serial_shared is false.
Identity read_identity(Kernel& kernel, const std::string& number);

}  // namespace v4l2
