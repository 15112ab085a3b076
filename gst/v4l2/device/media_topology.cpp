#include "device/media_topology.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "device/text.h"
#include "kernel/node.h"

namespace v4l2 {
namespace {

// No graph has so many. A topology that claims more is not believed.
constexpr std::size_t most_entities = 1024;
constexpr std::size_t most_pads = 8192;

struct Topology {
  std::vector<media_v2_entity> entities;
  std::vector<media_v2_interface> interfaces;
  std::vector<media_v2_pad> pads;
  std::vector<media_v2_link> links;
};

template <class T>
std::uint64_t address_of(std::vector<T>& items) {
  return reinterpret_cast<std::uintptr_t>(items.data());
}

/// Reads the topology (MEDIA_IOC_G_TOPOLOGY). Returns nullopt if that fails.
std::optional<Topology> read_topology(const Node& media) {
  // The second call fails with ENOSPC if an object was added after the first one.
  constexpr int most_tries = 4;
  for (int i = 0; i < most_tries; ++i) {
    media_v2_topology counts{};
    if (!media.call<media_v2_topology>(request::g_topology, counts)) return std::nullopt;
    if (counts.num_entities > most_entities || counts.num_interfaces > most_entities ||
        counts.num_pads > most_pads || counts.num_links > most_pads)
      return std::nullopt;
    Topology topology{.entities = std::vector<media_v2_entity>(counts.num_entities),
                      .interfaces = std::vector<media_v2_interface>(counts.num_interfaces),
                      .pads = std::vector<media_v2_pad>(counts.num_pads),
                      .links = std::vector<media_v2_link>(counts.num_links)};
    media_v2_topology wire{};
    wire.num_entities = counts.num_entities;
    wire.num_interfaces = counts.num_interfaces;
    wire.num_pads = counts.num_pads;
    wire.num_links = counts.num_links;
    wire.ptr_entities = address_of(topology.entities);
    wire.ptr_interfaces = address_of(topology.interfaces);
    wire.ptr_pads = address_of(topology.pads);
    wire.ptr_links = address_of(topology.links);
    const auto read = media.call<media_v2_topology>(request::g_topology, wire);
    if (!read && read.error().code == ENOSPC) continue;
    if (!read) return std::nullopt;
    const auto cut = [](auto& items, std::uint32_t count) {
      items.resize(std::min<std::size_t>(items.size(), count));
    };
    cut(topology.entities, wire.num_entities);
    cut(topology.interfaces, wire.num_interfaces);
    cut(topology.pads, wire.num_pads);
    cut(topology.links, wire.num_links);
    return topology;
  }
  return std::nullopt;
}

bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char letter) { return letter >= '0' && letter <= '9'; });
}

/// Returns the nodes under /dev named `prefix` and a number. Shorter names come first, which is the
/// order of the numbers.
std::vector<std::string> nodes_named(std::span<const std::string> names, std::string_view prefix) {
  std::vector<std::string> paths;
  for (const auto& name : names)
    if (name.starts_with(prefix) && all_digits(std::string_view{name}.substr(prefix.size())))
      paths.push_back("/dev/" + name);
  std::ranges::sort(paths, [](const std::string& one, const std::string& other) {
    return std::pair{one.size(), std::string_view{one}} <
           std::pair{other.size(), std::string_view{other}};
  });
  return paths;
}

/// Returns the device of a node, as a path in sysfs. Empty without sysfs.
std::string device_of(Kernel& kernel, const std::string& path) {
  const auto number = kernel.device_number(path.c_str());
  return number.empty() ? number
                        : kernel.real_path(("/sys/dev/char/" + number + "/device").c_str());
}

template <class T>
std::map<std::uint32_t, std::size_t> places_of(const std::vector<T>& items) {
  std::map<std::uint32_t, std::size_t> places;
  for (std::size_t i = 0; i < items.size(); ++i)
    places.try_emplace(items[i].id, i);
  return places;
}

