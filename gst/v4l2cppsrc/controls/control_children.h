#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <gst/gst.h>

#include "controls/control_access.h"
#include "controls/gstv4l2cppcontrol.h"
#include "device/events.h"
#include "kernel/mutex.h"

namespace v4l2gst {

/// Holds the controls of the open device as children of the element (GstChildProxy).
///
/// Owned by the element's C++ part. Any thread. There are no children until somebody asks for one,
/// and nothing is asked of the device till then. A child, once made, lives as long as the element.
/// It stays in the list while the device is away, and stands for the control of the device that
/// comes back. It leaves the list if that device lacks the control.
class ControlChildren {
public:
  ControlChildren(GstObject* parent, ControlAccess& access) : parent_{parent}, access_{access} {}

  ControlChildren(const ControlChildren&) = delete;
  ControlChildren& operator=(const ControlChildren&) = delete;
  ~ControlChildren() = default;

  /// Returns the children that are in the list, in the driver's order. All functions that return
  /// children make them first, if another device is open since they were made. They emit
  /// child-added and child-removed then. The pointers are good as long as the element.
  [[nodiscard]] std::vector<GstV4l2CppControl*> all();

  /// Returns the child of a name that ControlList::find() takes, or null.
  [[nodiscard]] GstV4l2CppControl* find(std::string_view name);

  /// Returns the child of V4L2_CID_* `id`, or null.
  [[nodiscard]] GstV4l2CppControl* find(std::uint32_t id);

  /// Follows the device that was opened. Makes children if there were some before, or if the
  /// element has a handler of child-added. Notifies of the values of those that stay. Call it on
  /// the thread that opened the device, without the lock.
  void device_opened();

  /// Notifies of what has changed: value, flags or range. The caller holds no lock.
  void changed(std::span<const v4l2::ControlChanged> changes);

  /// Notifies of all values. They may be others since the source changed.
  void all_changed();

  /// Sets each child to what its GstControlBindings say about `time`. Streaming thread. Costs one
  /// comparison if there are no children.
  void sync_values(GstClockTime time);

  /// Returns true once a child was made. Any thread.
  [[nodiscard]] bool exist() const { return exist_; }

  /// Takes the element from all children, which are freed unless somebody has a reference.
  void dispose();

private:
  /// The controls of one open device, and their children at the same places.
  struct Listing {
    std::shared_ptr<KnownControls> device;
    std::shared_ptr<const v4l2::ControlList> known{std::make_shared<v4l2::ControlList>()};
    std::vector<GstV4l2CppControl*> children;

    /// Returns the child of one of the known controls. Null for null.
    [[nodiscard]] GstV4l2CppControl* child_of(const v4l2::ControlInfo* control) const;
  };

  [[nodiscard]] std::shared_ptr<const Listing> current() const;
  std::shared_ptr<const Listing> look();
  std::optional<Listing> list(std::shared_ptr<KnownControls> device) REQUIRES(listing_mutex_);
  GstV4l2CppControl* make_child(const v4l2::ControlInfo& control, const Listing& listing)
      REQUIRES(listing_mutex_);
  void emit_difference(const Listing& before, const Listing& now);

  GstObject* parent_;
  ControlAccess& access_;
  std::atomic<bool> exist_{};
  v4l2::Mutex listing_mutex_;  // held while the device is asked; before mutex_
  std::vector<GstV4l2CppControl*> made_ GUARDED_BY(listing_mutex_);
  mutable v4l2::Mutex mutex_;  // never held across a system call
  std::shared_ptr<const Listing> current_ GUARDED_BY(mutex_) = std::make_shared<Listing>();
};

}  // namespace v4l2gst
