#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "usbcam/bytes.h"
#include "usbcam/error.h"

namespace usbcam {

/// An Entity of the camera's VideoControl interface carries controls.
enum class Entity : std::uint8_t { camera_terminal = 1, processing_unit = 2 };

/// A Refusal says why a control request fails (UVC 1.1, table 4-7). uvcvideo turns it into an
/// errno.
enum class Refusal : std::uint8_t {
  none = 0,
  wrong_state = 2,      // EACCES
  out_of_range = 4,     // ERANGE
  invalid_control = 6,  // EIO
  invalid_request = 7,  // EIO
};

/// A Control has the name that v4l2-ctl shows.
struct Control {
  std::string_view name;
  Entity entity{};
  std::uint8_t selector{};
  /// The bit of the control in the bitmap of its entity's descriptor.
  unsigned bit{};
  /// The number of bytes on the wire.
  int size{};
  std::int32_t minimum{};
  std::int32_t maximum{};
  /// The step, or the supported bits of a bitmap control.
  std::int32_t resolution{};
  std::int32_t initial{};
  /// The control that governs this one. With `manual_value` it leaves this one to the user.
  std::string_view automatic{};
  std::int32_t manual_value{};
  std::int32_t current{initial};
};

/// Controls have the camera's controls and their state. The driver changes them with class
/// requests, and the camera changes them by itself.
class Controls {
public:
  Controls();

  /// Answers UVC_GET_* of a control. uvcvideo sends these when it first needs them.
  [[nodiscard]] std::expected<Bytes, Refusal> get(Entity entity, std::uint8_t selector,
                                                  std::uint8_t request) const;

  /// Runs UVC_SET_CUR of a control.
  Refusal set(Entity entity, std::uint8_t selector, ByteView value);

  [[nodiscard]] Result<std::int32_t> value(std::string_view name) const;

  /// Sets all controls to their initial values, as a camera does when it gets power.
  void reset();

  /// Changes a control as the camera itself would. Returns the message for its interrupt endpoint.
  Result<Bytes> change(std::string_view name, std::int32_t value);

  /// Returns the bitmap of controls in an entity's descriptor, of `size` bytes.
  [[nodiscard]] Bytes bitmap(Entity entity, int size) const;

private:
  [[nodiscard]] const Control* find(Entity entity, std::uint8_t selector) const;
  [[nodiscard]] const Control* find(std::string_view name) const;
  [[nodiscard]] bool is_automatic(const Control& control) const;

  std::vector<Control> controls_;
};

}  // namespace usbcam
