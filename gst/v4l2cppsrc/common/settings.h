#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace v4l2gst {

/// How frames travel from the driver to downstream; the values of the io-mode property, named and
/// numbered as v4l2src's.
enum class IoMode : int {
  automatic = 0,
  rw = 1,
  mmap = 2,
  userptr = 3,
  dmabuf = 4,
  dmabuf_import = 5,
};

/// Whether frames may go downstream as DMABuf memory.
constexpr bool may_share(IoMode mode) {
  return mode == IoMode::automatic || mode == IoMode::dmabuf || mode == IoMode::dmabuf_import;
}

/// What is done when downstream holds so many buffers that the driver is about to run dry.
enum class OnStarved : int {
  grow,  ///< more buffers, up to max-buffers; then as `copy`
  copy,  ///< the frame goes downstream as a copy, and its buffer back to the driver
  drop,  ///< the frame is left out and counted
};

/// Which frame goes downstream when several wait.
enum class Leaky : int {
  no,      ///< the oldest: none is left out
  newest,  ///< the newest; those before it are left out and counted
};

/// What is done with a frame that is damaged. One that is empty, or larger than its buffer, is left
/// out in any case.
enum class OnCorrupt : int {
  drop,  ///< it is left out and counted
  flag,  ///< it goes downstream with GST_BUFFER_FLAG_CORRUPTED
  pass,  ///< it goes downstream as it is, and nobody looks
};

/// Who keeps the CPU's caches in order, where the driver leaves that to us
/// (V4L2_BUF_CAP_SUPPORTS_MMAP_CACHE_HINTS).
enum class CacheHints : int {
  off,     ///< the driver's own choice: coherent memory, on many boards not cached at all
  cached,  ///< cached memory, synchronised by the kernel at each queueing and dequeueing
  lazy,    ///< cached memory, synchronised only when and where a CPU maps it
};

/// Which of a device's modes is taken where downstream leaves a choice.
enum class Prefer : int {
  balanced,    ///< at least 24 frames per second, then the larger picture up to 1920x1080, then the
               ///< higher rate
  framerate,   ///< the highest rate, then the larger picture up to 1920x1080
  resolution,  ///< the largest picture, then the higher rate
  raw,         ///< not compressed, then as `balanced`
  compressed,  ///< compressed, then as `balanced`
};

/// What is done when the USB bus has no room for the mode that was chosen.
enum class OnNoBandwidth : int {
  next_mode,  ///< the next mode that takes less, where caps leave a choice
  error,      ///< an ERROR
};

/// What becomes of the stream when the device goes away.
enum class OnDisconnect : int {
  error,  ///< an ERROR
  wait,   ///< it is waited for, and goes on in the same stream
  eos,    ///< the stream ends, so that what was recorded can be finished
};

/// What is done when no frame comes for first-frame-timeout or stall-timeout.
enum class OnStall : int {
  warn,     ///< a WARNING
  restart,  ///< and the stream is started again
  reopen,   ///< and if that has not helped, the device is opened again
  error,    ///< an ERROR
};

/// What the user asked for: always there, defaults in one place.
struct Settings {
  /// A path under /dev, or a link to one; empty for the first capture node.
  std::string device;
  IoMode io_mode{IoMode::automatic};
  std::uint32_t min_buffers{4};
  std::uint32_t max_buffers{16};
  OnStarved on_starved{OnStarved::grow};
  Leaky leaky{Leaky::no};
  OnCorrupt on_corrupt{OnCorrupt::drop};
  /// How many frames are left out after each start of the device's stream.
  std::uint32_t skip_frames{};
  /// Whether compressed frames are left out after each start until one that can be decoded alone.
  bool start_on_keyframe{};
  CacheHints cache_hints{CacheHints::off};
  Prefer prefer{Prefer::balanced};
  OnNoBandwidth on_no_bandwidth{OnNoBandwidth::next_mode};
  /// "59/54", width over height, of a device that does not tell the truth; empty for the device's.
  std::string pixel_aspect_ratio;
  /// Whether caps carry it.
  bool force_aspect_ratio{true};
  OnDisconnect on_disconnect{OnDisconnect::error};
  /// How long a device is waited for; 0 for ever.
  std::chrono::milliseconds reconnect_timeout{};
  // 0 for ever.
  std::chrono::milliseconds first_frame_timeout{};
  std::chrono::milliseconds stall_timeout{};
  OnStall on_stall{OnStall::warn};
  /// "bt709", of a device that does not tell the truth; empty for the device's.
  std::string colorimetry;
};

}  // namespace v4l2gst
