#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace v4l2gst {

/// The I/O method that brings frames from the driver downstream. The values of the io-mode property
/// have v4l2src's names and numbers.
enum class IoMode : int {
  automatic = 0,
  rw = 1,
  mmap = 2,
  userptr = 3,
  dmabuf = 4,
  dmabuf_import = 5,
};

/// Returns whether frames may go downstream as DMABuf memory.
constexpr bool may_share(IoMode mode) {
  return mode == IoMode::automatic || mode == IoMode::dmabuf || mode == IoMode::dmabuf_import;
}

/// The action when downstream holds so many buffers that the driver has hardly any left.
enum class OnStarved : int {
  grow,  ///< more buffers are allocated, up to max-buffers; then as `copy`
  copy,  ///< the frame goes downstream as a copy, and its buffer is requeued
  drop,  ///< the frame is left out and counted
};

/// The frame that goes downstream when several wait.
enum class Leaky : int {
  no,      ///< the oldest: none is left out
  newest,  ///< the newest; those before it are left out and counted
};

/// The action for a damaged frame. A frame that is empty, or larger than its buffer, is always left
/// out.
enum class OnCorrupt : int {
  drop,  ///< it is left out and counted
  flag,  ///< it goes downstream with GST_BUFFER_FLAG_CORRUPTED
  pass,  ///< it goes downstream as it is, and no JPEG is read
};

/// How CPU caches are synchronised, where the driver leaves that to userspace
/// (V4L2_BUF_CAP_SUPPORTS_MMAP_CACHE_HINTS).
enum class CacheHints : int {
  off,     ///< the driver's own choice: coherent memory, on many boards not cached at all
  cached,  ///< cached memory, synchronised by the kernel at each queueing and dequeueing
  lazy,    ///< cached memory, synchronised only when and where a CPU maps it
};

/// The order of preference of a device's modes, where downstream leaves a choice.
enum class Prefer : int {
  balanced,    ///< at least 24 frames per second, then the larger picture up to 1920x1080, then the
               ///< higher rate
  framerate,   ///< the highest rate, then the larger picture up to 1920x1080
  resolution,  ///< the largest picture, then the higher rate
  raw,         ///< not compressed, then as `balanced`
  compressed,  ///< compressed, then as `balanced`
};

/// The action when the USB bus has no room for the chosen mode.
enum class OnNoBandwidth : int {
  next_mode,  ///< the next mode that takes less is tried, where caps leave a choice
  error,      ///< an ERROR is posted
};

/// The action when the device goes away.
enum class OnDisconnect : int {
  error,  ///< an ERROR is posted
  wait,   ///< the element waits for it, and the same stream goes on
  eos,    ///< the stream ends, so that what was recorded can be finished
};

/// The action when no frame comes for first-frame-timeout or stall-timeout.
enum class OnStall : int {
  warn,     ///< a WARNING is posted
  restart,  ///< the same, and the stream is started again
  reopen,   ///< the same, and if that has not helped, the device is opened again
  error,    ///< an ERROR is posted
};

/// The action while the device's input has no signal.
enum class OnNoSignal : int {
  wait,   ///< nothing goes downstream
  gap,    ///< GAP events go downstream, once there were caps
  black,  ///< the same with black frames; GAP events where the format has none
};

/// How the PTS of a frame is found.
enum class TimestampMode : int {
  driver,    ///< by the driver's timestamp; without a usable one as `smoothed`
  arrival,   ///< when the frame arrived, less one interval
  smoothed,  ///< the same, smoothed by the rate
};

/// A clock of the date, by which buffers say when they were captured, besides their PTS.
enum class WallClock : int {
  none,
  realtime,  ///< CLOCK_REALTIME: UTC
  tai,       ///< CLOCK_TAI: UTC without leap seconds
};

/// A TV standard. The values of the norm property are V4L2_STD_*, as v4l2src's are.
enum class Norm : int { none = 0 };

/// The user's settings, with their defaults in this one place.
struct Settings {
  /// The path of a node under /dev, a link to one, or a selector (v4l2::Selector). Empty stands for
  /// the first capture node.
  std::string device;
  /// The descriptor of a node that the application has open, instead of `device`; -1 for none.
  int device_fd{-1};
  /// The URI that set `device`. It is out of date once `device` is set by other means.
  std::string uri;
  IoMode io_mode{IoMode::automatic};
  std::uint32_t min_buffers{4};
  std::uint32_t max_buffers{16};
  OnStarved on_starved{OnStarved::grow};
  Leaky leaky{Leaky::no};
  OnCorrupt on_corrupt{OnCorrupt::drop};
  /// How many frames are left out after each start of the device's stream.
  std::uint32_t skip_frames{};
  /// Leaves out compressed frames after each start, until one can be decoded alone.
  bool start_on_keyframe{};
  CacheHints cache_hints{CacheHints::off};
  Prefer prefer{Prefer::balanced};
  OnNoBandwidth on_no_bandwidth{OnNoBandwidth::next_mode};
  /// Overrides the pixel aspect ratio of a device that reports a wrong one. "59/54" is width over
  /// height. Empty keeps the device's.
  std::string pixel_aspect_ratio;
  /// Whether caps carry the pixel aspect ratio.
  bool force_aspect_ratio{true};
  OnDisconnect on_disconnect{OnDisconnect::error};
  /// How long the element waits for a device; 0 for ever.
  std::chrono::milliseconds reconnect_timeout{};
  // Both timeouts: 0 for ever.
  std::chrono::milliseconds first_frame_timeout{};
  std::chrono::milliseconds stall_timeout{};
  OnStall on_stall{OnStall::warn};
  /// The rectangles of the device, such as "320,0,640x480". Empty leaves a rectangle as it is.
  std::string crop;
  std::string compose;
  /// The pixels to cut from each side of the crop bounds, unless `crop` is set. If none of the
  /// four is set, the rectangle stays as it is.
  std::optional<std::uint32_t> crop_top;
  std::optional<std::uint32_t> crop_left;
  std::optional<std::uint32_t> crop_bottom;
  std::optional<std::uint32_t> crop_right;
  /// The number or the name of an input. Empty leaves the device's.
  std::string input;
  Norm norm{Norm::none};
  /// A mode such as "1920x1080p60", or "auto" to follow the source.
  std::string dv_timings{"auto"};
  /// The path of a file, or a name of v4l2::default_edid(). Empty leaves the device's.
  std::string edid;
  /// The number or the name of an audio input. Empty leaves the device's.
  std::string audio_input;
  /// The frequency of the tuner in Hz. 0 leaves the device's.
  std::uint32_t frequency{};
  OnNoSignal on_no_signal{OnNoSignal::wait};
  /// The path of the device's metadata node, to be read along; "auto" looks for it. Empty for none.
  std::string metadata_device;
  /// The time between two messages with the statistics; 0 for none.
  std::chrono::milliseconds stats_interval{};
  /// Overrides the colorimetry of a device that reports a wrong one: "bt709". Empty keeps the
  /// device's.
  std::string colorimetry;
  TimestampMode timestamp_mode{TimestampMode::driver};
  WallClock wall_clock{WallClock::none};
  /// Makes a wish for a control that cannot be fulfilled an ERROR instead of a WARNING.
  bool controls_strict{};
  /// Whether buffers carry the driver's description of their frames.
  bool frame_metadata{true};
};

}  // namespace v4l2gst
