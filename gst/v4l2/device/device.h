#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "device/capability.h"
#include "device/media_graph.h"
#include "kernel/error.h"

namespace v4l2 {

struct IntervalAnswer;
class Kernel;
class Modes;
class Node;

/// An open device: its node, its capability, and negotiation with the driver. Belongs to the
/// streaming context. Closing is destruction; a Modes or a buffer still in use by another thread
/// may keep the node open until it is done.
class Device {
public:
  /// Opens and identifies. Any V4L2 node will do: what kind it is, is for the caller to judge.
  /// Error: that of open(), or VIDIOC_QUERYCAP's ENOTTY for what is no V4L2 device.
  static Result<Device> open(Kernel& kernel, const std::string& path);

  [[nodiscard]] const Capability& capability() const { return capability_; }

  [[nodiscard]] BufferType buffer_type() const { return capability_.buffer_type(); }

  [[nodiscard]] const std::shared_ptr<const Node>& node() const { return node_; }

  [[nodiscard]] const std::string& path() const;

  [[nodiscard]] const std::shared_ptr<Modes>& modes() const { return modes_; }

  /// False where a buffer that is on loan may be filled all the same.
  [[nodiscard]] bool reserves_buffers() const { return reserves_buffers_; }

  /// It was seen to fill a buffer that was on loan.
  void has_overwritten() { reserves_buffers_ = false; }

  /// Lets another descriptor of this process capture, by read(). v4l2loopback since 0.13 reserves
  /// that right to the descriptor which called VIDIOC_S_FMT or VIDIOC_REQBUFS first, and
  /// VIDIOC_REQBUFS(0) gives it up. Makes no call on any other driver. Older v4l2loopbacks reserve
  /// nothing, so their answer is ignored.
  void release_format() const;

  /// Forgets what it offers, which its source has changed.
  void renew_modes();

  /// Of a node behind a media graph: the graph as it was when it was looked at last. Nothing where
  /// there is none or it may not be read.
  [[nodiscard]] const std::optional<MediaGraph>& graph() const { return graph_; }

  /// What the graph sends to the node, where that is known. Then it has no other modes.
  [[nodiscard]] std::optional<PadFormat> delivered() const {
    return graph_ ? graph_->delivered() : std::nullopt;
  }

  /// Whether it captures as things are: not a node of another kind, nor one whose graph is known
  /// not to be set up.
  [[nodiscard]] bool captures_now() const;

  /// Looks at its graph again, which its user may have set up otherwise. True where what it sends
  /// has changed, and with it the modes.
  bool look_at_graph();

  /// What the device is set to.
  [[nodiscard]] Result<Format> format() const;
  /// True for what has no format yet, such as a loopback device without a producer: VIDIOC_G_FMT
  /// says EINVAL, and VIDIOC_ENUM_FMT lists nothing.
  [[nodiscard]] bool lacks_format() const;
  /// Asks for `wanted` and returns what the driver made of it. Error EBUSY while buffers are
  /// allocated, here or in another program.
  [[nodiscard]] Result<Format> set_format(const Format& wanted) const;
  /// Asks for a frame interval, and leaves what else VIDIOC_G_PARM tells as it is: some drivers
  /// choose the sensor's mode by v4l2_captureparm.capturemode (atomisp, mxc). Where it can't be set
  /// (no VIDIOC_S_PARM, no V4L2_CAP_TIMEPERFRAME, EINVAL) the answer is what VIDIOC_G_PARM tells.
  [[nodiscard]] Result<IntervalAnswer> set_interval(Interval wanted) const;
  /// False when the driver certainly exports no buffers (VIDIOC_EXPBUF), whoever owns them now.
  [[nodiscard]] bool may_export() const;
  /// The interval in use; unknown where the driver does not say.
  [[nodiscard]] Result<Interval> interval() const;

private:
  Device(std::shared_ptr<const Node> node, const Capability& capability);

  std::shared_ptr<const Node> node_;
  Capability capability_;
  bool reserves_buffers_;
  std::optional<MediaGraph> graph_;
  std::shared_ptr<Modes> modes_;
};

/// The nodes under /dev that may be capture devices, in the order of their numbers.
std::vector<std::string> video_nodes(Kernel& kernel);

}  // namespace v4l2
