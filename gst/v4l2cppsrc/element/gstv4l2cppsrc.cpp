#include "element/gstv4l2cppsrc.h"

#include <memory>

#include <gst/video/video.h>

#include "common/log.h"
#include "element/gstv4l2cppinterfaces.h"
#include "element/gstv4l2cppuri.h"
#include "element/properties.h"
#include "formats/caps.h"

using v4l2gst::Source;

GST_DEBUG_CATEGORY(v4l2_cpp_src_debug);

struct _GstV4l2CppSrc {
  GstPushSrc parent;
  Source source;
};

static void gst_v4l2_cpp_src_add_interface(GType type, GType interface, GInterfaceInitFunc init) {
  const GInterfaceInfo info{init, nullptr, nullptr};
  g_type_add_interface_static(type, interface, &info);
}

static void gst_v4l2_cpp_src_add_interfaces(GType type) {
  gst_v4l2_cpp_src_add_interface(type, GST_TYPE_CHILD_PROXY, gst_v4l2_cpp_src_child_proxy_init);
  gst_v4l2_cpp_src_add_interface(type, GST_TYPE_URI_HANDLER, gst_v4l2_cpp_src_uri_handler_init);
  gst_v4l2_cpp_src_add_interface(type, GST_TYPE_COLOR_BALANCE, gst_v4l2_cpp_src_color_balance_init);
  gst_v4l2_cpp_src_add_interface(type, GST_TYPE_VIDEO_ORIENTATION,
                                 gst_v4l2_cpp_src_video_orientation_init);
  gst_v4l2_cpp_src_add_interface(type, GST_TYPE_VIDEO_DIRECTION,
                                 gst_v4l2_cpp_src_video_direction_init);
}

G_DEFINE_FINAL_TYPE_WITH_CODE(GstV4l2CppSrc, gst_v4l2_cpp_src, GST_TYPE_PUSH_SRC,
                              gst_v4l2_cpp_src_add_interfaces(g_define_type_id);
                              GST_DEBUG_CATEGORY_INIT(v4l2_cpp_src_debug, "v4l2cppsrc", 0,
                                                      "V4L2 capture source"))

// ---- trampolines into the C++ part --------------------------------------------------------------

/// The type system has checked `self`, so the cast need not check again.
static Source& source_of(gpointer self) {
  return static_cast<GstV4l2CppSrc*>(self)->source;
}

/// The id of video-direction, which GstVideoDirection declares. It comes after those of the table.
static guint gst_v4l2_cpp_src_direction_id() {
  return static_cast<guint>(v4l2gst::properties().size()) + 1;
}

static void gst_v4l2_cpp_src_set_property(GObject* self, guint id, const GValue* value,
                                          GParamSpec* spec) noexcept {
  auto& source = source_of(self);
  if (id == gst_v4l2_cpp_src_direction_id())
    return source.controls().set_direction(
        static_cast<GstVideoOrientationMethod>(g_value_get_enum(value)));
  bool known{};
  const bool by_controller = source.controls().syncing();
  source.info().change_settings([&](v4l2gst::Settings& settings) {
    source.wishes().change([&](v4l2gst::ControlWishes& wishes) {
      known = v4l2gst::set_property(v4l2gst::properties(), id, value,
                                    {settings, wishes, by_controller});
    });
  });
  if (!known) G_OBJECT_WARN_INVALID_PROPERTY_ID(self, id, spec);
  if (const auto commands = v4l2gst::commands_of(v4l2gst::properties(), id); commands != 0)
    source.apply(commands);
}

