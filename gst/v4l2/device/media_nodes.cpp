#include "device/media_nodes.h"

#include <utility>

#include "device/media_topology.h"
#include "kernel/node.h"

namespace v4l2 {
namespace {

constexpr std::uint32_t most_codes = 256;

}  // namespace

/// Returns null if the node can't be opened.
const Node* MediaNodes::node_of(const MediaGraph& graph, std::size_t entity) {
  if (entity == graph.node) return &own_;
  const auto known = nodes_.find(entity);
  if (known != nodes_.end()) return known->second.get();
  const auto& path = graph.entities[entity].path;
  auto opened =
      path.empty() ? Result<std::shared_ptr<const Node>>{nullptr} : Node::open(own_.kernel(), path);
  return nodes_.emplace(entity, opened ? std::move(*opened) : nullptr).first->second.get();
}

std::optional<PadFormat> MediaNodes::set(MediaGraph& graph, std::size_t pad,
                                         const PadFormat& wanted) {
  const auto entity = graph.pads[pad].entity;
  const auto* const node = graph.entities[entity].video ? nullptr : node_of(graph, entity);
  if (node == nullptr) return std::nullopt;
  const auto tried = [&](std::size_t which, const PadFormat& format) -> std::optional<PadFormat> {
    v4l2_subdev_format wire{};
    wire.which = V4L2_SUBDEV_FORMAT_TRY;
    wire.pad = graph.pads[which].index;
    wire.format = to_wire(format);
    if (!node->call<v4l2_subdev_format>(request::subdev_s_fmt, wire)) return std::nullopt;
    return from_wire(wire.format);
  };
  // A descriptor begins with the driver's defaults. Sources follow sinks, so sinks come first.
  for (const bool sink : {true, false})
    for (std::size_t other = 0; other < graph.pads.size(); ++other) {
      const auto& known = graph.pads[other];
      if (known.entity == entity && known.sink == sink && known.format)
        static_cast<void>(tried(other, *known.format));
    }
  const auto given = tried(pad, wanted);
  if (!given) return std::nullopt;
  graph.pads[pad].format = *given;
  if (!graph.pads[pad].sink) return given;
  for (auto& other : graph.pads) {
    if (other.entity != entity || other.sink) continue;
    v4l2_subdev_format wire{};
    wire.which = V4L2_SUBDEV_FORMAT_TRY;
    wire.pad = other.index;
    if (node->call<v4l2_subdev_format>(request::subdev_g_fmt, wire))
      other.format = from_wire(wire.format);
  }
  return given;
}

std::vector<std::uint32_t> MediaNodes::codes_of(const MediaGraph& graph, std::size_t pad) {
  const auto& its = graph.pads[pad];
  const auto* const node = graph.entities[its.entity].video ? nullptr : node_of(graph, its.entity);
  std::vector<std::uint32_t> codes;
  for (std::uint32_t index = 0; node != nullptr && index < most_codes; ++index) {
    v4l2_subdev_mbus_code_enum wire{};
    wire.which = V4L2_SUBDEV_FORMAT_TRY;
    wire.pad = its.index;
    wire.index = index;
    if (!node->call<v4l2_subdev_mbus_code_enum>(request::subdev_enum_mbus_code, wire)) break;
    codes.push_back(wire.code);
  }
  return codes;
}

std::vector<Fourcc> MediaNodes::formats_of(const MediaGraph& graph, std::size_t entity,
                                           std::uint32_t code) {
  const auto* const node = node_of(graph, entity);
  return node == nullptr ? std::vector<Fourcc>{} : formats_for(*node, code);
}

}  // namespace v4l2
