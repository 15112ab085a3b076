#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <linux/v4l2-mediabus.h>

#include "device/format.h"

namespace v4l2 {

/// The format of the frames on a link of a media graph (struct v4l2_mbus_framefmt). Where fields
/// alternate, the size is that of a field.
struct PadFormat {
  std::uint32_t code{};  ///< MEDIA_BUS_FMT_*
  Size size;
  std::uint32_t field{V4L2_FIELD_NONE};
  Colorimetry colorimetry;

  friend bool operator==(const PadFormat&, const PadFormat&) = default;
};

v4l2_mbus_framefmt to_wire(const PadFormat& format);
PadFormat from_wire(const v4l2_mbus_framefmt& wire);

/// The format that a video node at the end of a link is set to.
struct NodeFormat {
  Fourcc fourcc;
  Size size;
  std::uint32_t field{V4L2_FIELD_NONE};
  /// The formats that VIDIOC_ENUM_FMT lists for the code that the link brings. The list is empty if
  /// the driver lists none for any code, or if no link is enabled.
  std::vector<Fourcc> possible;
  /// VIDIOC_ENUM_FMT lists no format for that code, but some for other codes.
  bool impossible{};
};

/// A media graph as data, seen from one of its video nodes. Its parts refer to one another by their
/// place in these lists, which is always valid.
struct MediaGraph {
  struct Entity {
    std::uint32_t id{};
    std::string name;
    std::string path;  ///< of its node under /dev; empty if it has none
    bool video{};      ///< its node is a video node, not that of a subdevice
  };

  struct Pad {
    std::size_t entity{};
    std::uint32_t index{};  ///< within the entity
    bool sink{};
    bool must_connect{};  ///< MEDIA_PAD_FL_MUST_CONNECT
    // The formats are those of the latest read; nullopt if that failed.
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

  /// Returns the pad that sends frames to the node. nullopt if no link to the node is enabled.
  [[nodiscard]] std::optional<std::size_t> sender() const;
  /// Returns the format that this pad sends. nullopt if it is not known.
  [[nodiscard]] std::optional<PadFormat> delivered() const;
  /// Returns which entities enabled links connect with the node, in both directions.
  /// VIDIOC_STREAMON checks the links of all of them.
  [[nodiscard]] std::vector<bool> pipeline() const;
  /// Returns which entities enabled links lead from to the node. The node's own entity is one.
  [[nodiscard]] std::vector<bool> upstream() const;
  /// Returns true if a chain of enabled links leads from an entity without sink pads to the node.
  [[nodiscard]] bool chained() const;
};

/// A link whose two ends have different formats. The flags name the fields that differ.
struct Disagreement {
  std::size_t link{};
  bool code{};
  bool size{};
  bool field{};
};

/// Compares the formats of the two ends of a link. Returns nullopt if they agree. A sink with
/// V4L2_FIELD_NONE takes any field.
std::optional<Disagreement> disagreement(const PadFormat& source, const PadFormat& sink);

/// The faults for which the kernel would refuse VIDIOC_STREAMON.
struct Verdict {
  bool chained{};
  std::vector<std::size_t> unconnected;  ///< pads that must be connected, and are not
  std::vector<Disagreement> disagreements;

  [[nodiscard]] bool set_up() const {
    return chained && unconnected.empty() && disagreements.empty();
  }
};

/// Says if judge() compares the format of the node itself. Before it is set, it is open.
enum class OwnFormat { counts, open };

Verdict judge(const MediaGraph& graph, OwnFormat own);

/// Returns "Sensor A gives SBGGR8_1X8 640x480, Debayer A takes 320x240".
std::string describe(const MediaGraph& graph, const Disagreement& disagreement);
/// Returns the faults, each as a clause for a sentence.
std::vector<std::string> describe(const MediaGraph& graph, const Verdict& verdict);

}  // namespace v4l2
