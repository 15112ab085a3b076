#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "usbcam/bytes.h"
#include "usbcam/controls.h"
#include "usbcam/descriptors.h"
#include "usbcam/negotiation.h"

namespace usbcam {

/// A Setup has the eight bytes that begin each control transfer (USB 2.0, table 9-2).
struct Setup {
  std::uint8_t type{};
  std::uint8_t request{};
  std::uint16_t value{};
  std::uint16_t index{};
  std::uint16_t length{};
};

static_assert(sizeof(Setup) == 8);

/// An Effect is what a request makes the camera do besides the answer.
enum class Effect { none, start_stream, stop_stream };

/// An Answer has data for the host, or a negative errno. USB/IP reports a stall as an errno.
struct Answer {
  int status{};
  Bytes data;
  Effect effect{Effect::none};
};

/// Endpoint 0 answers standard and class requests from the camera's descriptors and state.
class ControlEndpoint {
public:
  ControlEndpoint(Descriptors descriptors, Transfer transfer, Controls& controls,
                  Negotiation& negotiation);

  /// Returns the answer to a request. `data` is the host's. `no_bandwidth` refuses an isochronous
  /// stream.
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
  /// The reason why the last control request was refused, which the driver can ask for.
  Refusal refusal_{Refusal::none};
};

}  // namespace usbcam
