#include "element/control_interfaces.h"

#include <utility>

#include <linux/videodev2.h>

#include "common/handles.h"
#include "common/log.h"
#include "controls/direction.h"
#include "controls/known_controls.h"
#include "kernel/node.h"
#include "messages/control_failures.h"
#include "messages/messages.h"

namespace v4l2gst {

// ---- ControlAccess ------------------------------------------------------------------------------

std::shared_ptr<KnownControls> ControlInterfaces::device() const {
  return info_.device_info().controls;
}

void ControlInterfaces::wish(std::string_view source, std::vector<v4l2::ControlWish> wishes) {
  // A GstController wishes anew with each frame. What fails is reported once.
  if (syncing()) source = ControlWishes::controller;
  wishes_.change([&](ControlWishes& all) {
    for (auto& wish : wishes)
      all.add(source, std::move(wish));
  });
  if (gathering_.load() != std::this_thread::get_id()) apply_();
}

// ---- orientation --------------------------------------------------------------------------------

std::optional<bool> ControlInterfaces::is_on(std::uint32_t id) {
  auto* const child = children_.find(id);
  const auto value = child != nullptr ? gst_v4l2_cpp_control_read(child) : std::nullopt;
  const auto* const number = value ? std::get_if<std::int64_t>(&*value) : nullptr;
  return number != nullptr ? std::optional{*number != 0} : std::nullopt;
}

bool ControlInterfaces::turn(std::uint32_t id, bool on) {
  auto* const child = children_.find(id);
  if (child == nullptr) return false;
  wish("video-orientation",
       {{.name = gst_v4l2_cpp_control_info(child).key, .value = std::int64_t{on}}});
  return true;
}

void ControlInterfaces::set_direction(GstVideoOrientationMethod direction) {
  direction_ = direction;
  if (device()) turn_picture();
}

GstVideoOrientationMethod ControlInterfaces::direction() const {
  const auto set = direction_.load();
  return set < 0 ? GST_VIDEO_ORIENTATION_IDENTITY : static_cast<GstVideoOrientationMethod>(set);
}

/// Wishes for what turns the picture of the open device as video-direction says. Another device may
/// take other controls, so these wishes replace those for the one before.
void ControlInterfaces::turn_picture() {
  constexpr std::string_view source{"video-direction"};
  const Turners turners{.flip_x = children_.find(std::uint32_t{V4L2_CID_HFLIP}) != nullptr,
                        .flip_y = children_.find(std::uint32_t{V4L2_CID_VFLIP}) != nullptr,
                        .rotate = children_.find(std::uint32_t{V4L2_CID_ROTATE}) != nullptr};
  auto wishes = wishes_for(direction(), turners);
  wishes_.change([&](ControlWishes& all) { all.forget(source); });
  if (!wishes) return warn(element_, no_diagonal(info_.device_info().device));
  if (!wishes->empty()) wish(source, *std::move(wishes));
}

/// Sends the tag image-orientation for a camera that is mounted askew. It goes downstream before
/// the frame that comes next.
void ControlInterfaces::send_orientation() {
  const auto known = device();
  const auto open = known ? known->node() : nullptr;
  if (!open) return;
  v4l2::ControlInfo rotation;
  rotation.id = V4L2_CID_CAMERA_SENSOR_ROTATION;
  rotation.type = V4L2_CTRL_TYPE_INTEGER;
  const auto read = v4l2::read_value(*open, rotation).value_or(std::nullopt);
  if (!read) return;
  const auto* const degrees = std::get_if<std::int64_t>(&*read);
  const auto tag = degrees != nullptr ? orientation_tag(*degrees) : std::nullopt;
  if (!tag) return;
  GST_INFO_OBJECT(element_, "the camera is mounted askew by %" G_GINT64_FORMAT " degrees: %s",
                  gint64{*degrees}, *tag);
  auto* const tags = gst_tag_list_new(GST_TAG_IMAGE_ORIENTATION, *tag, nullptr);
  // GstBaseSrc sends it in its place, after the segment.
  GST_ELEMENT_GET_CLASS(element_)->send_event(element_, gst_event_new_tag(tags));
}

// ---- what the element tells ---------------------------------------------------------------------

void ControlInterfaces::tell(const ControlNews& news) {
  auto* const balance = GST_COLOR_BALANCE(element_);
  if (news.opened) {
    tag_due_ = true;
    const auto newest = wishes_.newest();
    gathering_ = std::this_thread::get_id();
    children_.device_opened();
    if (direction_ >= 0) turn_picture();
    gathering_ = std::thread::id{};
    if (wishes_.newest() != newest) apply_();
  }
  if (news.opened || news.all) color_balance_.all_changed(balance);
  if (news.all) children_.all_changed();
  if (news.changed.empty()) return;
  children_.changed(news.changed);
  color_balance_.changed(balance, news.changed);
}

void ControlInterfaces::on_frame(GstClockTime duration) {
  if (tag_due_ && tag_due_.exchange(false)) send_orientation();
  constexpr GstClockTime unknown = GST_SECOND / 30;  // the rate varies
  time_ += GST_CLOCK_TIME_IS_VALID(duration) ? duration : unknown;
  sync_values(time_);
}

void ControlInterfaces::sync_values(GstClockTime time) {
  const bool bound = gst_object_has_active_control_bindings(GST_OBJECT_CAST(element_)) != FALSE;
  if (!bound && !children_.exist()) return;
  syncing_ = std::this_thread::get_id();
  if (bound) gst_object_sync_values(GST_OBJECT_CAST(element_), time);
  children_.sync_values(time);
  syncing_ = std::thread::id{};
}

}  // namespace v4l2gst
