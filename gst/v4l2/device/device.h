#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "device/capability.h"
#include "device/media_graph.h"
#include "kernel/error.h"

namespace v4l2 {

struct IntervalAnswer;
class Kernel;
class Modes;
class Node;

/// An open device: its node, its capability, and negotiation with the driver. It belongs to the
/// streaming context. The destructor closes the node. A Modes or a buffer that another thread still
/// uses keeps the node open until that thread is done.
class Device {
public:
  /// Opens any V4L2 node. The caller judges its kind. Error: that of open(), or ENOTTY of
  /// VIDIOC_QUERYCAP if the node is no V4L2 device.
  static Result<Device> open(Kernel& kernel, const std::string& path);

  /// Uses a node that is open already, by a copy of its descriptor. Error: as Node::copy_of(), or
  /// that of VIDIOC_QUERYCAP.
  static Result<Device> of_descriptor(Kernel& kernel, int descriptor);

  [[nodiscard]] const Capability& capability() const { return capability_; }

  [[nodiscard]] BufferType buffer_type() const { return capability_.buffer_type(); }

  [[nodiscard]] const std::shared_ptr<const Node>& node() const { return node_; }

  [[nodiscard]] const std::string& path() const;

  [[nodiscard]] const std::shared_ptr<Modes>& modes() const { return modes_; }

  /// Returns false if the driver may fill a buffer that is on loan.
  [[nodiscard]] bool reserves_buffers() const { return reserves_buffers_; }

  /// Notes that the driver was seen to fill a buffer on loan.
  void has_overwritten() { reserves_buffers_ = false; }

  /// Lets another descriptor of this process capture, by read(). v4l2loopback since 0.13 reserves
  /// that right to the descriptor which called VIDIOC_S_FMT or VIDIOC_REQBUFS first, and
  /// VIDIOC_REQBUFS(0) gives it up. Makes no call on any other driver. Older v4l2loopbacks reserve
  /// nothing, so their answer is ignored.
  void release_format() const;

  /// Forgets the modes, since the source has changed.
  void renew_modes();

  /// Returns the media graph as of the latest read. nullopt if the node is behind none, or if the
  /// graph may not be read.
  [[nodiscard]] const std::optional<MediaGraph>& graph() const { return graph_; }

  /// Returns the format that the graph sends to the node. The node has no other modes then. nullopt
  /// if it is not known.
  [[nodiscard]] std::optional<PadFormat> delivered() const {
    return graph_ ? graph_->delivered() : std::nullopt;
  }

  /// Returns true if the node can capture now. A node of another kind can't, nor can one whose
  /// graph is known not to be set up.
  [[nodiscard]] bool captures_now() const;

  /// Reads the graph again, since its user may have set it up otherwise. Returns true if the format
  /// that it sends has changed. The modes have changed too then.
  bool look_at_graph();

  /// Returns the format that is set (VIDIOC_G_FMT).
  [[nodiscard]] Result<Format> format() const;
  /// Returns true if the device has no format yet, such as a loopback device without a producer.
  /// VIDIOC_G_FMT returns EINVAL then, and VIDIOC_ENUM_FMT lists no format.
  [[nodiscard]] bool lacks_format() const;
  /// Asks for `wanted`, and returns the format that the driver has set. Error EBUSY while buffers
  /// are allocated, here or in another program.
  [[nodiscard]] Result<Format> set_format(const Format& wanted) const;
  /// Asks for a frame interval. The other parameters stay as VIDIOC_G_PARM returns them, since some
  /// drivers choose the sensor's mode by v4l2_captureparm.capturemode (atomisp, mxc). Returns the
  /// interval of VIDIOC_G_PARM if none can be set (no VIDIOC_S_PARM, no V4L2_CAP_TIMEPERFRAME,
  /// EINVAL).
  [[nodiscard]] Result<IntervalAnswer> set_interval(Interval wanted) const;
  /// Returns false if the driver is known to export no buffers (VIDIOC_EXPBUF).
  [[nodiscard]] bool may_export() const;
  /// Returns the interval that is set. It is not known() if the driver does not say.
  [[nodiscard]] Result<Interval> interval() const;

private:
  static Result<Device> identify(Result<std::shared_ptr<const Node>> node);

  Device(std::shared_ptr<const Node> node, const Capability& capability);

  std::shared_ptr<const Node> node_;
  Capability capability_;
  bool reserves_buffers_;
  std::optional<MediaGraph> graph_;
  std::shared_ptr<Modes> modes_;
};

/// Returns the numbers of the character device that is open, "81:3". Empty without /proc, or if it
/// is none.
std::string number_of_descriptor(Kernel& kernel, int descriptor);

/// Returns the path under /dev of a node that is open; "descriptor 5" if it has none here.
std::string name_of_descriptor(Kernel& kernel, int descriptor);

/// Returns 3 of "video3"; nullopt for a name that is none of a video node.
std::optional<unsigned> node_number(std::string_view name);

/// Returns the nodes under /dev that may be capture devices, in the order of their numbers.
std::vector<std::string> video_nodes(Kernel& kernel);

}  // namespace v4l2
