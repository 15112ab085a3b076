#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "device/media_graph.h"

namespace v4l2 {

class Node;

/// Whose formats are read. Reading them opens the nodes of these entities.
enum class Extent {
  sender,    ///< of the entity that sends to the node
  pipeline,  ///< of all that a stream of the node takes
  all,
};

/// Reads the media graph that an open video node belongs to. Nullopt where it belongs to none, or
/// where /dev/media* may not be read. Sets nothing.
std::optional<MediaGraph> read_media_graph(const Node& node, Extent extent);

/// The formats that a video node lists for a media bus code (VIDIOC_ENUM_FMT with the field
/// mbus_code); for `code` 0 all. Empty where the node lists none.
std::vector<Fourcc> formats_for(const Node& node, std::uint32_t code);

}  // namespace v4l2
