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

/// The life of the pipeline, from READY→PAUSED to PAUSED→READY: one timeline, which survives the
/// loss of a camera.
struct Run {
  Watchdog watchdog{{}, {}, OnStall::warn};
  Recovery recovery{};
  FrameFilter filter{};
  FrameStamper stamper{};
  std::optional<Shortage> shortage{};  ///< while a mode is looked for that the bus has room for
  CapsPtr flowing_caps{};              ///< of the latest frame that went downstream
  CapsPtr former_caps{};  ///< that were agreed on before the buffers or the camera went
  std::chrono::nanoseconds start_at{};  ///< a broken stream is not started again before
  unsigned other_sizes{};  ///< frames in a row that are no picture of the agreed format
};

}  // namespace v4l2gst
