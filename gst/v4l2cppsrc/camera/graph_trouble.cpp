#include "camera/graph_trouble.h"

#include "device/device.h"
#include "device/media_mend.h"
#include "device/media_topology.h"
#include "kernel/node.h"
#include "messages/failures.h"

namespace v4l2gst {

GraphTrouble graph_trouble(const v4l2::Node& node, const std::optional<v4l2::Format>& agreed) {
  const auto graph = v4l2::read_media_graph(node, v4l2::Extent::all);
  if (!graph) return {};
  const auto verdict = judge(*graph, agreed ? v4l2::OwnFormat::counts : v4l2::OwnFormat::open);
  if (verdict.set_up()) return {};
  GraphTrouble trouble{.broken = describe(*graph, verdict), .commands = {}};
  if (agreed)
    trouble.commands = commands_to_set_up(
        *graph, node, v4l2::Target{.fourcc = agreed->fourcc, .size = agreed->size},
        v4l2::Sources::current);
  // Another source is the last resort, since it is another camera as a rule.
  for (const auto sources : {v4l2::Sources::current, v4l2::Sources::other})
    if (trouble.commands.empty())
      trouble.commands = commands_to_set_up(*graph, node, std::nullopt, sources);
  return trouble;
}

std::optional<Report> graph_obstacle(const v4l2::Device& device) {
  if (device.capability().kind() != v4l2::NodeKind::capture) return std::nullopt;
  auto trouble = graph_trouble(*device.node(), std::nullopt);
  if (trouble.broken.empty()) return std::nullopt;
  return not_set_up(device.path(), trouble.broken, std::move(trouble.commands));
}

}  // namespace v4l2gst
