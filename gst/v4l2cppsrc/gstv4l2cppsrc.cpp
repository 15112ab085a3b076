#include "gstv4l2cppsrc.h"

#include <memory>

#include "gstv4l2cppenums.h"

using v4l2gst::CacheHints;
using v4l2gst::IoMode;
using v4l2gst::Leaky;
using v4l2gst::OnStarved;
using v4l2gst::Prefer;
using v4l2gst::Settings;
using v4l2gst::Source;

GST_DEBUG_CATEGORY(v4l2_cpp_src_debug);

struct _GstV4l2CppSrc {
  GstPushSrc parent;
  Source source;
};

G_DEFINE_FINAL_TYPE_WITH_CODE(GstV4l2CppSrc, gst_v4l2_cpp_src, GST_TYPE_PUSH_SRC,
                              GST_DEBUG_CATEGORY_INIT(v4l2_cpp_src_debug, "v4l2cppsrc", 0,
                                                      "V4L2 capture source"))

// ---- properties ---------------------------------------------------------------------------------

enum Property : guint {
  prop_device = 1,
  prop_device_name,
  prop_device_fd,
  prop_flags,
  prop_io_mode,
  prop_min_buffers,
  prop_max_buffers,
  prop_on_starved,
  prop_leaky,
  prop_cache_hints,
  prop_prefer,
  prop_pixel_aspect_ratio,
  prop_force_aspect_ratio,
  prop_colorimetry,
  prop_stats,
};

static GstStructure* stats_of(const Source& source) {
  const auto& counters = source.counters();
  const auto read = [](const v4l2gst::Counters::Count& count) -> guint64 {
    return count.load(std::memory_order_relaxed);
  };
  return gst_structure_new("v4l2cppsrc-stats", "delivered", G_TYPE_UINT64, read(counters.delivered),
                           "copied", G_TYPE_UINT64, read(counters.copied), "lost", G_TYPE_UINT64,
                           read(counters.lost), "starved", G_TYPE_UINT64, read(counters.starved),
                           "skipped", G_TYPE_UINT64, read(counters.skipped), "damaged",
                           G_TYPE_UINT64, read(counters.damaged), nullptr);
}

static void gst_v4l2_cpp_src_set_property(GObject* object, guint id, const GValue* value,
                                          GParamSpec* spec) noexcept {
  auto& source = GST_V4L2_CPP_SRC(object)->source;
  const auto text = [value]() -> std::string {
    const char* const set = g_value_get_string(value);
    return set != nullptr ? set : "";
  };
  source.change_settings([&](Settings& settings) {
    switch (id) {
      case prop_device:
        settings.device = text();
        break;
      case prop_io_mode:
        settings.io_mode = static_cast<IoMode>(g_value_get_enum(value));
        break;
      case prop_min_buffers:
        settings.min_buffers = g_value_get_uint(value);
        break;
      case prop_max_buffers:
        settings.max_buffers = g_value_get_uint(value);
        break;
      case prop_on_starved:
        settings.on_starved = static_cast<OnStarved>(g_value_get_enum(value));
        break;
      case prop_leaky:
        settings.leaky = static_cast<Leaky>(g_value_get_enum(value));
        break;
      case prop_cache_hints:
        settings.cache_hints = static_cast<CacheHints>(g_value_get_enum(value));
        break;
      case prop_prefer:
        settings.prefer = static_cast<Prefer>(g_value_get_enum(value));
        break;
      case prop_pixel_aspect_ratio:
        settings.pixel_aspect_ratio = text();
        break;
      case prop_force_aspect_ratio:
        settings.force_aspect_ratio = g_value_get_boolean(value) != FALSE;
        break;
      case prop_colorimetry:
        settings.colorimetry = text();
        break;
      default:
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
    }
  });
}