std::optional<std::size_t> place_of(const std::map<std::uint32_t, std::size_t>& places,
                                    std::uint32_t id) {
  const auto found = places.find(id);
  return found == places.end() ? std::nullopt : std::optional{found->second};
}

std::string entity_name(const media_v2_entity& entity) {
  std::array<std::uint8_t, sizeof entity.name> field{};
  std::ranges::copy(entity.name, field.begin());
  return text_of(std::span<const std::uint8_t>{field});
}

/// Makes a graph of a topology: ids become places in its lists. `nodes` has the path of each node
/// by its number "81:0". Returns nullopt if the topology lacks the node with the number `own`.
std::optional<MediaGraph> graph_of(const Topology& topology, const std::string& own,
                                   const std::map<std::string, std::string>& nodes) {
  MediaGraph graph;
  for (const auto& entity : topology.entities)
    graph.entities.push_back({.id = entity.id, .name = entity_name(entity), .path = {}});
  const auto entities = places_of(topology.entities);
  const auto interfaces = places_of(topology.interfaces);
  std::map<std::uint32_t, std::size_t> pads;
  for (const auto& pad : topology.pads) {
    const auto entity = place_of(entities, pad.entity_id);
    const bool sink = (pad.flags & MEDIA_PAD_FL_SINK) != 0;
    const bool source = (pad.flags & MEDIA_PAD_FL_SOURCE) != 0;
    if (!entity || sink == source) continue;
    if (!pads.try_emplace(pad.id, graph.pads.size()).second) continue;
    graph.pads.push_back({.entity = *entity,
                          .index = pad.index,
                          .sink = sink,
                          .must_connect = (pad.flags & MEDIA_PAD_FL_MUST_CONNECT) != 0});
  }
  std::optional<std::size_t> node;
  for (const auto& link : topology.links) {
    const auto type = link.flags & static_cast<std::uint32_t>(MEDIA_LNK_FL_LINK_TYPE);
    if (type == MEDIA_LNK_FL_INTERFACE_LINK) {
      const auto interface = place_of(interfaces, link.source_id);
      const auto entity = place_of(entities, link.sink_id);
      if (!interface || !entity) continue;
      const auto& wire = topology.interfaces[*interface];
      const auto number =
          std::to_string(wire.devnode.major) + ":" + std::to_string(wire.devnode.minor);
      if (const auto path = nodes.find(number); path != nodes.end())
        graph.entities[*entity].path = path->second;
      graph.entities[*entity].video = wire.intf_type == MEDIA_INTF_T_V4L_VIDEO;
      if (number == own) node = entity;
    } else if (type == MEDIA_LNK_FL_DATA_LINK) {
      const auto source = place_of(pads, link.source_id);
      const auto sink = place_of(pads, link.sink_id);
      if (!source || !sink || graph.pads[*source].sink || !graph.pads[*sink].sink) continue;
      graph.links.push_back({.source = *source,
                             .sink = *sink,
                             .enabled = (link.flags & MEDIA_LNK_FL_ENABLED) != 0,
                             .immutable = (link.flags & MEDIA_LNK_FL_IMMUTABLE) != 0});
    }
  }
  if (!node) return std::nullopt;
  graph.node = *node;
  return graph;
}

std::optional<PadFormat> pad_format(const Node& subdevice, std::uint32_t pad) {
  v4l2_subdev_format wire{};
  wire.which = V4L2_SUBDEV_FORMAT_ACTIVE;
  wire.pad = pad;
  if (!subdevice.call<v4l2_subdev_format>(request::subdev_g_fmt, wire)) return std::nullopt;
  return from_wire(wire.format);
}

std::optional<NodeFormat> node_format(const Node& node) {
  for (const auto type : {BufferType::capture_mplane, BufferType::capture}) {
    v4l2_format wire{};
    wire.type = to_wire(type);
    if (!node.call<v4l2_format>(request::g_fmt, wire)) continue;
    const auto format = from_wire(wire);
    return NodeFormat{
        .fourcc = format.fourcc, .size = format.size, .field = format.field, .possible = {}};
  }
  return std::nullopt;
}

