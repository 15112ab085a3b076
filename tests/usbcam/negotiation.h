#pragma once

#include <cstdint>
#include <optional>

#include <linux/usb/video.h>

#include "usbcam/bytes.h"
#include "usbcam/descriptors.h"
#include "usbcam/modes.h"

namespace usbcam {

/// What driver and camera agree upon before streaming: the driver proposes (probe), the camera
/// answers with the nearest that it can, and the driver settles it (commit).
class Negotiation {
public:
  /// `largest_frame` is what one frame of the largest content needs, if that is more than usual.
  Negotiation(Offer offer, Transfer transfer, std::uint32_t largest_frame);

  /// UVC_GET_* of the probe and commit controls; empty if there is no such request.
  [[nodiscard]] std::optional<Bytes> get(std::uint8_t request) const;

  /// UVC_SET_CUR of either control.
  void set(ByteView wish);

  /// What the last wish came to.
  [[nodiscard]] Mode mode() const;

private:
  [[nodiscard]] uvc_streaming_control nearest(uvc_streaming_control wish) const;

  Offer offer_;
  Transfer transfer_;
  std::uint32_t largest_frame_;
  uvc_streaming_control current_;
};

}  // namespace usbcam