static void gst_v4l2_cpp_src_get_property(GObject* object, guint id, GValue* value,
                                          GParamSpec* spec) noexcept {
  const auto& source = GST_V4L2_CPP_SRC(object)->source;
  const auto facts = source.facts();
  const auto settings = source.settings();
  const auto set_text = [value](const std::string& text) {
    g_value_set_string(value, text.empty() ? nullptr : text.c_str());
  };
  switch (id) {
    case prop_device:
      set_text(facts.device.empty() ? settings.device : facts.device);
      break;
    case prop_device_name:
      set_text(facts.device_name);
      break;
    case prop_device_fd:
      g_value_set_int(value, facts.device_fd);
      break;
    case prop_flags:
      g_value_set_flags(value, facts.capabilities);
      break;
    case prop_io_mode:
      g_value_set_enum(value, static_cast<int>(settings.io_mode));
      break;
    case prop_min_buffers:
      g_value_set_uint(value, settings.min_buffers);
      break;
    case prop_max_buffers:
      g_value_set_uint(value, settings.max_buffers);
      break;
    case prop_on_starved:
      g_value_set_enum(value, static_cast<int>(settings.on_starved));
      break;
    case prop_leaky:
      g_value_set_enum(value, static_cast<int>(settings.leaky));
      break;
    case prop_cache_hints:
      g_value_set_enum(value, static_cast<int>(settings.cache_hints));
      break;
    case prop_prefer:
      g_value_set_enum(value, static_cast<int>(settings.prefer));
      break;
    case prop_pixel_aspect_ratio:
      set_text(settings.pixel_aspect_ratio);
      break;
    case prop_force_aspect_ratio:
      g_value_set_boolean(value, settings.force_aspect_ratio);
      break;
    case prop_colorimetry:
      set_text(settings.colorimetry);
      break;
    case prop_stats:
      g_value_take_boxed(value, stats_of(source));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
}

static void install_properties(GObjectClass* klass) {
  const auto read_only = static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  const auto until_ready = static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                                                    GST_PARAM_MUTABLE_READY);
  g_object_class_install_property(
      klass, prop_device,
      g_param_spec_string("device", "Device",
                          "Path of the device node, such as /dev/video0 or a link to it under "
                          "/dev/v4l/by-id; unset: the first node that captures",
                          nullptr, until_ready));
  g_object_class_install_property(
      klass, prop_device_name,
      g_param_spec_string("device-name", "Device name",
                          "Name of the device, as its driver gives it; unset while it is closed",
                          nullptr, read_only));
  g_object_class_install_property(
      klass, prop_device_fd,
      g_param_spec_int("device-fd", "Device descriptor",
                       "File descriptor of the open device; -1 while it is closed", -1, G_MAXINT,
                       -1, read_only));
  g_object_class_install_property(
      klass, prop_flags,
      g_param_spec_flags("flags", "Flags",
                         "What the device node can do (V4L2_CAP_*); 0 while it is closed",
                         GST_TYPE_V4L2_CPP_DEVICE_FLAGS, 0, read_only));
  g_object_class_install_property(
      klass, prop_io_mode,
      g_param_spec_enum("io-mode", "I/O mode", "How frames travel from the driver to downstream",
                        GST_TYPE_V4L2_CPP_IO_MODE, static_cast<int>(IoMode::automatic),
                        until_ready));
  constexpr guint most = v4l2::ReturnDesk::most_buffers;
  const Settings defaults;
  g_object_class_install_property(
      klass, prop_min_buffers,
      g_param_spec_uint("min-buffers", "Least buffers",
                        "Buffers to allocate; more where downstream or the driver needs them", 1,
                        most, defaults.min_buffers, until_ready));
  g_object_class_install_property(
      klass, prop_max_buffers,
      g_param_spec_uint(
          "max-buffers", "Most buffers",
          "Buffers that there may be with on-starved=grow, which is also how many frames "
          "of latency the element can bridge",
          1, most, defaults.max_buffers, until_ready));
  g_object_class_install_property(
      klass, prop_on_starved,
      g_param_spec_enum(
          "on-starved", "When starved",
          "What to do when downstream holds so many buffers that the driver is about to "
          "run dry",
          GST_TYPE_V4L2_CPP_ON_STARVED, static_cast<int>(defaults.on_starved), until_ready));
  g_object_class_install_property(
      klass, prop_leaky,
      g_param_spec_enum("leaky", "Leaky", "Which frame to send when several wait",
                        GST_TYPE_V4L2_CPP_LEAKY, static_cast<int>(defaults.leaky), until_ready));
  g_object_class_install_property(
      klass, prop_cache_hints,
      g_param_spec_enum("cache-hints", "Cache hints",
                        "Who keeps the CPU's caches in order, where the driver lets us choose "
                        "(V4L2_BUF_CAP_SUPPORTS_MMAP_CACHE_HINTS)",
                        GST_TYPE_V4L2_CPP_CACHE_HINTS, static_cast<int>(defaults.cache_hints),
                        until_ready));
  g_object_class_install_property(
      klass, prop_prefer,
      g_param_spec_enum("prefer", "Prefer",
                        "Which of the device's modes to take where downstream leaves a choice",
                        GST_TYPE_V4L2_CPP_PREFER, static_cast<int>(defaults.prefer), until_ready));
  g_object_class_install_property(
      klass, prop_pixel_aspect_ratio,
      g_param_spec_string("pixel-aspect-ratio", "Pixel aspect ratio",
                          "Width of a pixel over its height, such as 59/54, for a device that is "
                          "wrong about it; unset: the device's",
                          nullptr, until_ready));
  g_object_class_install_property(
      klass, prop_force_aspect_ratio,
      g_param_spec_boolean("force-aspect-ratio", "Force aspect ratio",
                           "Whether caps carry the pixel aspect ratio; without it any is taken",
                           defaults.force_aspect_ratio, until_ready));
  g_object_class_install_property(
      klass, prop_colorimetry,
      g_param_spec_string("colorimetry", "Colorimetry",
                          "Colorimetry of raw video, such as bt709 or 2:4:7:1: the device is asked "
                          "to convert to it, if it can, and caps say it in any case, for a device "
                          "that is wrong about it; unset: the device's",
                          nullptr, until_ready));
  g_object_class_install_property(
      klass, prop_stats,
      g_param_spec_boxed(
          "stats", "Statistics",
          "What became of the frames since the start: v4l2cppsrc-stats with the guint64 "
          "delivered, copied, lost, starved, skipped, damaged",
          GST_TYPE_STRUCTURE, read_only));
}

