#include "element/gstv4l2cppinterfaces.h"

#include <linux/videodev2.h>

#include "element/gstv4l2cppsrc.h"

namespace {

v4l2gst::ControlInterfaces& controls_of(gpointer element) {
  return gst_v4l2_cpp_src_source(static_cast<GstV4l2CppSrc*>(element)).controls();
}

GObject* referenced(GstV4l2CppControl* child) {
  return child != nullptr ? G_OBJECT(gst_object_ref(child)) : nullptr;
}

// ---- GstChildProxy ------------------------------------------------------------------------------

GObject* child_by_name(GstChildProxy* self, const gchar* name) noexcept {
  return referenced(controls_of(self).children().find(std::string_view{name}));
}

GObject* child_by_index(GstChildProxy* self, guint index) noexcept {
  const auto children = controls_of(self).children().all();
  return index < children.size() ? referenced(children[index]) : nullptr;
}

guint children_count(GstChildProxy* self) noexcept {
  return static_cast<guint>(controls_of(self).children().all().size());
}

// ---- GstColorBalance ----------------------------------------------------------------------------

const GList* list_channels(GstColorBalance* self) noexcept {
  return controls_of(self).color_balance().channels();
}

void set_value(GstColorBalance* self, GstColorBalanceChannel* channel, gint value) noexcept {
  controls_of(self).color_balance().set(channel, value);
}

gint get_value(GstColorBalance* self, GstColorBalanceChannel* channel) noexcept {
  return controls_of(self).color_balance().get(channel);
}

GstColorBalanceType balance_type(GstColorBalance*) noexcept {
  return GST_COLOR_BALANCE_HARDWARE;
}

// ---- GstVideoOrientation ------------------------------------------------------------------------

template <std::uint32_t id>
gboolean get_flip(GstVideoOrientation* self, gboolean* flip) noexcept {
  const auto on = controls_of(self).is_on(id);
  if (on) *flip = *on;
  return on.has_value();
}

template <std::uint32_t id>
gboolean set_flip(GstVideoOrientation* self, gboolean flip) noexcept {
  return controls_of(self).turn(id, flip != FALSE);
}

}  // namespace

void gst_v4l2_cpp_src_child_proxy_init(gpointer interface, gpointer) {
  auto* const functions = static_cast<GstChildProxyInterface*>(interface);
  functions->get_child_by_name = child_by_name;
  functions->get_child_by_index = child_by_index;
  functions->get_children_count = children_count;
}

void gst_v4l2_cpp_src_color_balance_init(gpointer interface, gpointer) {
  auto* const functions = static_cast<GstColorBalanceInterface*>(interface);
  functions->list_channels = list_channels;
  functions->set_value = set_value;
  functions->get_value = get_value;
  functions->get_balance_type = balance_type;
}

void gst_v4l2_cpp_src_video_orientation_init(gpointer interface, gpointer) {
  auto* const functions = static_cast<GstVideoOrientationInterface*>(interface);
  functions->get_hflip = get_flip<V4L2_CID_HFLIP>;
  functions->get_vflip = get_flip<V4L2_CID_VFLIP>;
  functions->set_hflip = set_flip<V4L2_CID_HFLIP>;
  functions->set_vflip = set_flip<V4L2_CID_VFLIP>;
}

void gst_v4l2_cpp_src_video_direction_init(gpointer, gpointer) {}
