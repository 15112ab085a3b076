#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fake/model.h"

namespace fake {

/// Sysfs holds the attributes of the plugged cameras that a program asks for. Paths are below
/// /sys/dev/char, /sys/class/video4linux and /sys/devices. The devices are nodes, their parents and
/// USB devices.
class Sysfs {
public:
  /// Adds the node at `path` under /dev. A path without a number gets no place in sysfs.
  void add(const std::string& path, const Model& model);

  void remove(const std::string& path) { nodes_.erase(path); }

  /// Returns the names in a directory. Only /sys/class/video4linux has any.
  [[nodiscard]] std::vector<std::string> list(const std::string& directory) const;
  /// Returns nullopt for a path outside of the cameras' sysfs.
  [[nodiscard]] std::optional<std::string> read_text(const std::string& path) const;
  [[nodiscard]] std::optional<std::string> real_path(const std::string& path) const;
  /// Returns the device number of the node at `path` under /dev. Empty for an unknown path.
  [[nodiscard]] std::string device_number(const std::string& path) const;

private:
  struct Node {
    std::string name;        ///< "video3"
    std::string number;      ///< "81:3"
    std::string directory;   ///< its own, under /sys/devices
    std::string device;      ///< directory of the node's parent
    std::string usb_device;  ///< directory of the USB device that the parent is a part of
    std::map<std::string, std::string> files;
  };

  std::map<std::string, Node> nodes_;  // by the path under /dev
};

}  // namespace fake
