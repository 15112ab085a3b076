#include "device/node_list.h"

#include <algorithm>
#include <string_view>

#include "device/device.h"
#include "device/selector.h"
#include "kernel/kernel.h"

namespace v4l2 {
namespace {

constexpr std::string_view sysfs_nodes{"/sys/class/video4linux"};

ListedNode read_node(Kernel& kernel, std::string path, std::string number) {
  ListedNode node{.path = std::move(path), .number = std::move(number)};
  if (node.number.empty()) return node;
  const auto place = kernel.real_path(("/sys/dev/char/" + node.number).c_str());
  node.name = place.substr(place.rfind('/') + 1);
  node.identity = read_identity(kernel, node.number);
  return node;
}

/// Returns the part of an id that tells the nodes of one device apart. A device's first node needs
/// none.
std::string place_within(const ListedNode& node) {
  const auto& identity = node.identity;
  std::string place;
  if (!identity.function.empty() && identity.function != "1.0")
    place += ",interface=" + selector_value(identity.function);
  // Without a name the index is not known.
  if (identity.index != 0 && !node.name.empty())
    place += ",index=" + std::to_string(identity.index);
  return place;
}

std::string id_of(const ListedNode& node, const std::vector<ListedNode>& all) {
  const auto& identity = node.identity;
  const auto usb = identity.usb()
                       ? ",usb=" + selector_value(identity.vendor_id + ":" + identity.product_id)
                       : "";
  const auto serial = selector_value(identity.serial);
  if (!serial.empty() && !identity.serial_shared)
    return "serial=" + serial + usb + place_within(node);
  const auto bus = selector_value(identity.bus);
  if (!bus.empty()) return "bus=" + bus + usb + place_within(node);
  const auto same_card = [&](const ListedNode& other) {
    return other.number != node.number && other.identity.card == identity.card;
  };
  const auto card = selector_value(identity.card);
  if (!card.empty() && std::ranges::none_of(all, same_card)) return "card=" + card;
  return node.path;
}

bool share_a_serial(const Identity& a, const Identity& b) {
  return !a.serial.empty() && a.serial == b.serial && a.vendor_id == b.vendor_id &&
         a.product_id == b.product_id && a.port != b.port;
}

/// Fills in what depends on the other nodes.
void compare(ListedNode& node, const std::vector<ListedNode>& all) {
  node.identity.serial_shared = std::ranges::any_of(
      all, [&](const ListedNode& other) { return share_a_serial(node.identity, other.identity); });
  node.id = id_of(node, all);
}

std::vector<ListedNode> compared(std::vector<ListedNode> nodes) {
  for (auto& node : nodes)
    compare(node, nodes);
  return nodes;
}

/// Returns the nodes under /dev, not yet compared.
std::vector<ListedNode> read_nodes(Kernel& kernel) {
  std::vector<ListedNode> nodes;
  for (auto& path : video_nodes(kernel)) {
    auto number = kernel.device_number(path.c_str());
    nodes.push_back(read_node(kernel, std::move(path), std::move(number)));
  }
  return nodes;
}

}  // namespace

std::vector<ListedNode> list_nodes(Kernel& kernel) {
  return compared(read_nodes(kernel));
}

ListedNode node_at(Kernel& kernel, const std::string& path, const std::string& number) {
  auto node = read_node(kernel, path, number);
  compare(node, read_nodes(kernel));
  return node;
}

std::vector<ListedNode> nodes_without_file(Kernel& kernel) {
  std::vector<std::string> present;
  for (const auto& path : video_nodes(kernel))
    present.push_back(kernel.device_number(path.c_str()));
  std::vector<ListedNode> nodes;
  for (const auto& name : kernel.list(std::string{sysfs_nodes}.c_str())) {
    if (!node_number(name)) continue;
    auto number = kernel.read_text((std::string{sysfs_nodes} + "/" + name + "/dev").c_str());
    if (number.empty() || std::ranges::find(present, number) != present.end()) continue;
    nodes.push_back(read_node(kernel, {}, std::move(number)));
  }
  std::ranges::sort(nodes, {}, [](const ListedNode& node) { return node_number(node.name); });
  return compared(std::move(nodes));
}

std::vector<std::string> links_to(Kernel& kernel, const std::string& directory,
                                  const std::string& number) {
  std::vector<std::string> links;
  if (number.empty()) return links;
  for (const auto& name : kernel.list(directory.c_str()))
    if (auto path = std::string{directory}.append("/").append(name);
        kernel.device_number(path.c_str()) == number)
      links.push_back(std::move(path));
  std::ranges::sort(links);
  return links;
}

}  // namespace v4l2
