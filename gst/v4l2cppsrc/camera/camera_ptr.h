#pragma once

#include <memory>

namespace v4l2gst {

struct Camera;

/// The deleter closes the device.
struct CloseCamera {
  void operator()(Camera* camera) const;
};

/// An open camera, for a type that owns it without looking into it.
using CameraPtr = std::unique_ptr<Camera, CloseCamera>;

}  // namespace v4l2gst
