#pragma once

#include <cstdint>
#include <optional>

#include <linux/usb/video.h>

#include "usbcam/bytes.h"
#include "usbcam/descriptors.h"
#include "usbcam/modes.h"

namespace usbcam {

/// A Negotiation finds the mode before streaming. The driver proposes a mode (probe), the camera
/// answers with the nearest one, and the driver sets it (commit).
class Negotiation {
public:
  /// `largest_frame` is the size of the user's largest frame. It counts if it is more than usual.
  Negotiation(Offer offer, Transfer transfer, std::uint32_t largest_frame);

  /// Answers UVC_GET_* of the probe and commit controls; nullopt for an unknown request.
  [[nodiscard]] std::optional<Bytes> get(std::uint8_t request) const;

  /// Runs UVC_SET_CUR of either control.
  void set(ByteView wish);

  /// Returns the mode that the last request led to.
  [[nodiscard]] Mode mode() const;

private:
  [[nodiscard]] uvc_streaming_control nearest(uvc_streaming_control wish) const;

  Offer offer_;
  Transfer transfer_;
  std::uint32_t largest_frame_;
  uvc_streaming_control current_;
};

}  // namespace usbcam
