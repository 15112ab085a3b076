#pragma once

#include <array>
#include <cstdint>
#include <variant>
#include <vector>

#include "kernel/unique_fd.h"
#include "usbcam/bytes.h"
#include "usbcam/error.h"

namespace usbcam {

/// An IsoPacket is one packet of an isochronous transfer, as USB/IP describes it.
struct IsoPacket {
  std::uint32_t offset{};
  std::uint32_t length{};
  std::uint32_t actual_length{};
  std::uint32_t status{};
};

/// A Submit is a transfer that the host asks for (an URB).
struct Submit {
  std::uint32_t sequence{};
  std::uint32_t endpoint{};
  bool is_input{};
  /// The size of the host's buffer.
  std::uint32_t length{};
  std::array<std::uint8_t, 8> setup{};
  /// The host's data; empty for input.
  Bytes data;
  /// The packets of an isochronous transfer; otherwise empty.
  std::vector<IsoPacket> packets;
};

/// An Unlink asks for the return of a submitted transfer.
struct Unlink {
  std::uint32_t sequence{};
  std::uint32_t target{};
};

using Request = std::variant<Submit, Unlink>;

/// A Completion is the end of a transfer.
struct Completion {
  std::uint32_t sequence{};
  /// 0 or a negative errno.
  std::int32_t status{};
  /// The input data, or the number of bytes that were output.
  Bytes data;
  std::uint32_t output_length{};
  std::vector<IsoPacket> packets;
};

/// A UsbIpLink is the device's end of a USB/IP connection. The protocol is described at
/// docs.kernel.org/usb/usbip_protocol.html. An error of any call means that the host is gone.
class UsbIpLink {
public:
  explicit UsbIpLink(v4l2::UniqueFd socket) : socket_{std::move(socket)} {}

  [[nodiscard]] int descriptor() const { return socket_.get(); }

  /// Waits for the whole of the next request and returns it.
  [[nodiscard]] Result<Request> receive() const;

  [[nodiscard]] Result<> complete(const Completion& completion) const;

  /// Answers an Unlink. `was_waiting` says whether the transfer was still here.
  [[nodiscard]] Result<> acknowledge(const Unlink& unlink, bool was_waiting) const;

private:
  [[nodiscard]] Result<Bytes> read(std::size_t size) const;
  [[nodiscard]] Result<> write(ByteView head, ByteView body, ByteView tail) const;

  v4l2::UniqueFd socket_;
};

}  // namespace usbcam
