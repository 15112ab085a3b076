#include "fake/sysfs.h"

#include <algorithm>
#include <array>
#include <ranges>

namespace fake {
namespace {

bool within(const std::string& path, const std::string& directory) {
  return !directory.empty() && (path == directory || path.starts_with(directory + "/"));
}

}  // namespace

void Sysfs::add(const std::string& path, const Model& model) {
  constexpr std::string_view prefix{"/dev/video"};
  const auto digits = path.starts_with(prefix) ? path.substr(prefix.size()) : std::string{};
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos) return;
  const auto number = model.number.empty() ? digits : model.number;
  Node node{.name = "video" + number,
            .number = "81:" + number,
            .directory = {},
            .device = {},
            .usb_device = {},
            .files = {}};
  if (!model.has_parent) {
    node.directory = "/sys/devices/virtual";
  } else if (model.vendor_id.empty()) {
    node.device = "/sys/devices/platform/" + (model.port.empty() ? "fake." + number : model.port);
  } else {
    const auto bus = model.port.substr(0, model.port.find('-'));
    node.usb_device = "/sys/devices/fake." + bus + "/usb" + bus + "/" + model.port;
    node.device = node.usb_device + "/" + model.port + ":" + model.function;
    node.files = {{node.usb_device + "/idVendor", model.vendor_id},
                  {node.usb_device + "/idProduct", model.product_id},
                  {node.usb_device + "/speed", model.usb_speed}};
    if (!model.serial.empty()) node.files[node.usb_device + "/serial"] = model.serial;
  }
  node.directory += node.device + "/video4linux/" + node.name;
  node.files[node.directory + "/name"] = model.card;
  node.files[node.directory + "/index"] = std::to_string(model.index);
  node.files[node.directory + "/dev"] = node.number;
  nodes_[path] = std::move(node);
}

std::optional<std::string> Sysfs::real_path(const std::string& path) const {
  for (const auto& node : nodes_ | std::views::values) {
    for (const auto& link :
         {"/sys/dev/char/" + node.number, "/sys/class/video4linux/" + node.name, node.directory}) {
      if (!within(path, link)) continue;
      const auto rest = path.substr(link.size());
      return within(rest, "/device") ? node.device + rest.substr(std::string{"/device"}.size())
                                     : node.directory + rest;
    }
    if (within(path, node.device) || within(path, node.usb_device)) return path;
  }
  if (within(path, "/sys/dev/char") || within(path, "/sys/class/video4linux")) return "";
  return std::nullopt;
}

std::optional<std::string> Sysfs::read_text(const std::string& path) const {
  const auto real = real_path(path);
  if (!real) return std::nullopt;
  for (const auto& node : nodes_ | std::views::values)
    if (const auto file = node.files.find(*real); file != node.files.end()) return file->second;
  return "";
}

std::vector<std::string> Sysfs::list(const std::string& directory) const {
  std::vector<std::string> names;
  if (directory == "/sys/class/video4linux")
    for (const auto& node : nodes_ | std::views::values)
      names.push_back(node.name);
  return names;
}

std::string Sysfs::device_number(const std::string& path) const {
  const auto node = nodes_.find(path);
  return node == nodes_.end() ? std::string{} : node->second.number;
}

}  // namespace fake
