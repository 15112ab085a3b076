#include "device/media_graph.h"

#include <algorithm>

#include "device/media_names.h"

namespace v4l2 {

v4l2_mbus_framefmt to_wire(const PadFormat& format) {
  v4l2_mbus_framefmt wire{};
  wire.width = format.size.width;
  wire.height = format.size.height;
  wire.code = format.code;
  wire.field = format.field;
  wire.colorspace = format.colorimetry.colorspace;
  wire.xfer_func = static_cast<std::uint16_t>(format.colorimetry.transfer);
  wire.ycbcr_enc = static_cast<std::uint16_t>(format.colorimetry.encoding);
  wire.quantization = static_cast<std::uint16_t>(format.colorimetry.quantization);
  return wire;
}

PadFormat from_wire(const v4l2_mbus_framefmt& wire) {
  return {.code = wire.code,
          .size = {.width = wire.width, .height = wire.height},
          .field = wire.field,
          .colorimetry = {.colorspace = wire.colorspace,
                          .transfer = wire.xfer_func,
                          .encoding = wire.ycbcr_enc,
                          .quantization = wire.quantization}};
}

// ---- the graph ----------------------------------------------------------------------------------

std::optional<std::size_t> MediaGraph::sender() const {
  for (const auto& link : links)
    if (link.enabled && pads[link.sink].entity == node) return link.source;
  return std::nullopt;
}

std::optional<PadFormat> MediaGraph::delivered() const {
  const auto from = sender();
  return from ? pads[*from].format : std::nullopt;
}

std::vector<bool> MediaGraph::pipeline() const {
  std::vector<bool> within(entities.size());
  within[node] = true;
  for (bool grows = true; grows;) {
    grows = false;
    for (const auto& link : links) {
      const auto source = pads[link.source].entity;
      const auto sink = pads[link.sink].entity;
      if (!link.enabled || within[source] == within[sink]) continue;
      within[source] = within[sink] = true;
      grows = true;
    }
  }
  return within;
}

bool MediaGraph::chained() const {
  std::vector<bool> takes(entities.size());
  for (const auto& pad : pads)
    if (pad.sink) takes[pad.entity] = true;
  // A video node without sinks is no source of pictures: it may bring an image processor its
  // parameters. It counts where the graph has no other source.
  const auto sends_pictures = [&](std::size_t entity) {
    return !takes[entity] && !entities[entity].video;
  };
  bool has_source{};
  for (const auto& link : links)
    has_source = has_source || sends_pictures(pads[link.source].entity);
  const auto up = upstream();
  for (std::size_t entity = 0; entity < entities.size(); ++entity)
    if (entity != node && up[entity] && (has_source ? sends_pictures(entity) : !takes[entity]))
      return true;
  return false;
}

std::vector<bool> MediaGraph::upstream() const {
  std::vector<bool> within(entities.size());
  within[node] = true;
  for (bool grows = true; grows;) {
    grows = false;
    for (const auto& link : links) {
      const auto source = pads[link.source].entity;
      if (!link.enabled || !within[pads[link.sink].entity] || within[source]) continue;
      within[source] = grows = true;
    }
  }
  return within;
}

std::optional<Disagreement> disagreement(const PadFormat& source, const PadFormat& sink) {
  const Disagreement found{.code = source.code != sink.code,
                           .size = source.size != sink.size,
                           .field = source.field != sink.field && sink.field != V4L2_FIELD_NONE};
  if (!found.code && !found.size && !found.field) return std::nullopt;
  return found;
}

namespace {

std::optional<Disagreement> disagreement(const PadFormat& source, const NodeFormat& sink,
                                         bool own_is_open) {
  const Disagreement found{
      .code =
          sink.impossible || (!own_is_open && !sink.possible.empty() &&
                              std::ranges::find(sink.possible, sink.fourcc) == sink.possible.end()),
      .size = !own_is_open && source.size != sink.size,
      .field = !own_is_open && source.field != sink.field && sink.field != V4L2_FIELD_NONE};
  if (!found.code && !found.size && !found.field) return std::nullopt;
  return found;
}

}  // namespace

Verdict judge(const MediaGraph& graph, OwnFormat own) {
  Verdict verdict{.chained = graph.chained(), .unconnected = {}, .disagreements = {}};
  const auto within = graph.pipeline();
  std::vector<bool> connected(graph.pads.size());
  for (std::size_t i = 0; i < graph.links.size(); ++i) {
    const auto& link = graph.links[i];
    if (!link.enabled) continue;
    connected[link.source] = connected[link.sink] = true;
    const auto& source = graph.pads[link.source];
    const auto& sink = graph.pads[link.sink];
    if (!within[source.entity] || !source.format) continue;
    auto found = std::optional<Disagreement>{};
    if (sink.format)
      found = disagreement(*source.format, *sink.format);
    else if (sink.captures)
      found = disagreement(*source.format, *sink.captures,
                           own == OwnFormat::open && sink.entity == graph.node);
    if (!found) continue;
    found->link = i;
    verdict.disagreements.push_back(*found);
  }
  for (std::size_t pad = 0; pad < graph.pads.size(); ++pad)
    if (graph.pads[pad].must_connect && within[graph.pads[pad].entity] && !connected[pad])
      verdict.unconnected.push_back(pad);
  return verdict;
}

// ---- in words -----------------------------------------------------------------------------------

namespace {

std::string name_of(const MediaGraph::Entity& entity) {
  const auto name = entity.name.empty() ? "entity " + std::to_string(entity.id) : entity.name;
  return entity.video && !entity.path.empty() ? name + " (" + entity.path + ")" : name;
}

std::string size_text(Size size) {
  return std::to_string(size.width) + "x" + std::to_string(size.height);
}

}  // namespace

std::string describe(const MediaGraph& graph, const Disagreement& disagreement) {
  const auto& link = graph.links[disagreement.link];
  const auto& source = graph.pads[link.source];
  const auto& sink = graph.pads[link.sink];
  if (!source.format) return {};
  auto text = name_of(graph.entity_of(link.source)) + " gives " + code_name(source.format->code) +
              " " + size_text(source.format->size);
  if (disagreement.field) text += " field " + field_name(source.format->field);
  text += ", " + name_of(graph.entity_of(link.sink));
  if (sink.captures && sink.captures->impossible) return text + " has no format for it";
  text += " takes";
  if (disagreement.code)
    text += " " + (sink.captures ? sink.captures->fourcc.to_string()
                                 : code_name(sink.format ? sink.format->code : 0));
  const auto size = sink.captures ? sink.captures->size : sink.format ? sink.format->size : Size{};
  const auto field = sink.captures ? sink.captures->field : sink.format ? sink.format->field : 0;
  if (disagreement.size) text += " " + size_text(size);
  if (disagreement.field) text += " field " + field_name(field);
  return text;
}

std::vector<std::string> describe(const MediaGraph& graph, const Verdict& verdict) {
  std::vector<std::string> all;
  if (!verdict.chained)
    all.push_back("no chain of enabled links leads from a source to " +
                  name_of(graph.entities[graph.node]));
  for (const auto pad : verdict.unconnected)
    all.push_back("pad " + std::to_string(graph.pads[pad].index) + " of " +
                  name_of(graph.entity_of(pad)) + " has no enabled link");
  for (const auto& one : verdict.disagreements)
    all.push_back(describe(graph, one));
  return all;
}

}  // namespace v4l2
