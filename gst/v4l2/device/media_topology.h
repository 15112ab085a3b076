#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "device/media_graph.h"

namespace v4l2 {

class Node;

/// The entities whose formats are read. Reading them opens their nodes.
enum class Extent {
  sender,    ///< the entity that sends to the node
  pipeline,  ///< all entities that a stream of the node takes
  all,
};

/// Reads the media graph that an open video node belongs to. Returns nullopt if the node belongs to
/// none, or if /dev/media* may not be read. The graph stays as it is.
std::optional<MediaGraph> read_media_graph(const Node& node, Extent extent);

/// Returns the formats that a video node lists for a media bus code (VIDIOC_ENUM_FMT with the field
/// mbus_code). Code 0 stands for all. Empty if the node lists none.
std::vector<Fourcc> formats_for(const Node& node, std::uint32_t code);

}  // namespace v4l2
