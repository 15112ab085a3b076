#include "element/properties.h"

#include <algorithm>
#include <chrono>

#include "element/gstv4l2cppenums.h"
#include "element/gstv4l2cppsrc.h"

using v4l2gst::CacheHints;
using v4l2gst::IoMode;
using v4l2gst::Leaky;
using v4l2gst::OnCorrupt;
using v4l2gst::OnDisconnect;
using v4l2gst::OnNoBandwidth;
using v4l2gst::OnStall;
using v4l2gst::OnStarved;
using v4l2gst::Prefer;
using v4l2gst::Settings;
using v4l2gst::Source;

enum Property : guint {
  prop_device = 1,
  prop_opened_device,
  prop_device_name,
  prop_device_fd,
  prop_flags,
  prop_io_mode,
  prop_min_buffers,
  prop_max_buffers,
  prop_on_starved,
  prop_leaky,
  prop_on_corrupt,
  prop_skip_frames,
  prop_start_on_keyframe,
  prop_cache_hints,
  prop_prefer,
  prop_on_no_bandwidth,
  prop_pixel_aspect_ratio,
  prop_force_aspect_ratio,
  prop_colorimetry,
  prop_on_disconnect,
  prop_reconnect_timeout,
  prop_first_frame_timeout,
  prop_stall_timeout,
  prop_on_stall,
  prop_stats,
};

static GstStructure* stats_of(const Source& source) {
  const auto& counters = source.counters();
  const auto read = [](const v4l2gst::Counters::Count& count) -> guint64 {
    return count.load(std::memory_order_relaxed);
  };
  return gst_structure_new(
      "v4l2cppsrc-stats", "delivered", G_TYPE_UINT64, read(counters.delivered), "copied",
      G_TYPE_UINT64, read(counters.copied), "lost", G_TYPE_UINT64, read(counters.lost), "starved",
      G_TYPE_UINT64, read(counters.starved), "skipped", G_TYPE_UINT64, read(counters.skipped),
      "damaged", G_TYPE_UINT64, read(counters.damaged), "overwritten", G_TYPE_UINT64,
      read(counters.overwritten), "restarted", G_TYPE_UINT64, read(counters.restarted),
      "reconnected", G_TYPE_UINT64, read(counters.reconnected), nullptr);
}

/// The longest timeout: in milliseconds an int has room for it, which is what poll() takes.
static constexpr guint64 longest = G_MAXINT * guint64{GST_MSECOND} / 64;

/// Properties count nanoseconds, as everywhere in GStreamer; the kernel waits in milliseconds.
static std::chrono::milliseconds duration_of(const GValue* value) {
  const auto given = g_value_get_uint64(value);
  return std::chrono::milliseconds{given / GST_MSECOND + (given % GST_MSECOND != 0 ? 1 : 0)};
}

static void set_duration(GValue* value, std::chrono::milliseconds duration) {
  // The longest one is no whole number of milliseconds, and was rounded up.
  g_value_set_uint64(value,
                     std::min(static_cast<guint64>(duration.count()) * GST_MSECOND, longest));
}

static void gst_v4l2_cpp_src_set_property(GObject* object, guint id, const GValue* value,
                                          GParamSpec* spec) noexcept {
  auto& source = gst_v4l2_cpp_src_source(GST_V4L2_CPP_SRC(object));
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
      case prop_on_corrupt:
        settings.on_corrupt = static_cast<OnCorrupt>(g_value_get_enum(value));
        break;
      case prop_skip_frames:
        settings.skip_frames = g_value_get_uint(value);
        break;
      case prop_start_on_keyframe:
        settings.start_on_keyframe = g_value_get_boolean(value) != FALSE;
        break;
      case prop_cache_hints:
        settings.cache_hints = static_cast<CacheHints>(g_value_get_enum(value));
        break;
      case prop_prefer:
        settings.prefer = static_cast<Prefer>(g_value_get_enum(value));
        break;
      case prop_on_no_bandwidth:
        settings.on_no_bandwidth = static_cast<OnNoBandwidth>(g_value_get_enum(value));
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
      case prop_on_disconnect:
        settings.on_disconnect = static_cast<OnDisconnect>(g_value_get_enum(value));
        break;
      case prop_reconnect_timeout:
        settings.reconnect_timeout = duration_of(value);
        break;
      case prop_first_frame_timeout:
        settings.first_frame_timeout = duration_of(value);
        break;
      case prop_stall_timeout:
        settings.stall_timeout = duration_of(value);
        break;
      case prop_on_stall:
        settings.on_stall = static_cast<OnStall>(g_value_get_enum(value));
        break;
      default:
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
    }
  });
}

