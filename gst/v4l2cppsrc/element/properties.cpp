#include "element/properties.h"

#include <array>
#include <vector>

#include "controls/control_structure.h"
#include "controls/known_controls.h"
#include "element/gstv4l2cppenums.h"
#include "kernel/node.h"
#include "messages/stats_structure.h"
#include "session/commands.h"
#include "session/shared_info.h"
#include "settings/control_value.h"
#include "stream/buffer_queue.h"

namespace v4l2gst {

namespace {

constexpr auto read_only = static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
constexpr auto until_ready =
    static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);

constexpr auto live = static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                                               GST_PARAM_MUTABLE_PLAYING);
constexpr auto controllable = static_cast<GParamFlags>(live | GST_PARAM_CONTROLLABLE);

constexpr auto most_buffers = v4l2::BufferQueue::most_buffers;

/// The longest timeout. poll() takes an int of milliseconds, and the Watchdog waits up to 64 times
/// as long.
constexpr std::uint64_t longest_timeout = G_MAXINT * guint64{GST_MSECOND} / 64;

template <auto member>
auto fact(const Readable& from) {
  return from.facts.*member;
}

GstStructure* stats_of(const Readable& from) {
  return structure_of(from.stats, from.now).release();
}

/// Reads all controls of the open device. Null while none is open.
GstStructure* controls_of(const Readable& from) {
  const auto open = from.facts.controls ? from.facts.controls->node() : nullptr;
  if (!open) return nullptr;
  const auto known = from.facts.controls->list();
  if (!known) return nullptr;
  std::vector<v4l2::ControlInfo> readable;
  for (const auto& control : (*known)->all()) {
    if (!control.readable()) continue;
    // An array may have another number of elements since the format was set.
    auto now = v4l2::refreshed(*open, control);
    if (!now) return nullptr;
    readable.push_back(*std::move(now));
  }
  const auto values = v4l2::read_values(*open, readable);
  return values ? structure_of(readable, *values) : nullptr;
}

