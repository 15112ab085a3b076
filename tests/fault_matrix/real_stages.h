#pragma once

#include <memory>

#include "fault_matrix/stage.h"

namespace faults {

/// A vivid with a webcam and an HDMI input, a metadata and an output node.
std::unique_ptr<Stage> vivid_stage();

/// An isochronous USB camera of user space behind uvcvideo, and another one of its make that is not
/// plugged in: those of USBCAM_CONTROL_1 and _2.
std::unique_ptr<Stage> usb_stage();

/// Two loopback devices: the first captures from the start (exclusive_caps=0), the second once it
/// is fed. Named after the driver's version, as they differ.
std::unique_ptr<Stage> loopback_stage();

/// The RGB node of vimc, with its media graph set up by the script that VIMC_SCRIPT names, which is
/// tests/drivers/vimc.sh.
std::unique_ptr<Stage> vimc_stage();

}  // namespace faults
