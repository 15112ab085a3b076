#pragma once

#include <memory>

#include "faults/stage.h"

namespace faults {

/// A vivid with a webcam and an HDMI input, a metadata and an output node.
std::unique_ptr<Stage> vivid_stage();

/// An isochronous USB camera of user space behind uvcvideo, and another one of its make that is not
/// plugged in: those of USBCAM_CONTROL_1 and _2.
std::unique_ptr<Stage> usb_stage();

}  // namespace faults
