#pragma once

#include <optional>
#include <string>
#include <vector>

#include "device/media_graph.h"
#include "messages/report.h"

namespace v4l2gst {

/// What is wrong in the media graph in front of a node, and what mends it.
struct GraphTrouble {
  std::vector<std::string> broken;    ///< each a clause; empty where it is set up, or not known
  std::vector<std::string> commands;  ///< for a shell
};

/// `agreed`: what the node is set to and should get, if that can be; nothing where it is not set
/// yet.
GraphTrouble graph_trouble(const v4l2::Node& node, const std::optional<v4l2::Format>& agreed);

/// Why a device that captures does not do so now; nothing where it does.
std::optional<Report> graph_obstacle(const v4l2::Device& device);

}  // namespace v4l2gst
