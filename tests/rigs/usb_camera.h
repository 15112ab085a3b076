#pragma once

#include <string>

namespace real {

/// A camera of tests/usbcam, spoken to at its control socket.
class UsbCamera {
public:
  /// The camera whose socket this variable of the environment names.
  explicit UsbCamera(const std::string& variable);

  /// What it says to a command: "ok ...", or "error: ...".
  [[nodiscard]] std::string ask(const std::string& words) const;

  /// Sends a command that must go well.
  void tell(const std::string& words) const;

  /// Sends a question that must go well. Returns what follows "ok " in the answer.
  [[nodiscard]] std::string answer_to(const std::string& words) const;

  /// The path of its node; empty when there is none.
  [[nodiscard]] std::string node() const;

  [[nodiscard]] bool plugged() const;

  /// Does nothing when it is unplugged.
  void unplug() const;

  /// Plugs it in at a port, unless it is plugged in, and waits for its node.
  void plug(int port) const;

  void wait_for_node() const;

private:
  std::string path_;
};

}  // namespace real