static void gst_v4l2_cpp_src_get_property(GObject* self, guint id, GValue* value,
                                          GParamSpec* spec) noexcept {
  auto& source = source_of(self);
  if (id == gst_v4l2_cpp_src_direction_id())
    return g_value_set_enum(value, source.controls().direction());
  const auto facts = source.info().device_info();
  const auto settings = source.info().settings();
  const auto wishes = source.wishes().get();
  if (!v4l2gst::get_property(v4l2gst::properties(), id,
                             {settings, facts, source.stats(), wishes, source.now()}, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID(self, id, spec);
}

static GstStateChangeReturn gst_v4l2_cpp_src_change_state(GstElement* element,
                                                          GstStateChange transition) noexcept {
  auto& source = source_of(element);
  if (transition == GST_STATE_CHANGE_NULL_TO_READY && !source.open())
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED) source.begin_pause();
  if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING) source.resume();
  const auto changed =
      GST_ELEMENT_CLASS(gst_v4l2_cpp_src_parent_class)->change_state(element, transition);
  if (transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED) source.pause();
  if (transition == GST_STATE_CHANGE_READY_TO_NULL) source.close();
  return changed;
}

static gboolean gst_v4l2_cpp_src_post_message(GstElement* element, GstMessage* message) noexcept {
  if (source_of(element).redundant(message)) {
    gst_message_unref(message);
    return TRUE;
  }
  return GST_ELEMENT_CLASS(gst_v4l2_cpp_src_parent_class)->post_message(element, message);
}

static gboolean gst_v4l2_cpp_src_start(GstBaseSrc* self) noexcept {
  return source_of(self).start();
}

static gboolean gst_v4l2_cpp_src_stop(GstBaseSrc* self) noexcept {
  source_of(self).stop();
  return TRUE;
}

static gboolean gst_v4l2_cpp_src_unlock(GstBaseSrc* self) noexcept {
  source_of(self).unlock();
  return TRUE;
}

static gboolean gst_v4l2_cpp_src_unlock_stop(GstBaseSrc* self) noexcept {
  source_of(self).unlock_stop();
  return TRUE;
}

static GstCaps* gst_v4l2_cpp_src_get_caps(GstBaseSrc* self, GstCaps* filter) noexcept {
  return source_of(self).caps(filter).release();
}

static gboolean gst_v4l2_cpp_src_negotiate(GstBaseSrc* self) noexcept {
  return source_of(self).negotiate();
}

static gboolean gst_v4l2_cpp_src_decide_allocation(GstBaseSrc* self, GstQuery* query) noexcept {
  return source_of(self).decide_allocation(query);
}

static gboolean gst_v4l2_cpp_src_query(GstBaseSrc* self, GstQuery* query) noexcept {
  if (GST_QUERY_TYPE(query) == GST_QUERY_LATENCY) return source_of(self).answer_latency(query);
  return GST_BASE_SRC_CLASS(gst_v4l2_cpp_src_parent_class)->query(self, query);
}

static bool asks_for_key_frame(GstEvent* event) {
  return GST_EVENT_TYPE(event) == GST_EVENT_CUSTOM_UPSTREAM &&
         gst_video_event_is_force_key_unit(event) != FALSE;
}

static gboolean gst_v4l2_cpp_src_event(GstBaseSrc* self, GstEvent* event) noexcept {
  if (asks_for_key_frame(event)) return source_of(self).ask_for_key_frame();
  return GST_BASE_SRC_CLASS(gst_v4l2_cpp_src_parent_class)->event(self, event);
}

/// Handles an event that an application sends to the element. It does not pass the pad.
static gboolean gst_v4l2_cpp_src_send_event(GstElement* element, GstEvent* event) noexcept {
  if (asks_for_key_frame(event)) {
    gst_event_unref(event);
    return source_of(element).ask_for_key_frame();
  }
  return GST_ELEMENT_CLASS(gst_v4l2_cpp_src_parent_class)->send_event(element, event);
}

static GstFlowReturn gst_v4l2_cpp_src_create(GstPushSrc* self, GstBuffer** buffer) noexcept {
  return source_of(self).create(buffer);
}

// ---- construction and destruction ---------------------------------------------------------------

static void gst_v4l2_cpp_src_init(GstV4l2CppSrc* self) {
  std::construct_at(&self->source, GST_BASE_SRC(self));
  gst_base_src_set_live(GST_BASE_SRC(self), TRUE);
  gst_base_src_set_format(GST_BASE_SRC(self), GST_FORMAT_TIME);
}

