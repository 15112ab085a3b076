#pragma once

#include <memory>

#include "fault_matrix/stage.h"

namespace faults {

/// Returns a vivid with a webcam input, an HDMI input, a metadata node and an output node.
std::unique_ptr<Stage> vivid_stage();

/// Returns an isochronous USB camera of user space behind uvcvideo. Another camera of the same make
/// is not plugged in. Their sockets are USBCAM_CONTROL_1 and USBCAM_CONTROL_2.
std::unique_ptr<Stage> usb_stage();

/// Returns two loopback devices. The first one captures from the start (exclusive_caps=0), the
/// second one when it is fed. The name contains the driver's version, since versions differ.
std::unique_ptr<Stage> loopback_stage();

/// The RGB node of vimc, with its media graph set up by the script that VIMC_SCRIPT names, which is
/// tests/drivers/vimc.sh. Named after the kernel's series, as they differ.
std::unique_ptr<Stage> vimc_stage();

}  // namespace faults
