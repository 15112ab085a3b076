#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "device/media_graph.h"

namespace v4l2 {

class Node;

/// The nodes of a graph's entities, each opened when it is needed first. Formats are tried with
/// V4L2_SUBDEV_FORMAT_TRY, each on a descriptor of this object. The device stays as it is.
class MediaNodes {
public:
  /// `own` is the open node that the graph is seen from. It outlives this object.
  explicit MediaNodes(const Node& own) : own_{own} {}

  /// Tries a format on a pad of a subdevice. Stores in `graph` the formats that the pad and the
  /// source pads of the same entity have then. Returns the pad's format, or nullopt if the driver
  /// refuses.
  std::optional<PadFormat> set(MediaGraph& graph, std::size_t pad, const PadFormat& wanted);

  /// Returns the media bus codes that a subdevice lists for a pad.
  std::vector<std::uint32_t> codes_of(const MediaGraph& graph, std::size_t pad);

  /// Returns the formats that a video node lists for a media bus code. Code 0 stands for all.
  std::vector<Fourcc> formats_of(const MediaGraph& graph, std::size_t entity, std::uint32_t code);

private:
  const Node* node_of(const MediaGraph& graph, std::size_t entity);

  const Node& own_;
  std::map<std::size_t, std::shared_ptr<const Node>> nodes_;  // by entity
};

}  // namespace v4l2
