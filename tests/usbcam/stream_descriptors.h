#pragma once

#include "usbcam/bytes.h"
#include "usbcam/descriptors.h"
#include "usbcam/modes.h"

namespace usbcam {

/// The most that one packet of the isochronous endpoint holds: three transactions of 1024 bytes.
inline constexpr std::uint32_t isochronous_payload = 3 * 1024;
/// One payload of the bulk endpoint: what uvcvideo takes in one URB.
inline constexpr std::uint32_t bulk_payload = 16 * 1024;

/// The VideoStreaming interface: what is offered, and the endpoint over which it comes.
Bytes streaming_interface_descriptors(const Offer& offer, Transfer transfer);

}  // namespace usbcam
