#pragma once

#include <array>
#include <cstdint>
#include <variant>
#include <vector>

#include "kernel/unique_fd.h"
#include "usbcam/bytes.h"
#include "usbcam/error.h"

namespace usbcam {

/// One packet of an isochronous transfer, as USB/IP describes it.
struct IsoPacket {
  std::uint32_t offset{};
  std::uint32_t length{};
  std::uint32_t actual_length{};
  std::uint32_t status{};
};

/// A transfer that the host asks for (an URB).
struct Submit {
  std::uint32_t sequence{};
  std::uint32_t endpoint{};
  bool is_input{};
  /// What the host's buffer holds.
  std::uint32_t length{};
  std::array<std::uint8_t, 8> setup{};
  /// What the host sends; empty for input.
  Bytes data;
  /// Empty unless the transfer is isochronous.
  std::vector<IsoPacket> packets;
};

/// The host wants a transfer back that it asked for before.
struct Unlink {
  std::uint32_t sequence{};
  std::uint32_t target{};
};

using Request = std::variant<Submit, Unlink>;

/// The end of a transfer.
struct Completion {
  std::uint32_t sequence{};
  /// 0 or a negative errno.
  std::int32_t status{};
  /// What came in, or the number of bytes that went out.
  Bytes data;
  std::uint32_t output_length{};
  std::vector<IsoPacket> packets;
};

/// One end of a USB/IP connection, the device's. Protocol: docs.kernel.org/usb/usbip_protocol.html.
/// An error of any call means that the host is gone.
class UsbIpLink {
public:
  explicit UsbIpLink(v4l2::UniqueFd socket) : socket_{std::move(socket)} {}

  [[nodiscard]] int descriptor() const { return socket_.get(); }

  /// The next request; waits until all of it has come.
  [[nodiscard]] Result<Request> receive() const;

  [[nodiscard]] Result<> complete(const Completion& completion) const;

  /// Answers an Unlink: was the transfer still waiting here?
  [[nodiscard]] Result<> acknowledge(const Unlink& unlink, bool was_waiting) const;

private:
  [[nodiscard]] Result<Bytes> read(std::size_t size) const;
  [[nodiscard]] Result<> write(ByteView head, ByteView body, ByteView tail) const;

  v4l2::UniqueFd socket_;
};

}  // namespace usbcam
