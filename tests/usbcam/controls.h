#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "usbcam/bytes.h"
#include "usbcam/error.h"

namespace usbcam {

/// The entities of the camera's VideoControl interface that carry controls.
enum class Entity : std::uint8_t { camera_terminal = 1, processing_unit = 2 };

/// Why a control request is refused (UVC 1.1, table 4-7). uvcvideo turns it into an errno.
enum class Refusal : std::uint8_t {
  none = 0,
  wrong_state = 2,      // EACCES
  out_of_range = 4,     // ERANGE
  invalid_control = 6,  // EIO
  invalid_request = 7,  // EIO
};

/// One control of the camera, named as v4l2-ctl names it.
struct Control {
  std::string_view name;
  Entity entity{};
  std::uint8_t selector{};
  /// Its place in the bitmap of controls in the entity's descriptor.
  unsigned bit{};
  /// In bytes, on the wire.
  int size{};
  std::int32_t minimum{};
  std::int32_t maximum{};
  /// The step; for a bitmap control the bits that are supported.
  std::int32_t resolution{};
  std::int32_t initial{};
  /// The control that takes this one over, and its value that leaves it to the user.
  std::string_view automatic{};
  std::int32_t manual_value{};
  std::int32_t current{initial};
};

/// The camera's controls and their state, as seen from both sides: by class requests from the
/// driver, and by the camera's own doings.
class Controls {
public:
  Controls();

  /// UVC_GET_* of a control; uvcvideo asks these when it first needs them.
  [[nodiscard]] std::expected<Bytes, Refusal> get(Entity entity, std::uint8_t selector,
                                                  std::uint8_t request) const;

  /// UVC_SET_CUR of a control.
  Refusal set(Entity entity, std::uint8_t selector, ByteView value);

  [[nodiscard]] Result<std::int32_t> value(std::string_view name) const;

  /// As when it gets power.
  void reset();

  /// The camera changes a control by itself: the message for its interrupt endpoint.
  Result<Bytes> change(std::string_view name, std::int32_t value);

  /// The bitmap of controls in an entity's descriptor, of `size` bytes.
  [[nodiscard]] Bytes bitmap(Entity entity, int size) const;

private:
  [[nodiscard]] const Control* find(Entity entity, std::uint8_t selector) const;
  [[nodiscard]] const Control* find(std::string_view name) const;
  [[nodiscard]] bool is_automatic(const Control& control) const;

  std::vector<Control> controls_;
};

}  // namespace usbcam
