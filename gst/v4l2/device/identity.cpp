#include "device/identity.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "device/device.h"
#include "kernel/kernel.h"

namespace v4l2 {
namespace {

std::string_view name_in(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

std::string_view parent_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return path.substr(0, slash == std::string_view::npos ? 0 : slash);
}

unsigned number_in(const std::string& text) {
  unsigned number{};
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// Returns the USB device that `device` is or is a part of. Empty if there is none.
std::string usb_device_of(Kernel& kernel, std::string_view device) {
  // As a rule it is the parent: a USB driver binds to an interface.
  for (auto path = device; path.size() > std::string_view{"/sys/devices"}.size();
       path = parent_of(path))
    if (std::string place{path}; !kernel.read_text((place + "/idVendor").c_str()).empty())
      return place;
  return {};
}

/// Reads all members but serial_shared.
Identity read_identity(Kernel& kernel, const std::string& path) {
  Identity identity;
  const auto number = kernel.device_number(path.c_str());
  if (number.empty()) return identity;
  const auto node = "/sys/dev/char/" + number;
  const auto device = kernel.real_path((node + "/device").c_str());
  if (device.empty()) return identity;
  identity.card = kernel.read_text((node + "/name").c_str());
  identity.index = number_in(kernel.read_text((node + "/index").c_str()));
  identity.port = name_in(device);
  const auto usb = usb_device_of(kernel, device);
  if (usb.empty()) return identity;
  const auto read = [&](const char* name) {
    return kernel.read_text((usb + name).c_str());
  };
  // "1-1.2:1.0" is an interface of "1-1.2".
  if (const auto colon = identity.port.find(':'); colon != std::string::npos)
    identity.function = identity.port.substr(colon + 1);
  identity.port = name_in(usb);
  identity.vendor_id = read("/idVendor");
  identity.product_id = read("/idProduct");
  identity.serial = read("/serial");
  identity.usb_speed_mbps = number_in(read("/speed"));
  return identity;
}

bool same_product(const Identity& a, const Identity& b) {
  return a.known() && b.known() && a.vendor_id == b.vendor_id && a.product_id == b.product_id &&
         a.function == b.function;
}

bool same_device(const Identity& a, const Identity& b) {
  if (!same_product(a, b)) return false;
  const bool both = !a.serial.empty() && !b.serial.empty();
  if (both && a.serial != b.serial) return false;
  return (both && !a.serial_shared && !b.serial_shared) || a.port == b.port;
}

bool share_a_serial(const Identity& a, const Identity& b) {
  return !a.serial.empty() && a.serial == b.serial && a.vendor_id == b.vendor_id &&
         a.product_id == b.product_id && a.port != b.port;
}

}  // namespace

std::string Identity::usb_bus() const {
  return usb() ? port.substr(0, port.find('-')) : std::string{};
}

std::vector<Known> known_nodes(Kernel& kernel) {
  std::vector<Known> all;
  for (auto& path : video_nodes(kernel)) {
    auto identity = read_identity(kernel, path);
    all.push_back({.path = std::move(path), .identity = std::move(identity)});
  }
  for (auto& one : all)
    one.identity.serial_shared = std::ranges::any_of(
        all, [&](const Known& other) { return share_a_serial(one.identity, other.identity); });
  return all;
}

Identity identity_of(Kernel& kernel, const std::string& path) {
  auto identity = read_identity(kernel, path);
  if (identity.serial.empty()) return identity;
  identity.serial_shared = std::ranges::any_of(known_nodes(kernel), [&](const Known& other) {
    return share_a_serial(identity, other.identity);
  });
  return identity;
}

bool same_camera(const Identity& a, const Identity& b) {
  return a.index == b.index && same_device(a, b);
}

std::optional<std::string> find_camera(Kernel& kernel, const Identity& wanted) {
  auto found = known_nodes(kernel);
  std::erase_if(found, [&](const Known& node) { return !same_camera(node.identity, wanted); });
  // A container may have two names for one node: either will do.
  const auto there = std::ranges::find(
      found, wanted.port, [](const Known& node) -> const auto& { return node.identity.port; });
  if (there != found.end()) return there->path;
  if (found.size() == 1) return found.front().path;
  return std::nullopt;
}

std::vector<std::string> nodes_of(Kernel& kernel, const Identity& identity) {
  std::vector<std::string> paths;
  for (auto& node : known_nodes(kernel))
    if (same_device(node.identity, identity)) paths.push_back(std::move(node.path));
  return paths;
}

}  // namespace v4l2
