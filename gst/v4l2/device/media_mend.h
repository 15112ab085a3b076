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
  Size size;                                 ///< of a field, where fields alternate
  std::optional<std::uint32_t> field{};      ///< else any
  std::optional<Colorimetry> colorimetry{};  ///< parts of 0 are open
};

/// Which source the pictures may come from.
enum class Sources {
  current,  ///< that from which enabled links lead now, if there is one
  other,    ///< another one, to which links are switched
};

/// Returns the commands that set up a graph so that `node` streams, and gets `target` where there
/// is one. Each is a line for a shell, to be run in order: `media-ctl -d /dev/media0 …`, and for
/// other video nodes of the same pipeline `v4l2-ctl -d /dev/video1 …`. Empty where none were found.
///
/// `graph` is that of `node`, read with Extent::all. Each command is tried on its subdevices with
/// V4L2_SUBDEV_FORMAT_TRY, which changes nothing for anybody else.
std::vector<std::string> commands_to_set_up(const MediaGraph& graph, const Node& node,
                                            const std::optional<Target>& target, Sources sources);

}  // namespace v4l2
