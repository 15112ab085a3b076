#include "element/gstv4l2cppenums.h"

#include <array>
#include <vector>

#include <linux/videodev2.h>

#include "common/settings.h"
#include "common/signal_state.h"
#include "settings/standards.h"

using v4l2gst::CacheHints;
using v4l2gst::IoMode;
using v4l2gst::Leaky;
using v4l2gst::OnCorrupt;
using v4l2gst::OnDisconnect;
using v4l2gst::OnNoBandwidth;
using v4l2gst::OnNoSignal;
using v4l2gst::OnStall;
using v4l2gst::OnStarved;
using v4l2gst::Prefer;
using v4l2gst::SignalState;
using v4l2gst::TimestampMode;
using v4l2gst::WallClock;

// Applications know v4l2src's values by these names too, and some write them in pipelines. The
// other enums have descriptions in this place.
GType gst_v4l2_cpp_io_mode_get_type() {
  static const std::array values{
      GEnumValue{static_cast<int>(IoMode::automatic), "GST_V4L2_IO_AUTO", "auto"},
      GEnumValue{static_cast<int>(IoMode::rw), "GST_V4L2_IO_RW", "rw"},
      GEnumValue{static_cast<int>(IoMode::mmap), "GST_V4L2_IO_MMAP", "mmap"},
      GEnumValue{static_cast<int>(IoMode::userptr), "GST_V4L2_IO_USERPTR", "userptr"},
      GEnumValue{static_cast<int>(IoMode::dmabuf), "GST_V4L2_IO_DMABUF", "dmabuf"},
      GEnumValue{static_cast<int>(IoMode::dmabuf_import), "GST_V4L2_IO_DMABUF_IMPORT",
                 "dmabuf-import"},
      GEnumValue{0, nullptr, nullptr},
  };
  static const GType type = g_enum_register_static("GstV4l2CppIOMode", values.data());
  return type;
}

GType gst_v4l2_cpp_on_starved_get_type() {
  static const std::array values{
      GEnumValue{static_cast<int>(OnStarved::grow),
                 "Allocate more buffers, up to max-buffers; then copy", "grow"},
      GEnumValue{static_cast<int>(OnStarved::copy), "Send a copy downstream", "copy"},
      GEnumValue{static_cast<int>(OnStarved::drop), "Leave the frame out and count it", "drop"},
      GEnumValue{0, nullptr, nullptr},
  };
  static const GType type = g_enum_register_static("GstV4l2CppOnStarved", values.data());
  return type;
}

GType gst_v4l2_cpp_leaky_get_type() {
  static const std::array values{
      GEnumValue{static_cast<int>(Leaky::no), "Send every frame, the oldest first", "no"},
      GEnumValue{static_cast<int>(Leaky::newest),
                 "Send the newest that waits, leave out the others", "newest"},
      GEnumValue{0, nullptr, nullptr},
  };
  static const GType type = g_enum_register_static("GstV4l2CppLeaky", values.data());
  return type;
}

GType gst_v4l2_cpp_on_corrupt_get_type() {
  static const std::array values{
      GEnumValue{static_cast<int>(OnCorrupt::drop), "Leave the frame out and count it", "drop"},
      GEnumValue{static_cast<int>(OnCorrupt::flag), "Send it, marked as corrupted", "flag"},
      GEnumValue{static_cast<int>(OnCorrupt::pass), "Send it, without a look at it", "pass"},
      GEnumValue{0, nullptr, nullptr},
  };
  static const GType type = g_enum_register_static("GstV4l2CppOnCorrupt", values.data());
  return type;
}

