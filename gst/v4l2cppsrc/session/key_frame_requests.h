#pragma once

#include <atomic>

#include <gst/gst.h>

namespace v4l2 {
class Waker;
}

namespace v4l2gst {

struct Camera;

/// Passes requests for a key frame from any thread to the device's encoder. The streaming thread
/// makes the call, before it waits for the next frame.
class KeyFrameRequests {
public:
  explicit KeyFrameRequests(v4l2::Waker& waker) : waker_{waker} {}

  /// Adds a request. Any thread. Returns false if the device is known to lack the control.
  bool add();

  /// Passes a request on to the device. Streaming thread. Costs one comparison if there is none.
  void pass_on(const Camera& camera, GstElement* element);

  /// Forgets that the control was missing, since another device is open.
  void device_opened() { supported_ = true; }

private:
  v4l2::Waker& waker_;
  std::atomic<bool> supported_{true};  ///< false once the device is known to lack the control
};

}  // namespace v4l2gst
