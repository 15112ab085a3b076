#pragma once

#include <optional>
#include <string>
#include <vector>

#include "messages/report.h"

namespace v4l2 {
class Device;
class Node;
struct Format;
}  // namespace v4l2

namespace v4l2gst {

/// The faults of the media graph before a node, and commands that correct them.
struct GraphTrouble {
  std::vector<std::string> broken;    ///< each a clause; empty if the graph is set up, or not known
  std::vector<std::string> commands;  ///< lines for a shell, in order
};

/// Returns the faults of the media graph before `node`. `agreed` is the format that the node is set
/// to. The commands deliver that format if they can. nullopt means that the node is not set yet.
GraphTrouble graph_trouble(const v4l2::Node& node, const std::optional<v4l2::Format>& agreed);

/// Returns why a capture device does not capture now. Returns nullopt if it does.
std::optional<Report> graph_obstacle(const v4l2::Device& device);

}  // namespace v4l2gst
