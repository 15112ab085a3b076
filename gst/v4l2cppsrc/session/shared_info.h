#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <linux/videodev2.h>

#include <gst/gst.h>

#include "common/settings.h"
#include "common/signal_state.h"
#include "kernel/mutex.h"

namespace v4l2 {
class Modes;
}  // namespace v4l2

namespace v4l2gst {

class KnownControls;

/// A snapshot of the device, for applications to query at any time. It is replaced as a whole when
/// something changes.
struct DeviceInfo {
  std::string device;       ///< the path of the open device; empty while none is
  std::string device_name;  ///< the card's name; empty while closed
  int device_fd{-1};
  std::string id;       ///< a selector that finds the device again
  std::string serial;   ///< of a USB device that has one
  std::string usb_id;   ///< "046d:0825", of a USB device
  std::string bus;      ///< v4l2::Identity::bus
  std::string by_id;    ///< a link to the node; empty without udev
  std::string by_path;  ///< likewise
  std::uint32_t capabilities{};
  std::shared_ptr<v4l2::Modes> modes;
  std::shared_ptr<KnownControls> controls;
  std::optional<v4l2_rect> crop_bounds;  ///< nullopt if the device does not say
  bool follows_source{};                 ///< an outside source decides what is captured
  SignalState signal{SignalState::no_device};
  GstClockTime frame_duration{GST_CLOCK_TIME_NONE};
  bool exports{};                ///< true if its frames may become DMABuf memory
  bool forces_key_frames{true};  ///< false once the device is known to force no key frame
  std::uint32_t depth{};  ///< frames that may be on their way; 0 while no buffers are allocated
  GstClockTime measured_latency{};  ///< of a frame until it arrives; 0 if as the rate says
};

/// Holds the settings and the device info. Any thread.
class SharedInfo {
public:
  [[nodiscard]] Settings settings() const {
    const v4l2::MutexLock lock{mutex_};
    return settings_;
  }

  /// Runs `change` on the settings.
  template <class Change>
  void change_settings(Change change) {
    const v4l2::MutexLock lock{mutex_};
    change(settings_);
  }

  [[nodiscard]] DeviceInfo device_info() const {
    const v4l2::MutexLock lock{mutex_};
    return device_info_;
  }

  /// Runs `change` on a copy of the device info, and publishes the copy. Only the session calls it,
  /// so that no change in between is lost.
  template <class Change>
  void change_device_info(Change change) {
    auto info = device_info();
    change(info);
    publish(std::move(info));
  }

  void publish(DeviceInfo facts) {
    const v4l2::MutexLock lock{mutex_};
    std::swap(device_info_, facts);
  }

private:
  mutable v4l2::Mutex mutex_;  // never held across a system call
  Settings settings_ GUARDED_BY(mutex_);
  DeviceInfo device_info_ GUARDED_BY(mutex_);
};

}  // namespace v4l2gst
