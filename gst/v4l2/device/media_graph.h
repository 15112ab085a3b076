#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <linux/v4l2-mediabus.h>

#include "device/format.h"
#include "kernel/error.h"

namespace v4l2 {

class Node;

/// What goes over a link of a media graph (struct v4l2_mbus_framefmt). The size is that of a field
/// where fields alternate.
struct PadFormat {
  std::uint32_t code{};  ///< MEDIA_BUS_FMT_*
  Size size;
  std::uint32_t field{V4L2_FIELD_NONE};
  Colorimetry colorimetry;

  friend bool operator==(const PadFormat&, const PadFormat&) = default;
};

v4l2_mbus_framefmt to_wire(const PadFormat& format);
PadFormat from_wire(const v4l2_mbus_framefmt& wire);

/// What a video node is set to, at the end of a link.
struct NodeFormat {
  Fourcc fourcc;
  Size size;
  std::uint32_t field{V4L2_FIELD_NONE};
  /// What VIDIOC_ENUM_FMT lists for the code that its link brings. Empty where the driver lists
  /// nothing for any code, or where no link is enabled.
  std::vector<Fourcc> possible;
  /// VIDIOC_ENUM_FMT lists nothing for that code, but it does for others.
  bool impossible{};
};

/// A media graph as data, seen from one of its video nodes. Its parts refer to one another by
/// their place in these lists, which is always a valid one.
struct MediaGraph {
  struct Entity {
    std::uint32_t id{};
    std::string name;
    std::string path;  ///< of its node under /dev; empty where it has none that is there
    bool video{};      ///< that is a video node, and not one of a subdevice
  };

  struct Pad {
    std::size_t entity{};
    std::uint32_t index{};  ///< within the entity
    bool sink{};
    bool must_connect{};  ///< MEDIA_PAD_FL_MUST_CONNECT
    // As it was when the graph was read. Nothing where it could not be read.
    std::optional<PadFormat> format{};     ///< of a subdevice
    std::optional<NodeFormat> captures{};  ///< of a video node
  };

  /// A data link.
  struct Link {
    std::size_t source{};  ///< a pad
    std::size_t sink{};
    bool enabled{};
    bool immutable{};
  };

  std::string path;  ///< "/dev/media0"
  std::vector<Entity> entities;
  std::vector<Pad> pads;
  std::vector<Link> links;
  std::size_t node{};  ///< the entity of the node that it is seen from

  [[nodiscard]] const Entity& entity_of(std::size_t pad) const {
    return entities[pads[pad].entity];
  }

  /// The pad that sends its frames to the node: nothing where no link to it is enabled.
  [[nodiscard]] std::optional<std::size_t> sender() const;
  /// What that pad sends; nothing where it is not known.
  [[nodiscard]] std::optional<PadFormat> delivered() const;
  /// The entities of the pipeline that a stream of the node belongs to: all that enabled links
  /// connect. Those that the node can't know are among them: STREAMON checks the links of all.
  [[nodiscard]] std::vector<bool> pipeline() const;
  /// The node's entity, and those from which enabled links lead to it.
  [[nodiscard]] std::vector<bool> upstream() const;
  /// Whether a chain of enabled links leads from the node to an entity without sink pads.
  [[nodiscard]] bool chained() const;
};

/// A link whose ends disagree, and in what.
struct Disagreement {
  std::size_t link{};
  bool code{};
  bool size{};
  bool field{};
};

/// What of these two ends disagrees, if anything. A sink of V4L2_FIELD_NONE takes any field.
std::optional<Disagreement> disagreement(const PadFormat& source, const PadFormat& sink);

/// What the kernel would say of the graph at VIDIOC_STREAMON.
struct Verdict {
  bool chained{};
  std::vector<std::size_t> unconnected;  ///< pads that must be connected, and are not
  std::vector<Disagreement> disagreements;

  [[nodiscard]] bool set_up() const {
    return chained && unconnected.empty() && disagreements.empty();
  }
};

/// Whether the own node's format counts too: before it is set it does not.
enum class OwnFormat { counts, open };

Verdict judge(const MediaGraph& graph, OwnFormat own);

/// "Sensor A gives SBGGR8_1X8 640x480, Debayer A takes 320x240".
std::string describe(const MediaGraph& graph, const Disagreement& disagreement);
/// All that is wrong, each as a clause for a sentence.
std::vector<std::string> describe(const MediaGraph& graph, const Verdict& verdict);

/// Whose formats are asked for, which takes opening their nodes.
enum class Extent {
  sender,    ///< only of what sends to the node
  pipeline,  ///< all that a stream of the node takes
  all,
};

/// The graph that an open video node belongs to. Nothing where it belongs to none, or where
/// /dev/media* may not be read. Changes nothing.
std::optional<MediaGraph> read_media_graph(const Node& node, Extent extent);

/// The formats that a video node lists for a media bus code (VIDIOC_ENUM_FMT with the
/// field mbus_code); for `code` 0 all. Empty where the node lists none.
std::vector<Fourcc> formats_for(const Node& node, std::uint32_t code);

}  // namespace v4l2