static void gst_v4l2_cpp_src_dispose(GObject* object) noexcept {
  source_of(object).controls().dispose();
  G_OBJECT_CLASS(gst_v4l2_cpp_src_parent_class)->dispose(object);
}

static void gst_v4l2_cpp_src_finalize(GObject* object) noexcept {
  std::destroy_at(&GST_V4L2_CPP_SRC(object)->source);
  G_OBJECT_CLASS(gst_v4l2_cpp_src_parent_class)->finalize(object);
}

static void gst_v4l2_cpp_src_class_init(GstV4l2CppSrcClass* klass) {
  auto* const object = G_OBJECT_CLASS(klass);
  object->dispose = gst_v4l2_cpp_src_dispose;
  object->finalize = gst_v4l2_cpp_src_finalize;
  object->set_property = gst_v4l2_cpp_src_set_property;
  object->get_property = gst_v4l2_cpp_src_get_property;
  v4l2gst::install_properties(
      object, v4l2gst::properties(),
      {v4l2gst::Settings{}, v4l2gst::DeviceInfo{}, v4l2gst::Stats{}, v4l2gst::ControlWishes{}});
  // GstVideoDirection's own param spec is set with each construction. A device whose user has not
  // named it would be turned.
  g_object_class_install_property(
      object, gst_v4l2_cpp_src_direction_id(),
      g_param_spec_enum("video-direction", "Video direction",
                        "How the device is to turn its picture, where it has such controls",
                        GST_TYPE_VIDEO_ORIENTATION_METHOD, GST_VIDEO_ORIENTATION_IDENTITY,
                        static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                                                 GST_PARAM_MUTABLE_PLAYING)));
  // The signal is the same as v4l2src's. Its arguments are the descriptor, and the caps that the
  // device is about to be set to. The streaming thread emits it before VIDIOC_S_FMT of each mode
  // that it tries, and holds no lock then.
  g_signal_new("prepare-format", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, nullptr, nullptr,
               nullptr, G_TYPE_NONE, 2, G_TYPE_INT, GST_TYPE_CAPS);

  auto* const element = GST_ELEMENT_CLASS(klass);
  element->change_state = gst_v4l2_cpp_src_change_state;
  element->post_message = gst_v4l2_cpp_src_post_message;
  element->send_event = gst_v4l2_cpp_src_send_event;
  const auto caps = v4l2gst::template_caps();
  gst_element_class_add_pad_template(
      element, gst_pad_template_new("src", GST_PAD_SRC, GST_PAD_ALWAYS, caps.get()));
  gst_element_class_set_static_metadata(element, "V4L2 source in C++", "Source/Video/Hardware",
                                        "Captures frames from a Video4Linux2 device",
                                        "The v4l2cppsrc developers");

  auto* const base = GST_BASE_SRC_CLASS(klass);
  base->start = gst_v4l2_cpp_src_start;
  base->stop = gst_v4l2_cpp_src_stop;
  base->unlock = gst_v4l2_cpp_src_unlock;
  base->unlock_stop = gst_v4l2_cpp_src_unlock_stop;
  base->get_caps = gst_v4l2_cpp_src_get_caps;
  base->negotiate = gst_v4l2_cpp_src_negotiate;
  base->decide_allocation = gst_v4l2_cpp_src_decide_allocation;
  base->query = gst_v4l2_cpp_src_query;
  base->event = gst_v4l2_cpp_src_event;
  GST_PUSH_SRC_CLASS(klass)->create = gst_v4l2_cpp_src_create;
}

Source& gst_v4l2_cpp_src_source(GstV4l2CppSrc* self) {
  return self->source;
}

gboolean gst_v4l2_cpp_src_register(GstPlugin* plugin, guint rank) {
  return gst_element_register(plugin, "v4l2cppsrc", rank, GST_TYPE_V4L2_CPP_SRC);
}
