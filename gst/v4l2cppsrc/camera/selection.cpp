#include "camera/selection.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "device/node_list.h"
#include "device/selector.h"
#include "kernel/kernel.h"
#include "messages/failures.h"
#include "messages/selection_failures.h"

namespace v4l2gst {
namespace {

/// The nodes of one device that a selector matches, and what came of opening them.
struct Match {
  v4l2::ListedNode node;               ///< that captures, or else the first one
  std::optional<v4l2::Device> device;  ///< open
  std::optional<Report> obstacle;      ///< of the first node
  bool opens{true};                    ///< false if a node could not be opened: it may capture

  /// Returns false if none of the nodes captures.
  [[nodiscard]] bool counts() const { return device || !opens; }
};

bool of_one_device(const v4l2::ListedNode& a, const v4l2::ListedNode& b) {
  return a.identity.known() && a.identity.port == b.identity.port;
}

/// Returns the nodes that `selector` matches, the nodes of one device side by side.
std::vector<v4l2::ListedNode> matching(std::vector<v4l2::ListedNode> nodes,
                                       const v4l2::Selector& selector) {
  std::erase_if(nodes, [&](const v4l2::ListedNode& node) { return !selector.matches(node); });
  std::ranges::stable_sort(nodes, {}, [](const v4l2::ListedNode& node) {
    const auto& place = node.identity;
    return std::tuple{place.port, place.function, place.index};
  });
  return nodes;
}

/// Opens a node, unless one of the same device is open already.
void try_node(v4l2::Kernel& kernel, Match& match, v4l2::ListedNode node) {
  if (match.device) return;
  auto device = v4l2::Device::open(kernel, node.path);
  if (device && device->capability().kind() == v4l2::NodeKind::capture) {
    match.device = std::move(*device);
    match.node = std::move(node);
    return;
  }
  if (!device) match.opens = false;
  if (match.obstacle) return;
  match.obstacle =
      device ? wrong_node(node.path, device->capability().kind(), sibling_of(kernel, *device))
             : cannot_open(node.path, device.error());
}

std::vector<Match> open_matches(v4l2::Kernel& kernel, const v4l2::Selector& selector) {
  std::vector<Match> matches;
  for (auto& node : matching(v4l2::list_nodes(kernel), selector)) {
    if (matches.empty() || !of_one_device(matches.back().node, node))
      matches.push_back({.node = node, .device = {}, .obstacle = {}});
    try_node(kernel, matches.back(), std::move(node));
  }
  return matches;
}

}  // namespace

std::string sibling_of(v4l2::Kernel& kernel, const v4l2::Device& device) {
  const auto bus = device.capability().bus();
  for (const auto& node : v4l2::video_nodes(kernel)) {
    const auto other = v4l2::Device::open(kernel, node);
    if (other && other->capability().kind() == v4l2::NodeKind::capture &&
        other->capability().bus() == bus)
      return node;
  }
  return {};
}

Report nothing_selected(v4l2::Kernel& kernel, const std::string& text) {
  const auto selector = v4l2::Selector::parse(text);
  if (!selector) return no_selector(text, selector.error());
  const auto hidden = matching(v4l2::nodes_without_file(kernel), *selector);
  return no_match(text, v4l2::list_nodes(kernel), hidden);
}

Outcome<v4l2::Device> open_selected(v4l2::Kernel& kernel, const std::string& text) {
  const auto selector = v4l2::Selector::parse(text);
  if (!selector) return std::unexpected{no_selector(text, selector.error())};
  auto matches = open_matches(kernel, *selector);
  if (matches.empty()) return std::unexpected{nothing_selected(kernel, text)};
  const auto first_obstacle = matches.front().obstacle;
  std::erase_if(matches, [](const Match& match) { return !match.counts(); });
  if (matches.size() > 1) {
    std::vector<v4l2::ListedNode> nodes;
    nodes.reserve(matches.size());
    for (auto& match : matches)
      nodes.push_back(std::move(match.node));
    return std::unexpected{ambiguous(text, nodes)};
  }
  if (matches.empty() && first_obstacle) return std::unexpected{*first_obstacle};
  if (matches.empty()) return std::unexpected{nothing_selected(kernel, text)};
  auto& chosen = matches.front();
  if (chosen.device) return std::move(*chosen.device);
  if (chosen.obstacle) return std::unexpected{std::move(*chosen.obstacle)};
  return std::unexpected{nothing_selected(kernel, text)};
}

bool is_wanted(v4l2::Kernel& kernel, const std::string& path, const std::string& wanted) {
  if (!v4l2::Selector::is_meant(wanted)) return true;
  const auto selector = v4l2::Selector::parse(wanted);
  return selector &&
         selector->matches(v4l2::node_at(kernel, path, kernel.device_number(path.c_str())));
}

}  // namespace v4l2gst
