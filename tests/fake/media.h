#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <linux/media-bus-format.h>

#include "device/media_graph.h"
#include "fake/camera.h"
#include "fake/faults.h"

namespace fake {

/// The kinds of subdevices are those of vimc. A kind decides on the formats of the pads.
enum class EntityKind {
  sensor,            ///< one source, of any code and size
  debayer,           ///< a sink for Bayer patterns; a source of the same size, which is RGB
  one_code_debayer,  ///< as of Linux 7.2: lists the same, and always sends RGB888_1X24
  scaler,            ///< a sink for RGB; a source of the same code, of any size
  node,              ///< one sink, that of a video node
};

struct ModelEntity {
  std::string name;
  EntityKind kind{};
  std::string path;  ///< of its device node
};

struct ModelLink {
  std::string source;
  std::string sink;  ///< always to its pad 0
  bool enabled{};
  bool immutable{};
};

/// A MediaDevice acts as a driver. It answers for /dev/mediaN and for its subdevices' nodes. At
/// VIDIOC_STREAMON of its video nodes it checks that their pipeline is set up.
class MediaDevice {
public:
  MediaDevice(std::vector<ModelEntity> entities, std::vector<ModelLink> links);

  // Calls of the test.

  /// Attaches the video node at a path. The node streams only where the graph is set up from now
  /// on.
  void attach(const std::string& path, const std::shared_ptr<Camera>& camera);
  /// Runs one line of media-ctl or v4l2-ctl.
  void run(const std::string& command);
  void set_format(const std::string& entity, std::uint32_t pad, const v4l2::PadFormat& format);
  void set_link(const std::string& source, const std::string& sink, bool enabled);
  [[nodiscard]] v4l2::PadFormat format(const std::string& entity, std::uint32_t pad);
  /// Returns all formats and links as text, for comparison.
  [[nodiscard]] std::string state();

  template <class Order>
  void fault(Order order) {
    const std::lock_guard lock{mutex_};
    order(faults_);
  }

  // Calls of the kernel.

  /// An Opener is one open file of a node. It has its own formats of V4L2_SUBDEV_FORMAT_TRY.
  struct Opener {
    std::string path;
    std::vector<v4l2::PadFormat> tried;
  };

  [[nodiscard]] std::vector<std::string> subdevices() const;
  int ioctl(Opener& opener, unsigned long request, void* argument);

private:
  struct Entity {
    ModelEntity is;
    std::vector<v4l2::PadFormat> pads;
    std::uint32_t minor{};
  };

  [[nodiscard]] std::size_t named(const std::string& name) const;
  [[nodiscard]] std::size_t source_pad(std::size_t entity) const;
  int topology(media_v2_topology& wanted) const;
  int subdevice(Opener& opener, unsigned long request, void* argument);
  /// Returns what VIDIOC_STREAMON of the node at `path` finds, with `own` as the node's format.
  int validate(const std::string& path, const v4l2::Format& own);
  [[nodiscard]] bool agrees(const ModelLink& link, const std::string& path,
                            const v4l2::Format& own);

  std::mutex mutex_;
  std::vector<Entity> entities_;
  std::vector<ModelLink> links_;
  std::map<std::string, std::shared_ptr<Camera>> cameras_;
  Faults faults_;
};

/// Returns a node behind a media graph, with the formats of vimc's capture nodes.
Model graph_node(std::string card);

/// Returns vimc's graph in small: "Sensor A" → "Debayer A" → "Scaler" → "RGB Capture" at
/// /dev/video1. The sensor also leads to "Raw Capture" at /dev/video0. As vimc's it is not set up,
/// since the sensor gives RGB888_1X24. A disabled link leads from "RGB Input" to "Scaler".
std::shared_ptr<MediaDevice> small_graph(EntityKind debayer = EntityKind::debayer);

}  // namespace fake
