#pragma once

#include <optional>
#include <string>
#include <vector>

#include "device/media_graph.h"
#include "kernel/node.h"

namespace v4l2 {

/// What shall reach a video node.
struct Target {
  Fourcc fourcc;
  Size size;                                 ///< of a field, where fields alternate
  std::optional<std::uint32_t> field{};      ///< else any
  std::optional<Colorimetry> colorimetry{};  ///< parts of 0 are open
};

/// From where the pictures may come.
enum class Sources {
  current,  ///< only from where enabled links lead from now, where they lead anywhere
  other,    ///< only from another source, to which links are switched
};

/// The commands, each a line for a shell, that set a graph up so that `node` streams, and where
/// there is a `target` that it gets that: `media-ctl -d /dev/media0 …`, and for other video nodes
/// in the same pipeline `v4l2-ctl -d /dev/video1 …`. Run in order. Empty where no such lines were
/// found.
///
/// `graph` is that of `node`, read with Extent::all. What its subdevices would make of each command
/// is tried with V4L2_SUBDEV_FORMAT_TRY, which sets nothing but descriptors that nobody else has.
std::vector<std::string> commands_to_set_up(const MediaGraph& graph, const Node& node,
                                            const std::optional<Target>& target, Sources sources);

}  // namespace v4l2
