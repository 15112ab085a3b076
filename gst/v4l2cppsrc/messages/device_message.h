#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <gst/gst.h>

#include "kernel/error.h"
#include "messages/report.h"

namespace v4l2gst {

struct LeftOut;

/// A change of the device's state while the pipeline runs, for an application to show. It is posted
/// as an element message "v4l2cppsrc-device". The message has the fields "state" (one of the names
/// below), "device" (its path), "call" and "errno" (0 where no call failed), and "text", a
/// sentence. With "not-restored" it also has "settings", a list of strings.
struct DeviceMessage {
  enum class State {
    lost,          ///< "lost": it went away, or its driver gave up
    waiting,       ///< "waiting": the element waits for it
    back,          ///< "back": it was found again, or for the first time
    stalled,       ///< "stalled": it sends no frames
    starved,       ///< "starved": downstream holds all buffers, so it can't send any
    restarted,     ///< "restarted": its stream was silent or broken (`errno`), and started again
    reopened,      ///< "reopened": it was closed and is to be opened again
    signal_lost,   ///< "signal-lost": its input has no signal
    signal_found,  ///< "signal-found": its input has a signal again
    not_restored   ///< "not-restored": it is back without some of its settings
  };

  State state{};
  std::string device;
  std::string text;
  v4l2::Error error;
  std::vector<std::string> settings{};  ///< that were not restored
};

void post(GstElement* element, const DeviceMessage& message);

// These functions make the messages that have no Report behind them.

/// `reason` is why the device is not there. It names no path if any camera will do.
DeviceMessage waiting_for(const Report& reason);
DeviceMessage back_at(const std::string& path);
DeviceMessage restarted(const std::string& path);
DeviceMessage reopened(const std::string& path);
DeviceMessage signal_found(const std::string& path, const std::string& input);
DeviceMessage not_restored(const std::string& path, std::vector<std::string> settings);

/// The stream broke, as `error` showed, and is started again.
DeviceMessage mended(const std::string& path, const v4l2::Error& error);

/// The device has sent only damaged frames for `silence`.
Report only_damage(const std::string& path, std::chrono::milliseconds silence,
                   const LeftOut& left_out);

/// `count` frames came, and start-on-keyframe has left them all out.
Report no_key_frame(const std::string& path, std::chrono::milliseconds silence,
                    std::uint64_t count);

/// The device has sent no frame since the start.
Report no_first_frame(const std::string& path, std::chrono::milliseconds silence);

/// The device has sent no frame for `silence`. `starting` is true if the stream has had none yet.
Report stalled(const std::string& path, std::chrono::milliseconds silence, bool starting);

/// The device has sent no frame for `silence`, because downstream holds all `count` buffers.
Report starved(const std::string& path, std::chrono::milliseconds silence, std::uint32_t count);

/// The element waited for the device in vain. `last` is the result of the last try to open it.
Report not_back(const Report& last, std::chrono::milliseconds waited);

/// The device was found again, but has sent no frame within `waited`.
Report back_in_vain(const std::string& path, std::chrono::milliseconds waited);

/// The device was closed to mend its stream, and can't be opened again: `last` says why.
Report not_reopened(const std::string& path, const Report& last);

}  // namespace v4l2gst