static void gst_v4l2_cpp_src_get_property(GObject* object, guint id, GValue* value,
                                          GParamSpec* spec) noexcept {
  const auto& source = gst_v4l2_cpp_src_source(GST_V4L2_CPP_SRC(object));
  const auto facts = source.facts();
  const auto settings = source.settings();
  const auto set_text = [value](const std::string& text) {
    g_value_set_string(value, text.empty() ? nullptr : text.c_str());
  };
  switch (id) {
    case prop_device:
      set_text(settings.device);
      break;
    case prop_opened_device:
      set_text(facts.device);
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
    case prop_on_corrupt:
      g_value_set_enum(value, static_cast<int>(settings.on_corrupt));
      break;
    case prop_skip_frames:
      g_value_set_uint(value, settings.skip_frames);
      break;
    case prop_start_on_keyframe:
      g_value_set_boolean(value, settings.start_on_keyframe);
      break;
    case prop_cache_hints:
      g_value_set_enum(value, static_cast<int>(settings.cache_hints));
      break;
    case prop_prefer:
      g_value_set_enum(value, static_cast<int>(settings.prefer));
      break;
    case prop_on_no_bandwidth:
      g_value_set_enum(value, static_cast<int>(settings.on_no_bandwidth));
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
    case prop_on_disconnect:
      g_value_set_enum(value, static_cast<int>(settings.on_disconnect));
      break;
    case prop_reconnect_timeout:
      set_duration(value, settings.reconnect_timeout);
      break;
    case prop_first_frame_timeout:
      set_duration(value, settings.first_frame_timeout);
      break;
    case prop_stall_timeout:
      set_duration(value, settings.stall_timeout);
      break;
    case prop_on_stall:
      g_value_set_enum(value, static_cast<int>(settings.on_stall));
      break;
    case prop_stats:
      g_value_take_boxed(value, stats_of(source));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
}

void gst_v4l2_cpp_src_install_properties(GObjectClass* klass) {
  klass->set_property = gst_v4l2_cpp_src_set_property;
  klass->get_property = gst_v4l2_cpp_src_get_property;
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
      klass, prop_opened_device,
      g_param_spec_string("opened-device", "Opened device",
                          "Path of the device node that is open; unset while none is", nullptr,
                          read_only));
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
      klass, prop_on_corrupt,
      g_param_spec_enum("on-corrupt", "When corrupt",
                        "What to do with a frame that is damaged: marked so by the driver, short, "
                        "or a JPEG without its start or end",
                        GST_TYPE_V4L2_CPP_ON_CORRUPT, static_cast<int>(defaults.on_corrupt),
                        until_ready));
  g_object_class_install_property(
      klass, prop_skip_frames,
      g_param_spec_uint("skip-frames", "Skip frames",
                        "Frames to leave out after each start of the device's stream", 0, G_MAXUINT,
                        defaults.skip_frames, until_ready));
  g_object_class_install_property(
      klass, prop_start_on_keyframe,
      g_param_spec_boolean("start-on-keyframe", "Start on keyframe",
                           "Whether to leave out, after each start of the device's stream, "
                           "compressed frames that build on others until one that does not",
                           defaults.start_on_keyframe, until_ready));
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
      klass, prop_on_no_bandwidth,
      g_param_spec_enum("on-no-bandwidth", "On no bandwidth",
                        "What to do when the USB bus has no room for the mode that was chosen",
                        GST_TYPE_V4L2_CPP_ON_NO_BANDWIDTH,
                        static_cast<int>(defaults.on_no_bandwidth), until_ready));
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
      klass, prop_on_disconnect,
      g_param_spec_enum("on-disconnect", "On disconnect",
                        "What to do when the device goes away, or is not there at the start",
                        GST_TYPE_V4L2_CPP_ON_DISCONNECT, static_cast<int>(defaults.on_disconnect),
                        until_ready));
  g_object_class_install_property(
      klass, prop_reconnect_timeout,
      g_param_spec_uint64("reconnect-timeout", "Reconnect timeout",
                          "With on-disconnect=wait: how long to wait for the device, in "
                          "nanoseconds, before the ERROR; 0: for ever",
                          0, longest, 0, until_ready));
  g_object_class_install_property(
      klass, prop_first_frame_timeout,
      g_param_spec_uint64("first-frame-timeout", "First frame timeout",
                          "How long the first frame of a stream may take, in nanoseconds, before "
                          "on-stall is done; 0: any time",
                          0, longest, 0, until_ready));
  g_object_class_install_property(
      klass, prop_stall_timeout,
      g_param_spec_uint64("stall-timeout", "Stall timeout",
                          "How long any other frame may take, in nanoseconds, before on-stall is "
                          "done; 0: any time, as for cameras that wait for a trigger",
                          0, longest, 0, until_ready));
  g_object_class_install_property(
      klass, prop_on_stall,
      g_param_spec_enum("on-stall", "On stall",
                        "What to do when no frame comes in time, each time after twice as long",
                        GST_TYPE_V4L2_CPP_ON_STALL, static_cast<int>(defaults.on_stall),
                        until_ready));
  g_object_class_install_property(
      klass, prop_stats,
      g_param_spec_boxed(
          "stats", "Statistics",
          "What became of the frames since the start: v4l2cppsrc-stats with the guint64 "
          "delivered, copied, lost, starved, skipped, damaged, overwritten, and how often the "
          "stream was "
          "restarted and the device reconnected",
          GST_TYPE_STRUCTURE, read_only));
}
