#pragma once

#include <string>
#include <vector>

#include "device/identity.h"

namespace v4l2 {

class Kernel;

/// One node of the system, as sysfs describes it. It was not opened, so it may be of any kind that
/// has the name /dev/videoN: a camera's metadata node, a codec, an output.
struct ListedNode {
  std::string path{};    ///< under /dev; empty for a node that has no device file here
  std::string number{};  ///< the numbers of the device file, "81:3"
  std::string name{};    ///< "video3", by sysfs; empty without sysfs
  Identity identity{};   ///< not known() without sysfs, nor for a loopback device
  /// Names the node by what it is, not by where it is: "serial=A1,usb=046d:0825". It is the same
  /// after a replug to another number. A serial number that is the camera's own decides, else the
  /// bus, else the card. "device" takes it as a selector. Without any of these it is `path`.
  std::string id{};

  friend bool operator==(const ListedNode&, const ListedNode&) = default;
};

/// Returns all nodes under /dev that may be capture devices, in the order of their numbers. Opens
/// none, and needs no udev.
std::vector<ListedNode> list_nodes(Kernel& kernel);

/// Returns the node with this device number among all others. `path` may be a link, or any other
/// name of the node.
ListedNode node_at(Kernel& kernel, const std::string& path, const std::string& number);

/// Returns the nodes that sysfs has and /dev has not. A container was not given them.
std::vector<ListedNode> nodes_without_file(Kernel& kernel);

/// Returns the links below `directory` that lead to the node with this device number, sorted.
/// udev makes such links under /dev/v4l/by-id and /dev/v4l/by-path.
std::vector<std::string> links_to(Kernel& kernel, const std::string& directory,
                                  const std::string& number);

}  // namespace v4l2