constexpr auto rows = std::to_array<PropertyRow>({
    {.name = "device",
     .nick = "Device",
     .blurb = "Path of the device node, such as /dev/video0 or a link to it under /dev/v4l/by-id, "
              "or a selector, such as serial=A1B2, usb=046d:0825,card=HD* or bus=1-1.2; unset: the "
              "first node that captures",
     .flags = until_ready,
     .kind = StringSetting{&Settings::device}},
    {.name = "opened-device",
     .nick = "Opened device",
     .blurb = "Path of the device node that is open; unset while none is",
     .flags = read_only,
     .kind = StringReading{fact<&DeviceInfo::device>}},
    {.name = "device-name",
     .nick = "Device name",
     .blurb = "Name of the device, as its driver gives it; unset while it is closed",
     .flags = read_only,
     .kind = StringReading{fact<&DeviceInfo::device_name>}},
    {.name = "device-fd",
     .nick = "Device descriptor",
     .blurb = "File descriptor, such as 5, of a node that the application has open, to be used "
              "instead of 'device'; it is copied. Reads as the element's own descriptor while a "
              "device is open",
     .flags = until_ready,
     .kind = DescriptorSetting{}},
    {.name = "device-id",
     .nick = "Device id",
     .blurb = "Selector that finds the open device again at any number, such as "
              "serial=A1B2,usb=046d:0825; 'device' takes it; unset while it is closed",
     .flags = read_only,
     .kind = StringReading{fact<&DeviceInfo::id>}},
    {.name = "device-serial",
     .nick = "Device serial number",
     .blurb = "Serial number of the open device, if it is on USB and has one",
     .flags = read_only,
     .kind = StringReading{fact<&DeviceInfo::serial>}},
    {.name = "device-usb-id",
     .nick = "Device USB id",
     .blurb = "Vendor and product of the open device, such as 046d:0825, if it is on USB",
     .flags = read_only,
     .kind = StringReading{fact<&DeviceInfo::usb_id>}},
    {.name = "device-bus",
     .nick = "Device bus",
     .blurb = "Where the open device is plugged in, such as usb-0000:00:14.0-1.2 or vivid.0",
     .flags = read_only,
     .kind = StringReading{fact<&DeviceInfo::bus>}},
    {.name = "device-by-id",
     .nick = "Device link by id",
     .blurb = "Link to the open device under /dev/v4l/by-id, if udev has made one",
     .flags = read_only,
     .kind = StringReading{fact<&DeviceInfo::by_id>}},
    {.name = "device-by-path",
     .nick = "Device link by path",
     .blurb = "Link to the open device under /dev/v4l/by-path, if udev has made one",
     .flags = read_only,
     .kind = StringReading{fact<&DeviceInfo::by_path>}},
    {.name = "flags",
     .nick = "Flags",
     .blurb = "What the device node can do (V4L2_CAP_*); 0 while it is closed",
     .flags = read_only,
     .kind = FlagsReading{gst_v4l2_cpp_device_flags_get_type, fact<&DeviceInfo::capabilities>}},
    {.name = "io-mode",
     .nick = "I/O mode",
     .blurb = "How frames travel from the driver to downstream",
     .flags = until_ready,
     .kind = enum_setting<&Settings::io_mode>(gst_v4l2_cpp_io_mode_get_type)},
    {.name = "min-buffers",
     .nick = "Least buffers",
     .blurb = "Buffers to allocate, such as 8; more where downstream or the driver needs them",
     .flags = until_ready,
     .kind = UintSetting{&Settings::min_buffers, 1, most_buffers}},
    {.name = "max-buffers",
     .nick = "Most buffers",
     .blurb = "Buffers that there may be with on-starved=grow, such as 32; it is also how many "
              "frames of latency the element can bridge",
     .flags = until_ready,
     .kind = UintSetting{&Settings::max_buffers, 1, most_buffers}},
    {.name = "on-starved",
     .nick = "When starved",
     .blurb =
         "What to do when downstream holds so many buffers that the driver is about to run dry",
     .flags = until_ready,
     .kind = enum_setting<&Settings::on_starved>(gst_v4l2_cpp_on_starved_get_type)},
    {.name = "leaky",
     .nick = "Leaky",
     .blurb = "Which frame to send when several wait",
     .flags = until_ready,
     .kind = enum_setting<&Settings::leaky>(gst_v4l2_cpp_leaky_get_type)},
    {.name = "on-corrupt",
     .nick = "When corrupt",
     .blurb = "What to do with a frame that is damaged: marked so by the driver, short, or a JPEG "
              "without its start or end",
     .flags = until_ready,
     .kind = enum_setting<&Settings::on_corrupt>(gst_v4l2_cpp_on_corrupt_get_type)},
    {.name = "skip-frames",
     .nick = "Skip frames",
     .blurb = "Frames to leave out after each start of the device's stream, such as 10 until the "
              "exposure has settled",
     .flags = until_ready,
     .kind = UintSetting{&Settings::skip_frames, 0, G_MAXUINT}},
    {.name = "start-on-keyframe",
     .nick = "Start on keyframe",
     .blurb = "Whether to leave out, after each start of the device's stream, compressed frames "
              "that build on others until one that does not",
     .flags = until_ready,
     .kind = BoolSetting{&Settings::start_on_keyframe}},
    {.name = "timestamp-mode",
     .nick = "Timestamp mode",
     .blurb = "How to find out when a frame was captured, which is its PTS",
     .flags = until_ready,
     .kind = enum_setting<&Settings::timestamp_mode>(gst_v4l2_cpp_timestamp_mode_get_type)},
    {.name = "wall-clock",
     .nick = "Wall clock",
     .blurb = "Clock of the date whose time at the capture each buffer carries besides its PTS "
              "(GstReferenceTimestampMeta)",
     .flags = until_ready,
     .kind = enum_setting<&Settings::wall_clock>(gst_v4l2_cpp_wall_clock_get_type)},
    {.name = "cache-hints",
     .nick = "Cache hints",
     .blurb = "Who keeps the CPU's caches in order, where the driver lets us choose "
              "(V4L2_BUF_CAP_SUPPORTS_MMAP_CACHE_HINTS)",
     .flags = until_ready,
     .kind = enum_setting<&Settings::cache_hints>(gst_v4l2_cpp_cache_hints_get_type)},
    {.name = "prefer",
     .nick = "Prefer",
     .blurb = "Which of the device's modes to take where downstream leaves a choice",
     .flags = until_ready,
     .kind = enum_setting<&Settings::prefer>(gst_v4l2_cpp_prefer_get_type)},
    {.name = "on-no-bandwidth",
     .nick = "On no bandwidth",
     .blurb = "What to do when the USB bus has no room for the mode that was chosen",
     .flags = until_ready,
     .kind = enum_setting<&Settings::on_no_bandwidth>(gst_v4l2_cpp_on_no_bandwidth_get_type)},
    {.name = "pixel-aspect-ratio",
     .nick = "Pixel aspect ratio",
     .blurb = "Width of a pixel over its height, such as 59/54, for a device that is wrong about "
              "it; unset: the device's",
     .flags = until_ready,
     .kind = StringSetting{&Settings::pixel_aspect_ratio}},
    {.name = "force-aspect-ratio",
     .nick = "Force aspect ratio",
     .blurb = "Whether caps carry the pixel aspect ratio; without it any is taken",
     .flags = until_ready,
     .kind = BoolSetting{&Settings::force_aspect_ratio}},
    {.name = "colorimetry",
     .nick = "Colorimetry",
     .blurb = "Colorimetry of raw video, such as bt709 or 2:4:7:1: the device is asked to convert "
              "to it, if it can, and caps say it in any case, for a device that is wrong about it; "
              "unset: the device's",
     .flags = until_ready,
     .kind = StringSetting{&Settings::colorimetry}},
    {.name = "crop",
     .nick = "Crop rectangle",
     .blurb =
         "Part of the picture to capture: left,top,widthxheight in pixels, such as "
         "320,0,640x480; while a device is open, it reads as the device's rectangle; unset: as "
         "the device has it",
     .flags = live,
     .kind = RectangleSetting{&Settings::crop, V4L2_SEL_TGT_CROP},
     .commands = Commands::geometry},
    {.name = "compose",
     .nick = "Compose rectangle",
     .blurb = "Where to put the picture in the frame: left,top,widthxheight in pixels, such as "
              "0,0,320x240; while a device is open, it reads as the device's rectangle; unset: "
              "all of the frame",
     .flags = live,
     .kind = RectangleSetting{&Settings::compose, V4L2_SEL_TGT_COMPOSE},
     .commands = Commands::geometry},
    {.name = "crop-top",
     .nick = "Crop top",
     .blurb = "Pixels to cut from the top of crop-bounds, such as 60, unless crop is set",
     .flags = live,
     .kind = MarginSetting{&Settings::crop_top},
     .commands = Commands::geometry},
    {.name = "crop-left",
     .nick = "Crop left",
     .blurb = "Pixels to cut from the left side of crop-bounds, such as 80, unless crop is set",
     .flags = live,
     .kind = MarginSetting{&Settings::crop_left},
     .commands = Commands::geometry},
    {.name = "crop-bottom",
     .nick = "Crop bottom",
     .blurb = "Pixels to cut from the bottom of crop-bounds, such as 60, unless crop is set",
     .flags = live,
     .kind = MarginSetting{&Settings::crop_bottom},
     .commands = Commands::geometry},
    {.name = "crop-right",
     .nick = "Crop right",
     .blurb = "Pixels to cut from the right side of crop-bounds, such as 80, unless crop is set",
     .flags = live,
     .kind = MarginSetting{&Settings::crop_right},
     .commands = Commands::geometry},
    {.name = "crop-bounds",
     .nick = "Crop bounds",
     .blurb = "Left, top, width and height of the picture from which the device can crop; zeros "
              "while none is known",
     .flags = read_only,
     .kind = RectangleReading{fact<&DeviceInfo::crop_bounds>}},
    {.name = "on-disconnect",
     .nick = "On disconnect",
     .blurb = "What to do when the device goes away, or is not there at the start",
     .flags = until_ready,
     .kind = enum_setting<&Settings::on_disconnect>(gst_v4l2_cpp_on_disconnect_get_type)},
    {.name = "reconnect-timeout",
     .nick = "Reconnect timeout",
     .blurb = "With on-disconnect=wait: how long to wait for the device, in nanoseconds, such as "
              "30000000000 for 30 s, before the ERROR; 0: for ever",
     .flags = until_ready,
     .kind = TimeoutSetting{&Settings::reconnect_timeout, longest_timeout}},
    {.name = "first-frame-timeout",
     .nick = "First frame timeout",
     .blurb = "How long the first frame of a stream may take, in nanoseconds, such as 5000000000 "
              "for 5 s, before on-stall is done; 0: any time",
     .flags = until_ready,
     .kind = TimeoutSetting{&Settings::first_frame_timeout, longest_timeout}},
    {.name = "stall-timeout",
     .nick = "Stall timeout",
     .blurb = "How long any other frame may take, in nanoseconds, such as 2000000000 for 2 s, "
              "before on-stall is done; 0: any time, as for cameras that wait for a trigger",
     .flags = until_ready,
     .kind = TimeoutSetting{&Settings::stall_timeout, longest_timeout}},
    {.name = "on-stall",
     .nick = "On stall",
     .blurb = "What to do when no frame comes in time, each time after twice as long",
     .flags = until_ready,
     .kind = enum_setting<&Settings::on_stall>(gst_v4l2_cpp_on_stall_get_type)},
    {.name = "extra-controls",
     .nick = "Extra controls",
     .blurb = "Values for controls of the device, such as "
              "\"c,auto_exposure=manual,exposure_time_absolute=157\"; names are those of v4l2-ctl",
     .flags = live,
     .kind = ControlsSetting{},
     .commands = Commands::controls},
    {.name = "controls-strict",
     .nick = "Controls strict",
     .blurb =
         "Whether a control that can't have the value that was wished for is an ERROR, and not "
         "a WARNING",
     .flags = live,
     .kind = BoolSetting{&Settings::controls_strict},
     .commands = Commands::controls},
    {.name = "controls",
     .nick = "Controls",
     .blurb = "All controls of the open device with their values, in a form that extra-controls "
              "takes; unset while it is closed",
     .flags = read_only,
     .kind = StructureReading{controls_of}},
    {.name = "brightness",
     .nick = "Brightness",
     .blurb = "The control brightness, such as 128; reads the device's value while it is open",
     .flags = controllable,
     .kind = ControlSetting{"brightness", V4L2_CID_BRIGHTNESS},
     .commands = Commands::controls},
    {.name = "contrast",
     .nick = "Contrast",
     .blurb = "The control contrast, such as 128; reads the device's value while it is open",
     .flags = controllable,
     .kind = ControlSetting{"contrast", V4L2_CID_CONTRAST},
     .commands = Commands::controls},
    {.name = "saturation",
     .nick = "Saturation",
     .blurb = "The control saturation, such as 128; reads the device's value while it is open",
     .flags = controllable,
     .kind = ControlSetting{"saturation", V4L2_CID_SATURATION},
     .commands = Commands::controls},
    {.name = "hue",
     .nick = "Hue",
     .blurb = "The control hue, such as -10; reads the device's value while it is open",
     .flags = controllable,
     .kind = ControlSetting{"hue", V4L2_CID_HUE},
     .commands = Commands::controls},
    {.name = "input",
     .nick = "Input",
     .blurb = "Number or name of the device's input, such as 1 or HDMI; unset: the one that is "
              "selected",
     .flags = live,
     .kind = StringSetting{&Settings::input},
     .commands = Commands::input},
    {.name = "norm",
     .nick = "TV norm",
     .blurb = "TV standard of an analog input, whatever its source sends; none: the source's",
     .flags = live,
     .kind = enum_setting<&Settings::norm>(gst_v4l2_cpp_norm_get_type),
     .commands = Commands::input},
    {.name = "dv-timings",
     .nick = "DV timings",
     .blurb = "Mode of a digital input, such as 1920x1080p60 or 720x576i50 (fields per second), "
              "whatever its source sends; auto: the source's",
     .flags = live,
     .kind = StringSetting{&Settings::dv_timings},
     .commands = Commands::input},
    {.name = "edid",
     .nick = "EDID",
     .blurb = "EDID of a digital input, by which its source knows it, such as hdmi: a file (bytes "
              "or hexadecimal text), hdmi or dvi (both 1920x1080 at 60 Hz); unset: the one that "
              "is set",
     .flags = live,
     .kind = StringSetting{&Settings::edid},
     .commands = Commands::input},
    {.name = "audio-input",
     .nick = "Audio input",
     .blurb = "Number or name of the audio input that goes with the video input, such as 1 or "
              "Line-In; unset: the one that is selected",
     .flags = live,
     .kind = StringSetting{&Settings::audio_input},
     .commands = Commands::input},
    {.name = "frequency",
     .nick = "Frequency",
     .blurb = "Frequency of the tuner in Hz, such as 471250000; 0: the one that is set",
     .flags = live,
     .kind = UintSetting{&Settings::frequency, 0, G_MAXUINT},
     .commands = Commands::input},
    {.name = "signal",
     .nick = "Signal",
     .blurb = "State of the signal at the input; ok also where the driver can't tell",
     .flags = read_only,
     .kind = EnumReading{gst_v4l2_cpp_signal_get_type,
                         [](const Readable& from) {
                           return static_cast<int>(from.facts.signal);
                         }}},
    {.name = "on-no-signal",
     .nick = "On no signal",
     .blurb = "What to send downstream while the input has no signal",
     .flags = live,
     .kind = enum_setting<&Settings::on_no_signal>(gst_v4l2_cpp_on_no_signal_get_type)},
    {.name = "frame-metadata",
     .nick = "Frame metadata",
     .blurb = "Whether each buffer has a GstCustomMeta v4l2cppsrc-frame, with what the driver said "
              "of the frame",
     .flags = until_ready,
     .kind = BoolSetting{&Settings::frame_metadata}},
    {.name = "metadata-device",
     .nick = "Metadata device",
     .blurb = "Path of the device's metadata node, such as /dev/video1, or auto; its metadata of "
              "each frame goes into v4l2cppsrc-frame, unless frame-metadata is false",
     .flags = until_ready,
     .kind = StringSetting{&Settings::metadata_device}},
    {.name = "stats",
     .nick = "Statistics",
     .blurb = "What became of the frames since the start, and how it is going: v4l2cppsrc-stats "
              "with the guint64 delivered, copied, lost, starved, skipped, damaged, overwritten, "
              "restarted, reconnected, captured, lost-starved, lost-device, bytes, queued, the "
              "doubles fps, fps-nominal, and the guint64 latency-mean, latency-p50, latency-p99, "
              "latency-max in nanoseconds",
     .flags = read_only,
     .kind = StructureReading{stats_of}},
    {.name = "stats-interval",
     .nick = "Statistics interval",
     .blurb = "How often to post the statistics as an element message, in nanoseconds, such as "
              "1000000000 for each second; 0: never",
     .flags = until_ready,
     .kind = TimeoutSetting{&Settings::stats_interval, longest_timeout}},
});

}  // namespace

PropertyTable properties() {
  return rows;
}

}  // namespace v4l2gst
