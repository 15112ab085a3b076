#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include <gst/gst.h>
#include <gst/video/video.h>

#include "controls/color_balance.h"
#include "controls/control_access.h"
#include "controls/control_children.h"
#include "controls/shared_wishes.h"
#include "session/shared_info.h"

namespace v4l2gst {

struct ControlNews;

/// The controls of the open device as GStreamer's interfaces show them: GstChildProxy,
/// GstColorBalance, GstVideoOrientation and GstVideoDirection.
///
/// Source owns it. Any thread calls it, and holds no lock. It knows the device only by its
/// KnownControls. What an application sets becomes a wish in SharedWishes, and `apply` is called.
class ControlInterfaces final : public ControlAccess {
public:
  ControlInterfaces(GstElement* element, const SharedInfo& info, SharedWishes& wishes,
                    std::function<void()> apply)
      : element_{element}, info_{info}, wishes_{wishes}, apply_{std::move(apply)} {}

  // ---- ControlAccess ----
  [[nodiscard]] std::shared_ptr<KnownControls> device() const override;
  void wish(std::string_view source, std::vector<v4l2::ControlWish> wishes) override;

  // ---- the interfaces ----
  [[nodiscard]] ControlChildren& children() { return children_; }

  [[nodiscard]] ColorBalance& color_balance() { return color_balance_; }

  /// Returns whether a control that is a boolean, such as V4L2_CID_HFLIP, is on. nullopt if the
  /// open device has no such control.
  [[nodiscard]] std::optional<bool> is_on(std::uint32_t id);

  /// Wishes for a boolean control. Returns false if the open device has no such control.
  bool turn(std::uint32_t id, bool on);

  /// Sets the property video-direction. A device that is opened later is turned as well.
  void set_direction(GstVideoOrientationMethod direction);

  /// Returns the latest direction that was set; identity before.
  [[nodiscard]] GstVideoOrientationMethod direction() const;

  // ---- what the element tells ----

  /// Passes on what became of the device's controls. Emits and notifies.
  void tell(const ControlNews& news);

  /// Makes the tag image-orientation due before the next frame. READY→PAUSED.
  void run_began() {
    tag_due_ = true;
    time_ = 0;
  }

  /// Sets what a GstController binds to its value at 0, as long as no frame has come. Streaming
  /// thread, before each wait for a frame.
  void before_frame() {
    if (time_ == 0) sync_values(0);
  }

  /// Sets what a GstController binds, of the element and its children, and sends the tag if it is
  /// due. The controller's time grows by the duration of each frame, as with v4l2src. So no value
  /// is left out if frames are late or lost. Streaming thread, with each frame. Costs one
  /// lock of the object and three comparisons if nothing is bound.
  void on_frame(GstClockTime duration);

  /// Returns true on the streaming thread while a GstController sets properties.
  [[nodiscard]] bool syncing() const { return syncing_.load() == std::this_thread::get_id(); }

  /// Takes the element from its children. It is about to be freed.
  void dispose() { children_.dispose(); }

private:
  void turn_picture();
  void send_orientation();
  void sync_values(GstClockTime time);

  GstElement* element_;
  const SharedInfo& info_;
  SharedWishes& wishes_;
  std::function<void()> apply_;
  std::atomic<std::thread::id> syncing_{};  // the thread that sets what a GstController binds
  // The thread that emits "child-added". Its wishes are applied together, since gst-launch-1.0 sets
  // the children in the reverse order of its line: an exposure before the mode that allows it.
  std::atomic<std::thread::id> gathering_{};
  GstClockTime time_{};  // of a GstController: the duration of all frames of the run
  std::atomic<bool> tag_due_{};
  std::atomic<int> direction_{-1};  // -1 until it is set
  ControlChildren children_{GST_OBJECT_CAST(element_), *this};
  ColorBalance color_balance_{children_, *this};
};

}  // namespace v4l2gst
