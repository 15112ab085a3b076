#pragma once

#include <memory>

namespace v4l2 {
class Device;
class Node;
}  // namespace v4l2

namespace v4l2gst {

struct Camera;

/// The deleter closes the device.
struct CloseCamera {
  void operator()(Camera* camera) const;
};

/// An open camera, for a type that owns it without looking into it.
using CameraPtr = std::unique_ptr<Camera, CloseCamera>;

const v4l2::Device& device_of(const Camera& camera);

/// Returns the open node. The descriptor stays open as long as somebody holds the node.
std::shared_ptr<const v4l2::Node> node_of(const Camera& camera);

/// Returns the descriptor of the open node.
int descriptor_of(const Camera& camera);

/// Forgets the modes of the camera, since its source has changed.
void forget_modes(Camera& camera);

}  // namespace v4l2gst
