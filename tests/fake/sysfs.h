#pragma once

#include <map>
#include <optional>
#include <string>

#include "fake/model.h"

namespace fake {

/// What sysfs says of the cameras that are plugged in, as far as anybody asks: /sys/dev/char,
/// /sys/class/video4linux and, beneath /sys/devices, nodes, their devices and USB devices.
class Sysfs {
public:
  /// The node at `path` under /dev; what has no number has no place in sysfs.
  void add(const std::string& path, const Model& model);

  void remove(const std::string& path) { nodes_.erase(path); }

  /// Nothing for what is none of its business.
  [[nodiscard]] std::optional<std::string> read_text(const std::string& path) const;
  [[nodiscard]] std::optional<std::string> real_path(const std::string& path) const;
  /// Of the node at `path` under /dev; empty where there is none.
  [[nodiscard]] std::string device_number(const std::string& path) const;

private:
  struct Node {
    std::string name;        ///< "video3"
    std::string number;      ///< "81:3"
    std::string directory;   ///< its own, under /sys/devices
    std::string device;      ///< that of what it is a node of
    std::string usb_device;  ///< that of the USB device that this is a part of
    std::map<std::string, std::string> files;
  };

  std::map<std::string, Node> nodes_;  // by the path under /dev
};

}  // namespace fake
