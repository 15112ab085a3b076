#pragma once

#include <atomic>

#include <gst/gst.h>

#include "kernel/node.h"
#include "kernel/waker.h"

namespace v4l2gst {

/// Requests for a key frame, from any thread to the streaming thread, which passes them on to the
/// encoder of the device before it waits for the next frame.
class KeyFrameRequests {
public:
  explicit KeyFrameRequests(v4l2::Waker& waker) : waker_{waker} {}

  /// Any thread. False where the device is known to have no such control.
  bool add();

  /// Streaming thread: passes on what was asked for. Costs a comparison where nothing was.
  void pass_on(const v4l2::Node& node, GstElement* element);

  /// Another device is open, of which nothing is known yet.
  void device_opened() { supported_ = true; }

private:
  v4l2::Waker& waker_;
  std::atomic<bool> supported_{true};  ///< the device is not known to lack the control
};

}  // namespace v4l2gst
