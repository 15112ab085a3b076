#include "device/identity.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "device/node_list.h"
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

/// Returns bus_info of a USB device, as usb_make_path() in the kernel does.
std::string bus_info_of(std::string_view usb_device) {
  const auto port = name_in(usb_device);
  auto root = usb_device;  // the root hub "usb1", which is a child of its controller
  while (!root.empty() && !name_in(root).starts_with("usb"))
    root = parent_of(root);
  const auto controller = name_in(parent_of(root));
  if (controller.empty()) return std::string{port};
  return "usb-" + std::string{controller} + "-" + std::string{port.substr(port.find('-') + 1)};
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

}  // namespace

std::string Identity::usb_bus() const {
  return usb() ? port.substr(0, port.find('-')) : std::string{};
}

Identity read_identity(Kernel& kernel, const std::string& number) {
  Identity identity;
  const auto node = "/sys/dev/char/" + number;
  identity.card = kernel.read_text((node + "/name").c_str());
  identity.index = number_in(kernel.read_text((node + "/index").c_str()));
  const auto device = kernel.real_path((node + "/device").c_str());
  if (device.empty()) return identity;
  identity.port = name_in(device);
  identity.bus = identity.port;
  const auto usb = usb_device_of(kernel, device);
  if (usb.empty()) return identity;
  const auto read = [&](const char* name) {
    return kernel.read_text((usb + name).c_str());
  };
  // "1-1.2:1.0" is an interface of "1-1.2".
  if (const auto colon = identity.port.find(':'); colon != std::string::npos)
    identity.function = identity.port.substr(colon + 1);
  identity.port = name_in(usb);
  identity.bus = bus_info_of(usb);
  identity.vendor_id = read("/idVendor");
  identity.product_id = read("/idProduct");
  identity.serial = read("/serial");
  identity.usb_speed_mbps = number_in(read("/speed"));
  return identity;
}

Identity identity_of(Kernel& kernel, const std::string& path) {
  return node_at(kernel, path, kernel.device_number(path.c_str())).identity;
}

bool same_camera(const Identity& a, const Identity& b) {
  return a.index == b.index && same_device(a, b);
}

std::optional<std::string> find_camera(Kernel& kernel, const Identity& wanted) {
  auto found = list_nodes(kernel);
  std::erase_if(found, [&](const ListedNode& node) { return !same_camera(node.identity, wanted); });
  // A container may have two names for one node: either will do.
  const auto there = std::ranges::find(
      found, wanted.port, [](const ListedNode& node) -> const auto& { return node.identity.port; });
  if (there != found.end()) return there->path;
  if (found.size() == 1) return found.front().path;
  return std::nullopt;
}

std::vector<std::string> nodes_of(Kernel& kernel, const Identity& identity) {
  std::vector<std::string> paths;
  for (auto& node : list_nodes(kernel))
    if (same_device(node.identity, identity)) paths.push_back(std::move(node.path));
  return paths;
}

}  // namespace v4l2
