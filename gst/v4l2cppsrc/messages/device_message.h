#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <gst/gst.h>

#include "frames/frame_check.h"
#include "kernel/error.h"
#include "messages/report.h"

namespace v4l2gst {

/// What becomes of the device while the pipeline runs, for an application to show: posted as an
/// element message "v4l2cppsrc-device" with the fields "state" (one of the names below), "device"
/// (its path), "call" and "errno" (0 where no call failed), and "text", a sentence; with
/// "not-restored" also "settings", a list of strings.
struct DeviceMessage {
  enum class State {
    lost,          ///< "lost": it went away, or its driver gave up
    waiting,       ///< "waiting": it is waited for
    back,          ///< "back": it was found again, or for the first time
    stalled,       ///< "stalled": it sends no frames
    starved,       ///< "starved": downstream holds all buffers, so it can't send any
    restarted,     ///< "restarted": its stream was silent or broken (`errno`), and started again
    reopened,      ///< "reopened": it was closed and is to be opened again
    signal_lost,   ///< "signal-lost": nothing comes in at its input
    signal_found,  ///< "signal-found": something comes in again
    not_restored   ///< "not-restored": it is back without some of its settings
  };

  State state{};
  std::string device;
  std::string text;
  v4l2::Error error;
  std::vector<std::string> settings{};  ///< that were not restored
};

void post(GstElement* element, const DeviceMessage& notice);

// What the notices say that no Report is behind.

/// `reason` is why it is not there; it names no path where any camera will do.
DeviceMessage waiting_for(const Report& reason);
DeviceMessage back_at(const std::string& path);
DeviceMessage restarted(const std::string& path);
DeviceMessage reopened(const std::string& path);
DeviceMessage signal_found(const std::string& path, const std::string& input);
DeviceMessage not_restored(const std::string& path, std::vector<std::string> settings);

/// The stream broke, as `error` showed, and is started again.
DeviceMessage mended(const std::string& path, const v4l2::Error& error);

/// Nothing but damaged frames came for `silence`.
Report only_damage(const std::string& path, std::chrono::milliseconds silence,
                   const LeftOut& left_out);

/// `count` frames came, and start-on-keyframe has left them all out.
Report no_key_frame(const std::string& path, std::chrono::milliseconds silence,
                    std::uint64_t count);

/// No frame has come since the start.
Report no_first_frame(const std::string& path, std::chrono::milliseconds silence);

/// No frame for `silence`; `starting` where there was none yet since the stream began.
Report stalled(const std::string& path, std::chrono::milliseconds silence, bool starting);

/// No frame for `silence`, because downstream holds all of the `count` buffers.
Report starved(const std::string& path, std::chrono::milliseconds silence, std::uint32_t count);

/// No frame comes, because no signal comes in at the input of that name.
Report no_signal(const std::string& path, const std::string& input);

/// The device was waited for in vain; `last` is what the last try to open it said.
Report not_back(const Report& last, std::chrono::milliseconds waited);

/// The device was found again, and has sent no frame for as long as it was to be waited for.
Report back_in_vain(const std::string& path, std::chrono::milliseconds waited);

/// The device was closed to mend its stream, and can't be opened again: `last` says why.
Report not_reopened(const std::string& path, const Report& last);

}  // namespace v4l2gst