GType gst_v4l2_cpp_cache_hints_get_type() {
  static const std::array values{
      GEnumValue{static_cast<int>(CacheHints::off), "Coherent memory, the driver's own choice",
                 "off"},
      GEnumValue{static_cast<int>(CacheHints::cached),
                 "Cached memory, synchronised by the kernel for each frame", "cached"},
      GEnumValue{
          static_cast<int>(CacheHints::lazy),
          "Cached memory, synchronised by DMA_BUF_IOCTL_SYNC when a CPU maps it; a kernel whose "
          "videobuf2-dma-contig does nothing then may show a CPU old lines",
          "lazy"},
      GEnumValue{0, nullptr, nullptr},
  };
  static const GType type = g_enum_register_static("GstV4l2CppCacheHints", values.data());
  return type;
}

GType gst_v4l2_cpp_prefer_get_type() {
  static const std::array values{
      GEnumValue{static_cast<int>(Prefer::balanced),
                 "At least 24 frames per second, then size up to 1920x1080, then rate", "balanced"},
      GEnumValue{static_cast<int>(Prefer::framerate), "The highest rate, then size up to 1920x1080",
                 "framerate"},
      GEnumValue{static_cast<int>(Prefer::resolution), "The largest picture, then rate",
                 "resolution"},
      GEnumValue{static_cast<int>(Prefer::raw), "Not compressed, then as balanced", "raw"},
      GEnumValue{static_cast<int>(Prefer::compressed), "Compressed, then as balanced",
                 "compressed"},
      GEnumValue{0, nullptr, nullptr},
  };
  static const GType type = g_enum_register_static("GstV4l2CppPrefer", values.data());
  return type;
}

GType gst_v4l2_cpp_on_no_bandwidth_get_type() {
  static const std::array values{
      GEnumValue{static_cast<int>(OnNoBandwidth::next_mode),
                 "Take the next mode that takes less, where caps leave a choice", "next-mode"},
      GEnumValue{static_cast<int>(OnNoBandwidth::error), "Post an ERROR", "error"},
      GEnumValue{0, nullptr, nullptr},
  };
  static const GType type = g_enum_register_static("GstV4l2CppOnNoBandwidth", values.data());
  return type;
}

GType gst_v4l2_cpp_on_disconnect_get_type() {
  static const std::array values{
      GEnumValue{static_cast<int>(OnDisconnect::error), "Post an ERROR", "error"},
      GEnumValue{static_cast<int>(OnDisconnect::wait),
                 "Wait for the same camera, at whatever node, and go on", "wait"},
      GEnumValue{static_cast<int>(OnDisconnect::eos), "End the stream", "eos"},
      GEnumValue{0, nullptr, nullptr},
  };
  static const GType type = g_enum_register_static("GstV4l2CppOnDisconnect", values.data());
  return type;
}

GType gst_v4l2_cpp_on_stall_get_type() {
  static const std::array values{
      GEnumValue{static_cast<int>(OnStall::warn), "Post a WARNING", "warn"},
      GEnumValue{static_cast<int>(OnStall::restart), "Start the stream again", "restart"},
      GEnumValue{static_cast<int>(OnStall::reopen),
                 "Start the stream again, and if that has not helped, open the device again",
                 "reopen"},
      GEnumValue{static_cast<int>(OnStall::error), "Post an ERROR", "error"},
      GEnumValue{0, nullptr, nullptr},
  };
  static const GType type = g_enum_register_static("GstV4l2CppOnStall", values.data());
  return type;
}

GType gst_v4l2_cpp_norm_get_type() {
  static const auto values = [] {
    std::vector all{GEnumValue{0, "none", "none"}};
    for (const auto& standard : v4l2::standards())
      all.push_back({static_cast<int>(standard.mask), standard.name, standard.name});
    all.push_back({0, nullptr, nullptr});
    return all;
  }();
  static const GType type = g_enum_register_static("GstV4l2CppNorm", values.data());
  return type;
}

