#include "controls/control_children.h"

#include <algorithm>
#include <utility>

#include <linux/videodev2.h>

#include "common/log.h"
#include "controls/known_controls.h"
#include "kernel/node.h"

namespace v4l2gst {
namespace {

constexpr std::uint32_t everything =
    V4L2_EVENT_CTRL_CH_VALUE | V4L2_EVENT_CTRL_CH_FLAGS | V4L2_EVENT_CTRL_CH_RANGE;

bool has(const std::vector<GstV4l2CppControl*>& children, const GstV4l2CppControl* child) {
  return std::ranges::find(children, child) != children.end();
}

/// Returns true if somebody waits for children, as gst-launch-1.0 does.
bool is_awaited(GstObject* parent) {
  static const guint signal = g_signal_lookup("child-added", GST_TYPE_CHILD_PROXY);
  return g_signal_has_handler_pending(parent, signal, 0, TRUE) != FALSE;
}

}  // namespace

GstV4l2CppControl* ControlChildren::Listing::child_of(const v4l2::ControlInfo* control) const {
  if (control == nullptr) return nullptr;
  return children.at(static_cast<std::size_t>(control - known->all().data()));
}

std::shared_ptr<const ControlChildren::Listing> ControlChildren::current() const {
  const v4l2::MutexLock lock{mutex_};
  return current_;
}

/// Returns the child for a control: the one that it had before, or a new one.
GstV4l2CppControl* ControlChildren::make_child(const v4l2::ControlInfo& control,
                                               const Listing& listing) {
  const auto found = std::ranges::find_if(made_, [&](GstV4l2CppControl* child) {
    return gst_v4l2_cpp_control_info(child).id == control.id &&
           gst_v4l2_cpp_control_fits(child, control) && !has(listing.children, child);
  });
  if (found != made_.end()) {
    gst_v4l2_cpp_control_move(*found, control, listing.device);
    return *found;
  }
  auto* const child = gst_v4l2_cpp_control_new(control, listing.device, access_);
  gst_object_set_parent(GST_OBJECT_CAST(child), parent_);
  made_.push_back(child);
  return child;
}

/// Lists the controls of the node, and subscribes to their changes. The subscription comes first,
/// so that no change is missed after the first value is read. Returns nullopt if the device is
/// gone, which the session finds out itself.
std::optional<ControlChildren::Listing> ControlChildren::list(
    std::shared_ptr<KnownControls> device) {
  Listing listing;
  listing.device = std::move(device);
  auto known = listing.device->list();
  const auto node = listing.device->node();
  if (!known || !node) return std::nullopt;
  listing.known = *std::move(known);
  static_cast<void>(listing.known->subscribe(*node));
  for (const auto& control : listing.known->all())
    listing.children.push_back(make_child(control, listing));
  return listing;
}

/// Returns the children of the open device, or the latest ones while none is open.
std::shared_ptr<const ControlChildren::Listing> ControlChildren::look() {
  std::shared_ptr<const Listing> before;
  std::shared_ptr<const Listing> now;
  {
    const v4l2::MutexLock listing_lock{listing_mutex_};
    before = current();
    auto device = access_.device();
    if (!device || device == before->device) return before;
    auto listing = list(std::move(device));
    if (!listing) return before;
    now = std::make_shared<const Listing>(*std::move(listing));
    const v4l2::MutexLock lock{mutex_};
    current_ = now;
  }
  if (!now->children.empty()) exist_ = true;
  emit_difference(*before, *now);
  return now;
}

void ControlChildren::emit_difference(const Listing& before, const Listing& now) {
  auto* const proxy = GST_CHILD_PROXY(parent_);
  for (auto* const child : before.children)
    if (!has(now.children, child))
      gst_child_proxy_child_removed(proxy, G_OBJECT(child), GST_OBJECT_NAME(child));
  for (auto* const child : now.children)
    if (!has(before.children, child))
      gst_child_proxy_child_added(proxy, G_OBJECT(child), GST_OBJECT_NAME(child));
}

std::vector<GstV4l2CppControl*> ControlChildren::all() {
  return look()->children;
}

GstV4l2CppControl* ControlChildren::find(std::string_view name) {
  const auto listing = look();
  return listing->child_of(listing->known->find(name));
}

GstV4l2CppControl* ControlChildren::find(std::uint32_t id) {
  const auto listing = look();
  return listing->child_of(listing->known->find(id));
}

void ControlChildren::device_opened() {
  if (!exist_ && !is_awaited(parent_)) return;
  const auto before = current();
  const auto now = look();
  for (auto* const child : now->children)
    if (has(before->children, child)) gst_v4l2_cpp_control_changed(child, everything);
}

void ControlChildren::changed(std::span<const v4l2::ControlChanged> changes) {
  const auto listing = current();
  for (const auto& change : changes)
    if (auto* const child = listing->child_of(listing->known->find(change.id)))
      gst_v4l2_cpp_control_changed(child, change.changes);
}

void ControlChildren::all_changed() {
  for (auto* const child : current()->children)
    gst_v4l2_cpp_control_changed(child, everything);
}

void ControlChildren::sync_values(GstClockTime time) {
  if (!exist_) return;
  for (auto* const child : current()->children)
    gst_object_sync_values(GST_OBJECT_CAST(child), time);
}

void ControlChildren::dispose() {
  std::vector<GstV4l2CppControl*> made;
  {
    const v4l2::MutexLock listing_lock{listing_mutex_};
    made.swap(made_);
    const v4l2::MutexLock lock{mutex_};
    current_ = std::make_shared<Listing>();
  }
  for (auto* const child : made)
    gst_object_unparent(GST_OBJECT_CAST(child));
}

}  // namespace v4l2gst
