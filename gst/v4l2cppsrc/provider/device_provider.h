#pragma once

#include <map>
#include <memory>
#include <optional>

#include <gst/gst.h>

#include "provider/node_watch.h"

namespace v4l2gst {

/// Implements GstDeviceProvider's functions. GstDeviceProvider calls them under its start lock, so
/// never two at once.
///
/// It owns the NodeWatch while the provider is started. It makes a GstDevice of each listed node.
class DeviceProvider {
public:
  explicit DeviceProvider(GstDeviceProvider* provider);

  /// Sets how nodes are watched, for tests. Before the provider is started.
  void set_up(NodeWatch::Setup setup) { setup_ = std::move(setup); }

  /// Lists the devices once. The caller owns the list and its references.
  [[nodiscard]] GList* probe();

  /// Begins to follow the devices. Returns false if there can be no more threads.
  bool start();
  void stop();

private:
  void hide_others();

  GstDeviceProvider* provider_;
  NodeWatch::Setup setup_;
  std::unique_ptr<NodeWatch> watch_;
};

}  // namespace v4l2gst
