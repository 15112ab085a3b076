#pragma once

#include <chrono>
#include <optional>

#include "common/handles.h"
#include "common/settings.h"
#include "frames/frame_filter.h"
#include "frames/frame_stamper.h"
#include "negotiation/shortage.h"
#include "session/recovery.h"
#include "session/watchdog.h"

namespace v4l2gst {

/// The data of one run, from READY→PAUSED to PAUSED→READY. A run is one timeline, which survives
/// the loss of a camera.
struct Run {
  Watchdog watchdog{{}, {}, OnStall::warn};
  Recovery recovery{};
  FrameFilter filter{};
  FrameStamper stamper{};
  std::optional<Shortage> shortage{};   ///< set while a mode that fits the USB bus is sought
  CapsPtr flowing_caps{};               ///< caps of the latest frame that went downstream
  CapsPtr former_caps{};                ///< caps agreed on before the buffers or the camera went
  std::chrono::nanoseconds start_at{};  ///< the earliest restart of a broken stream
  unsigned other_sizes{};               ///< consecutive damaged frames of a loopback device
};

}  // namespace v4l2gst
