#include "device/media_links.h"

#include <algorithm>
#include <functional>
#include <map>
#include <queue>
#include <tuple>
#include <utility>

#include "device/media_names.h"

namespace v4l2 {
namespace {

/// The limit of tries. A user would not try more by hand.
constexpr std::size_t most_switches = 8;

/// Returns the links from a source to the node. Of several chains it takes the one with the fewest
/// links to enable, then with the fewest disagreements. Then it takes the one that the driver lists
/// first, which is the usual one as a rule. Empty if no source can be reached.
std::vector<std::size_t> path_to_source(const MediaGraph& graph) {
  using Cost = std::tuple<unsigned, unsigned, std::size_t, unsigned>;
  std::vector<bool> takes(graph.entities.size());
  for (const auto& pad : graph.pads)
    if (pad.sink) takes[pad.entity] = true;
  std::map<std::size_t, std::pair<Cost, std::size_t>> best;  // by entity: and the link out of it
  using Entry = std::pair<Cost, std::size_t>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> open;
  open.push({{}, graph.node});
  while (!open.empty()) {
    const auto [cost, entity] = open.top();
    open.pop();
    if (const auto known = best.find(entity); known != best.end() && known->second.first < cost)
      continue;
    if (!takes[entity] && !graph.entities[entity].video) {
      std::vector<std::size_t> path;
      for (auto at = entity; at != graph.node;) {
        const auto link = best.at(at).second;
        path.push_back(link);
        at = graph.pads[graph.links[link].sink].entity;
      }
      return path;
    }
    for (std::size_t i = 0; i < graph.links.size(); ++i) {
      const auto& link = graph.links[i];
      if (graph.pads[link.sink].entity != entity || (!link.enabled && link.immutable)) continue;
      const auto next = graph.pads[link.source].entity;
      auto there = cost;
      if (!link.enabled) {
        ++std::get<0>(there);
        std::get<2>(there) += i;
      }
      const auto& source = graph.pads[link.source].format;
      const auto& sink = graph.pads[link.sink].format;
      if (source && sink && disagreement(*source, *sink)) ++std::get<1>(there);
      ++std::get<3>(there);
      const auto known = best.find(next);
      if (next == graph.node || (known != best.end() && known->second.first <= there)) continue;
      best.insert_or_assign(next, std::pair{there, i});
      open.emplace(there, next);
    }
  }
  return {};
}

}  // namespace

void LinkCommands::set(std::size_t link, bool enabled) {
  auto& changed = graph_.links[link];
  changed.enabled = enabled;
  commands_.push_back("media-ctl -d " + graph_.path + " -l '" +
                      media_ctl_pad(graph_, changed.source) + " -> " +
                      media_ctl_pad(graph_, changed.sink) + (enabled ? " [1]'" : " [0]'"));
}

void LinkCommands::enable(std::size_t link) {
  for (std::size_t other = 0; other < graph_.links.size(); ++other)
    if (graph_.links[other].sink == graph_.links[link].sink && graph_.links[other].enabled &&
        !graph_.links[other].immutable)
      set(other, false);
  set(link, true);
}

bool LinkCommands::enable_missing() {
  if (!graph_.chained()) {
    for (const auto link : path_to_source(graph_))
      if (!graph_.links[link].enabled) enable(link);
    if (!graph_.chained()) return false;
  }
  for (const auto pad : judge(graph_, OwnFormat::open).unconnected) {
    const auto link = std::ranges::find_if(graph_.links, [&](const MediaGraph::Link& one) {
      return (one.source == pad || one.sink == pad) && !one.immutable;
    });
    if (link == graph_.links.end()) return false;
    enable(static_cast<std::size_t>(link - graph_.links.begin()));
  }
  return true;
}

std::vector<std::size_t> switchable_links(const MediaGraph& graph) {
  const auto& links = graph.links;
  const auto upstream = graph.upstream();
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < links.size() && found.size() < most_switches; ++i) {
    const auto held = std::ranges::any_of(links, [&](const MediaGraph::Link& other) {
      return other.sink == links[i].sink && other.enabled && other.immutable;
    });
    if (!links[i].enabled && !links[i].immutable && !held &&
        upstream[graph.pads[links[i].sink].entity])
      found.push_back(i);
  }
  return found;
}

std::vector<std::size_t> downstream_order(const MediaGraph& graph) {
  const auto within = graph.pipeline();
  std::vector<bool> placed(graph.entities.size());
  std::vector<std::size_t> order;
  const auto ready = [&](std::size_t entity) {
    return std::ranges::all_of(graph.links, [&](const MediaGraph::Link& link) {
      return !link.enabled || graph.pads[link.sink].entity != entity ||
             placed[graph.pads[link.source].entity];
    });
  };
  for (bool grows = true; grows;) {
    grows = false;
    for (std::size_t entity = 0; entity < placed.size(); ++entity) {
      if (!within[entity] || placed[entity] || !ready(entity)) continue;
      order.push_back(entity);
      placed[entity] = grows = true;
    }
  }
  return order;
}

}  // namespace v4l2
