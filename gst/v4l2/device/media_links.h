#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "device/media_graph.h"

namespace v4l2 {

/// Collects commands of media-ctl that switch links. Holds the graph as they would leave it. Pure.
class LinkCommands {
public:
  explicit LinkCommands(MediaGraph graph) : graph_{std::move(graph)} {}

  [[nodiscard]] const MediaGraph& graph() const { return graph_; }

  [[nodiscard]] const std::vector<std::string>& commands() const { return commands_; }

  /// Enables a link. Disables the others into its sink, since few sinks take from two sources.
  void enable(std::size_t link);

  /// Enables the links that a stream needs: a chain from a source to the node, and one for each pad
  /// that must be connected. Returns false if the graph has no such links.
  bool enable_missing();

private:
  void set(std::size_t link, bool enabled);

  MediaGraph graph_;
  std::vector<std::string> commands_;
};

/// Returns the disabled links by which a sink upstream of the node would take from another source.
std::vector<std::size_t> switchable_links(const MediaGraph& graph);

/// Returns the entities of the pipeline, each after those that send to it. A circle is left out.
std::vector<std::size_t> downstream_order(const MediaGraph& graph);

}  // namespace v4l2
