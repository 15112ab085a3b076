#pragma once

#include <optional>

#include "common/handles.h"
#include "flow/data_flow.h"
#include "negotiation/shortage.h"

namespace v4l2gst {

/// The data of one run, from READY→PAUSED to PAUSED→READY. A run is one timeline, which survives
/// the loss of a camera.
struct Run {
  DataFlow flow;
  std::optional<Shortage> shortage{};  ///< set while a mode that fits the USB bus is sought
  CapsPtr former_caps{};               ///< caps agreed on before the buffers or the camera went
  bool has_other_caps{};               ///< the pixels' shape has changed: renew the caps
};

}  // namespace v4l2gst
