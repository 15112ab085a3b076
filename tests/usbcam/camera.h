#pragma once

#include <deque>
#include <optional>
#include <string>
#include <variant>

#include "usbcam/control_endpoint.h"
#include "usbcam/controls.h"
#include "usbcam/faults.h"
#include "usbcam/negotiation.h"
#include "usbcam/options.h"
#include "usbcam/streamer.h"
#include "usbcam/vhci.h"

namespace usbcam {

/// A Camera has all parts of the camera. While plugged in it has a connection to the kernel.
class Camera {
public:
  explicit Camera(const Options& options);

  Result<> plug(std::optional<unsigned> port);

  /// Unplugs the camera. Returns when the kernel has removed the device.
  Result<> unplug();

  /// Handles one message of the kernel, which waits on descriptor().
  void serve();

  /// Sends all payloads that are due.
  void pump();

  /// Returns the connection to the kernel, for poll(); nullopt while unplugged.
  [[nodiscard]] std::optional<int> descriptor() const;

  /// Returns when pump() is needed next.
  [[nodiscard]] std::optional<Clock::time_point> deadline() const { return streamer_.deadline(); }

  /// Returns the device node that the kernel gave the camera.
  [[nodiscard]] Result<std::string> node() const;

  /// Changes a control as the camera itself would, and sends the driver a status message.
  Result<> change_control(std::string_view name, std::int32_t value);

  [[nodiscard]] Transfer transfer() const { return transfer_; }

  [[nodiscard]] const Controls& controls() const { return controls_; }

  Faults& faults() { return faults_; }

  Streamer& streamer() { return streamer_; }

private:
  Result<> serve(const UsbIpLink& link);
  Result<> handle(const UsbIpLink& link, const Submit& submit);
  Result<> handle(const UsbIpLink& link, const Unlink& unlink);
  Result<> control_transfer(const UsbIpLink& link, const Submit& submit);
  Result<> send_status(const UsbIpLink& link);
  void keep_if(const Result<>& outcome);
  void disconnect();

  Transfer transfer_;
  Faults faults_;
  Controls controls_;
  Negotiation negotiation_;
  ControlEndpoint control_endpoint_;
  Streamer streamer_;
  std::optional<Attachment> attachment_;
  /// The status endpoint has waiting transfers or waiting messages, never both.
  std::deque<Submit> status_urbs_;
  std::deque<Bytes> status_messages_;
};

}  // namespace usbcam
