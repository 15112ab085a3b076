#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "device/media_graph.h"

namespace v4l2 {

class Node;

/// The format that a video node is to be set to.
struct Target {
  Fourcc fourcc;
  Size size;                                 ///< of a field, if fields alternate
  std::optional<std::uint32_t> field{};      ///< nullopt: any
  std::optional<Colorimetry> colorimetry{};  ///< parts of 0 are open
};

/// The source that the pictures may come from.
enum class Sources {
  current,  ///< the one from which enabled links lead now
  other,    ///< another one, to which links are switched
};

/// Returns the commands that set up a graph so that `node` streams. With a `target`, the node gets
/// that format. Each command is a line for a shell, to be run in order: `media-ctl -d /dev/media0
/// …`, and for other video nodes of the same pipeline `v4l2-ctl -d /dev/video1 …`. Empty if no
/// commands were found.
///
/// `graph` is that of `node`, read with Extent::all. Each command is tried on its subdevices with
/// V4L2_SUBDEV_FORMAT_TRY, which leaves the device as it is.
std::vector<std::string> commands_to_set_up(const MediaGraph& graph, const Node& node,
                                            const std::optional<Target>& target, Sources sources);

}  // namespace v4l2
