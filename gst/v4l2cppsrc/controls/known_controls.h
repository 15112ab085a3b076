#pragma once

#include <memory>
#include <utility>

#include "kernel/error.h"
#include "kernel/mutex.h"

namespace v4l2 {
class ControlList;
class Node;
}  // namespace v4l2

namespace v4l2gst {

/// KnownControls lists the controls of an open device, once somebody asks. To list them takes a
/// call for each control, and on USB a transfer. A pipeline that names no control makes none.
///
/// Camera owns it together with the snapshot for applications. Any thread. It keeps no device open.
class KnownControls {
public:
  explicit KnownControls(std::weak_ptr<const v4l2::Node> node) : node_{std::move(node)} {}

  KnownControls(const KnownControls&) = delete;
  KnownControls& operator=(const KnownControls&) = delete;
  ~KnownControls() = default;

  /// Returns the open node; null once the device is closed.
  [[nodiscard]] std::shared_ptr<const v4l2::Node> node() const { return node_.lock(); }

  /// Returns the list. Error: the device is gone, or closed (ENODEV).
  v4l2::Result<std::shared_ptr<const v4l2::ControlList>> list();

private:
  std::weak_ptr<const v4l2::Node> node_;
  v4l2::Mutex mutex_;  // held while the device is asked, so that one thread asks
  std::shared_ptr<const v4l2::ControlList> list_ GUARDED_BY(mutex_);
};

}  // namespace v4l2gst