// ---- the way into the C++ half
// --------------------------------------------------------------------

/// `self` comes from the type system, which has no need to be asked again what it is.
static Source& source_of(gpointer self) {
  return static_cast<GstV4l2CppSrc*>(self)->source;
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

static GstFlowReturn gst_v4l2_cpp_src_create(GstPushSrc* self, GstBuffer** buffer) noexcept {
  return source_of(self).create(buffer);
}

// ---- birth and death
// ------------------------------------------------------------------------------

static void gst_v4l2_cpp_src_init(GstV4l2CppSrc* self) {
  std::construct_at(&self->source, GST_BASE_SRC(self));
  gst_base_src_set_live(GST_BASE_SRC(self), TRUE);
  gst_base_src_set_format(GST_BASE_SRC(self), GST_FORMAT_TIME);
}

static void gst_v4l2_cpp_src_finalize(GObject* object) noexcept {
  std::destroy_at(&GST_V4L2_CPP_SRC(object)->source);
  G_OBJECT_CLASS(gst_v4l2_cpp_src_parent_class)->finalize(object);
}

static void gst_v4l2_cpp_src_class_init(GstV4l2CppSrcClass* klass) {
  auto* const object = G_OBJECT_CLASS(klass);
  object->finalize = gst_v4l2_cpp_src_finalize;
  object->set_property = gst_v4l2_cpp_src_set_property;
  object->get_property = gst_v4l2_cpp_src_get_property;
  install_properties(object);
  // As v4l2src's: the descriptor, and the caps that the device is about to be set to. Emitted
  // before each VIDIOC_S_FMT, by the streaming thread.
  g_signal_new("prepare-format", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, nullptr, nullptr,
               nullptr, G_TYPE_NONE, 2, G_TYPE_INT, GST_TYPE_CAPS);

  auto* const element = GST_ELEMENT_CLASS(klass);
  element->change_state = gst_v4l2_cpp_src_change_state;
  element->post_message = gst_v4l2_cpp_src_post_message;
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
  GST_PUSH_SRC_CLASS(klass)->create = gst_v4l2_cpp_src_create;

  gst_type_mark_as_plugin_api(GST_TYPE_V4L2_CPP_IO_MODE, GstPluginAPIFlags{});
  gst_type_mark_as_plugin_api(GST_TYPE_V4L2_CPP_DEVICE_FLAGS, GstPluginAPIFlags{});
  gst_type_mark_as_plugin_api(GST_TYPE_V4L2_CPP_ON_STARVED, GstPluginAPIFlags{});
  gst_type_mark_as_plugin_api(GST_TYPE_V4L2_CPP_LEAKY, GstPluginAPIFlags{});
  gst_type_mark_as_plugin_api(GST_TYPE_V4L2_CPP_CACHE_HINTS, GstPluginAPIFlags{});
  gst_type_mark_as_plugin_api(GST_TYPE_V4L2_CPP_PREFER, GstPluginAPIFlags{});
}

Source& gst_v4l2_cpp_src_source(GstV4l2CppSrc* self) {
  return self->source;
}

gboolean gst_v4l2_cpp_src_register(GstPlugin* plugin) {
  return gst_element_register(plugin, "v4l2cppsrc", GST_RANK_NONE, GST_TYPE_V4L2_CPP_SRC);
}
