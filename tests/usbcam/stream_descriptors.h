#pragma once

#include "usbcam/bytes.h"
#include "usbcam/descriptors.h"
#include "usbcam/modes.h"

namespace usbcam {

/// A packet of the isochronous endpoint holds at most three transactions of 1024 bytes.
inline constexpr std::uint32_t isochronous_payload = 3 * 1024;
/// A payload of the bulk endpoint is as large as uvcvideo's URBs.
inline constexpr std::uint32_t bulk_payload = 16 * 1024;

/// Returns the descriptors of the VideoStreaming interface, with its formats and its endpoint.
Bytes streaming_interface_descriptors(const Offer& offer, Transfer transfer);

}  // namespace usbcam
