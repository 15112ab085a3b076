#pragma once

#include <string>

namespace real {

/// A UsbCamera talks to a camera of tests/usbcam through its control socket.
class UsbCamera {
public:
  /// The environment variable `variable` names the camera's socket.
  explicit UsbCamera(const std::string& variable);

  /// Returns the answer to a command, "ok ..." or "error: ...".
  [[nodiscard]] std::string ask(const std::string& words) const;

  /// Sends a command that must succeed.
  void tell(const std::string& words) const;

  /// Sends a question that must succeed. Returns the answer after "ok ".
  [[nodiscard]] std::string answer_to(const std::string& words) const;

  /// Returns the path of the camera's node; empty without one.
  [[nodiscard]] std::string node() const;

  [[nodiscard]] bool plugged() const;

  /// Unplugs the camera. An unplugged camera stays unplugged.
  void unplug() const;

  /// Plugs the camera in at `port`, if it is unplugged, and waits for its node.
  void plug(int port) const;

  void wait_for_node() const;

private:
  std::string path_;
};

}  // namespace real
