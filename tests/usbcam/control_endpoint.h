#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "usbcam/bytes.h"
#include "usbcam/controls.h"
#include "usbcam/descriptors.h"
#include "usbcam/negotiation.h"

namespace usbcam {

/// The eight bytes that begin each control transfer (USB 2.0, table 9-2).
struct Setup {
  std::uint8_t type{};
  std::uint8_t request{};
  std::uint16_t value{};
  std::uint16_t index{};
  std::uint16_t length{};
};

static_assert(sizeof(Setup) == 8);

/// What a request makes the camera do, beside being answered.
enum class Effect { none, start_stream, stop_stream };

/// The answer: data for the host, or a negative errno as USB/IP reports a stall.
struct Answer {
  int status{};
  Bytes data;
  Effect effect{Effect::none};
};

/// Endpoint 0: answers standard and class requests out of what the camera is and knows.
class ControlEndpoint {
public:
  ControlEndpoint(Descriptors descriptors, Transfer transfer, Controls& controls,
                  Negotiation& negotiation);

  /// `data` is what the host sends along. `no_bandwidth` refuses an isochronous stream.
  Answer answer(const Setup& setup, ByteView data, bool no_bandwidth);

private:
  [[nodiscard]] Answer standard(const Setup& setup, bool no_bandwidth) const;
  [[nodiscard]] std::optional<Bytes> descriptor(std::uint8_t type, std::uint8_t index) const;
  Answer streaming(const Setup& setup, ByteView data);
  Answer control(const Setup& setup, ByteView data);

  Descriptors descriptors_;
  Transfer transfer_;
  Controls& controls_;
  Negotiation& negotiation_;
  /// Why the last control request was refused, for the driver to ask.
  Refusal refusal_{Refusal::none};
};

}  // namespace usbcam