/// Reads the formats of the pads of an entity from its node.
void read_formats(MediaGraph& graph, std::size_t entity, const Node& node) {
  for (std::size_t place = 0; place < graph.pads.size(); ++place) {
    auto& pad = graph.pads[place];
    if (pad.entity != entity) continue;
    if (!graph.entities[entity].video)
      pad.format = pad_format(node, pad.index);
    else if (pad.sink)
      pad.captures = node_format(node);
  }
}

/// Reads which formats a video node lists for the codes that its links bring.
void read_possible(MediaGraph& graph, std::size_t entity, const Node& node) {
  for (const auto& link : graph.links) {
    auto& sink = graph.pads[link.sink];
    const auto& source = graph.pads[link.source].format;
    if (!link.enabled || sink.entity != entity || !sink.captures || !source) continue;
    sink.captures->possible = formats_for(node, source->code);
    sink.captures->impossible = sink.captures->possible.empty() && !formats_for(node, 0).empty();
  }
}

}  // namespace

std::vector<Fourcc> formats_for(const Node& node, std::uint32_t code) {
  constexpr std::uint32_t most = 512;
  std::vector<Fourcc> found;
  for (const auto type : {BufferType::capture_mplane, BufferType::capture}) {
    for (std::uint32_t index = 0; index < most && found.size() == index; ++index) {
      v4l2_fmtdesc wire{};
      wire.type = to_wire(type);
      wire.index = index;
      wire.mbus_code = code;
      if (node.call<v4l2_fmtdesc>(request::enum_fmt, wire)) found.push_back({wire.pixelformat});
    }
    if (!found.empty()) break;
  }
  return found;
}

std::optional<MediaGraph> read_media_graph(const Node& node, Extent extent) {
  auto& kernel = node.kernel();
  const auto own = kernel.device_number(node.path().c_str());
  if (own.empty()) return std::nullopt;
  const auto names = kernel.list("/dev");
  std::map<std::string, std::string> nodes;
  for (const std::string_view prefix : {"video", "v4l-subdev"})
    for (const auto& path : nodes_named(names, prefix))
      nodes.try_emplace(kernel.device_number(path.c_str()), path);
  auto candidates = nodes_named(names, "media");
  // The media node is of the same device as a rule. Otherwise one of the others has the video node.
  const auto device = device_of(kernel, node.path());
  std::ranges::stable_partition(candidates, [&](const std::string& path) {
    return !device.empty() && device_of(kernel, path) == device;
  });
  for (const auto& path : candidates) {
    const auto media = Node::open(kernel, path);
    if (!media) continue;
    const auto topology = read_topology(**media);
    auto graph = topology ? graph_of(*topology, own, nodes) : std::nullopt;
    if (!graph) continue;
    graph->path = path;
    std::vector<bool> wanted(graph->entities.size(), extent == Extent::all);
    if (extent == Extent::pipeline) wanted = graph->pipeline();
    if (const auto from = graph->sender(); from && extent == Extent::sender)
      wanted[graph->pads[*from].entity] = true;
    std::map<std::size_t, std::shared_ptr<const Node>> video;
    for (std::size_t entity = 0; entity < graph->entities.size(); ++entity) {
      const auto& its = graph->entities[entity];
      if (its.path.empty() || !wanted[entity]) continue;
      if (entity == graph->node) {
        read_formats(*graph, entity, node);
      } else if (const auto opened = Node::open(kernel, its.path)) {
        read_formats(*graph, entity, **opened);
        if (its.video) video.emplace(entity, *opened);
      }
    }
    read_possible(*graph, graph->node, node);
    for (const auto& [entity, opened] : video)
      read_possible(*graph, entity, *opened);
    return graph;
  }
  return std::nullopt;
}

}  // namespace v4l2