GType gst_v4l2_cpp_signal_get_type() {
  static const std::array values{
      GEnumValue{static_cast<int>(SignalState::ok), "There is a signal, or the driver can't tell",
                 "ok"},
      GEnumValue{static_cast<int>(SignalState::no_device), "No device is open", "no-device"},
      GEnumValue{static_cast<int>(SignalState::no_cable),
                 "Nothing is plugged in, or it is switched off", "no-cable"},
      GEnumValue{static_cast<int>(SignalState::no_signal), "The source sends nothing", "no-signal"},
      GEnumValue{static_cast<int>(SignalState::no_lock),
                 "The source sends something that can't be locked to", "no-lock"},
      GEnumValue{static_cast<int>(SignalState::out_of_range),
                 "The source sends a mode that the device can't do", "out-of-range"},
      GEnumValue{0, nullptr, nullptr},
  };
  static const GType type = g_enum_register_static("GstV4l2CppSignal", values.data());
  return type;
}

GType gst_v4l2_cpp_on_no_signal_get_type() {
  static const std::array values{
      GEnumValue{static_cast<int>(OnNoSignal::wait), "Send nothing", "wait"},
      GEnumValue{static_cast<int>(OnNoSignal::gap),
                 "Send GAP events at the frame rate, once there "
                 "were caps",
                 "gap"},
      GEnumValue{static_cast<int>(OnNoSignal::black),
                 "Send black frames, once there were caps; GAP events where the format has none",
                 "black"},
      GEnumValue{0, nullptr, nullptr},
  };
  static const GType type = g_enum_register_static("GstV4l2CppOnNoSignal", values.data());
  return type;
}

GType gst_v4l2_cpp_timestamp_mode_get_type() {
  static const std::array values{
      GEnumValue{static_cast<int>(TimestampMode::driver),
                 "By the driver's timestamp; as smoothed where that is of no use", "driver"},
      GEnumValue{static_cast<int>(TimestampMode::arrival),
                 "By the arrival of the frame, less one interval", "arrival"},
      GEnumValue{static_cast<int>(TimestampMode::smoothed),
                 "By the arrival of the frame, less one interval, smoothed by the rate",
                 "smoothed"},
      GEnumValue{0, nullptr, nullptr},
  };
  static const GType type = g_enum_register_static("GstV4l2CppTimestampMode", values.data());
  return type;
}

GType gst_v4l2_cpp_wall_clock_get_type() {
  static const std::array values{
      GEnumValue{static_cast<int>(WallClock::none), "None", "none"},
      GEnumValue{static_cast<int>(WallClock::realtime), "CLOCK_REALTIME, as timestamp/x-unix",
                 "realtime"},
      GEnumValue{static_cast<int>(WallClock::tai), "CLOCK_TAI, as timestamp/x-tai", "tai"},
      GEnumValue{0, nullptr, nullptr},
  };
  static const GType type = g_enum_register_static("GstV4l2CppWallClock", values.data());
  return type;
}

GType gst_v4l2_cpp_device_flags_get_type() {
  static const std::array values{
      GFlagsValue{V4L2_CAP_VIDEO_CAPTURE, "Device supports video capture", "capture"},
      GFlagsValue{V4L2_CAP_VIDEO_OUTPUT, "Device supports video output", "output"},
      GFlagsValue{V4L2_CAP_VIDEO_OVERLAY, "Device supports video overlay", "overlay"},
      GFlagsValue{V4L2_CAP_VBI_CAPTURE, "Device supports VBI capture", "vbi-capture"},
      GFlagsValue{V4L2_CAP_VBI_OUTPUT, "Device supports VBI output", "vbi-output"},
      GFlagsValue{V4L2_CAP_VIDEO_CAPTURE_MPLANE, "Device supports multi-planar video capture",
                  "capture-mplane"},
      GFlagsValue{V4L2_CAP_TUNER, "Device has a tuner", "tuner"},
      GFlagsValue{V4L2_CAP_AUDIO, "Device has audio", "audio"},
      GFlagsValue{V4L2_CAP_READWRITE, "Device supports read()", "readwrite"},
      GFlagsValue{V4L2_CAP_STREAMING, "Device supports streaming", "streaming"},
      GFlagsValue{0, nullptr, nullptr},
  };
  static const GType type = g_flags_register_static("GstV4l2CppDeviceFlags", values.data());
  return type;
}
