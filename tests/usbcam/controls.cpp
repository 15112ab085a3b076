#include "usbcam/controls.h"

#include <algorithm>
#include <string>

#include <linux/usb/video.h>

namespace usbcam {
namespace {

// The exposure modes are a bitmap: manual, automatic, shutter priority, aperture priority.
constexpr std::int32_t exposure_manual = 1;
constexpr std::int32_t exposure_aperture_priority = 8;

std::vector<Control> all_controls() {
  constexpr auto terminal = Entity::camera_terminal;
  constexpr auto unit = Entity::processing_unit;
  return {
      {.name = "auto_exposure",
       .entity = terminal,
       .selector = UVC_CT_AE_MODE_CONTROL,
       .bit = 1,
       .size = 1,
       .minimum = exposure_manual,
       .maximum = exposure_aperture_priority,
       .resolution = exposure_manual | exposure_aperture_priority,
       .initial = exposure_aperture_priority},
      {.name = "exposure_time_absolute",
       .entity = terminal,
       .selector = UVC_CT_EXPOSURE_TIME_ABSOLUTE_CONTROL,
       .bit = 3,
       .size = 4,
       .minimum = 1,
       .maximum = 5000,
       .resolution = 1,
       .initial = 156,
       .automatic = "auto_exposure",
       .manual_value = exposure_manual},
      {.name = "focus_absolute",
       .entity = terminal,
       .selector = UVC_CT_FOCUS_ABSOLUTE_CONTROL,
       .bit = 5,
       .size = 2,
       .minimum = 0,
       .maximum = 250,
       .resolution = 5,
       .initial = 0,
       .automatic = "focus_automatic_continuous",
       .manual_value = 0},
      {.name = "focus_automatic_continuous",
       .entity = terminal,
       .selector = UVC_CT_FOCUS_AUTO_CONTROL,
       .bit = 17,
       .size = 1,
       .minimum = 0,
       .maximum = 1,
       .resolution = 1,
       .initial = 1},
      {.name = "zoom_absolute",
       .entity = terminal,
       .selector = UVC_CT_ZOOM_ABSOLUTE_CONTROL,
       .bit = 9,
       .size = 2,
       .minimum = 100,
       .maximum = 500,
       .resolution = 1,
       .initial = 100},
      {.name = "brightness",
       .entity = unit,
       .selector = UVC_PU_BRIGHTNESS_CONTROL,
       .bit = 0,
       .size = 2,
       .minimum = -64,
       .maximum = 64,
       .resolution = 1,
       .initial = 0},
      {.name = "contrast",
       .entity = unit,
       .selector = UVC_PU_CONTRAST_CONTROL,
       .bit = 1,
       .size = 2,
       .minimum = 0,
       .maximum = 95,
       .resolution = 1,
       .initial = 32},
      {.name = "saturation",
       .entity = unit,
       .selector = UVC_PU_SATURATION_CONTROL,
       .bit = 3,
       .size = 2,
       .minimum = 0,
       .maximum = 100,
       .resolution = 1,
       .initial = 56},
      {.name = "gain",
       .entity = unit,
       .selector = UVC_PU_GAIN_CONTROL,
       .bit = 9,
       .size = 2,
       .minimum = 0,
       .maximum = 100,
       .resolution = 1,
       .initial = 0},
      {.name = "power_line_frequency",
       .entity = unit,
       .selector = UVC_PU_POWER_LINE_FREQUENCY_CONTROL,
       .bit = 10,
       .size = 1,
       .minimum = 0,
       .maximum = 2,
       .resolution = 1,
       .initial = 1},
      {.name = "white_balance_temperature",
       .entity = unit,
       .selector = UVC_PU_WHITE_BALANCE_TEMPERATURE_CONTROL,
       .bit = 6,
       .size = 2,
       .minimum = 2800,
       .maximum = 6500,
       .resolution = 10,
       .initial = 4600,
       .automatic = "white_balance_automatic",
       .manual_value = 0},
      {.name = "white_balance_automatic",
       .entity = unit,
       .selector = UVC_PU_WHITE_BALANCE_TEMPERATURE_AUTO_CONTROL,
       .bit = 12,
       .size = 1,
       .minimum = 0,
       .maximum = 1,
       .resolution = 1,
       .initial = 1},
  };
}

Bytes wire(const Control& control, std::int32_t value) {
  Bytes bytes;
  append_number(bytes, static_cast<std::uint32_t>(value), control.size);
  return bytes;
}

/// Decodes a value. Two-byte controls are signed here, as brightness is. The others are never
/// negative.
std::int32_t from_wire(const Control& control, ByteView bytes) {
  if (control.size == 2) return from_bytes<std::int16_t>(bytes);
  return from_bytes<std::int32_t>(bytes.first(std::min<std::size_t>(control.size, bytes.size())));
}

bool is_allowed(const Control& control, std::int32_t value) {
  if (control.selector == UVC_CT_AE_MODE_CONTROL && control.entity == Entity::camera_terminal) {
    return value != 0 && (value & ~control.resolution) == 0;
  }
  return value >= control.minimum && value <= control.maximum;
}

}  // namespace

Controls::Controls() : controls_{all_controls()} {}

void Controls::reset() {
  for (Control& control : controls_)
    control.current = control.initial;
}

const Control* Controls::find(Entity entity, std::uint8_t selector) const {
  auto found = std::ranges::find_if(controls_, [&](const Control& control) {
    return control.entity == entity && control.selector == selector;
  });
  return found == controls_.end() ? nullptr : &*found;
}

const Control* Controls::find(std::string_view name) const {
  auto found = std::ranges::find(controls_, name, &Control::name);
  return found == controls_.end() ? nullptr : &*found;
}

bool Controls::is_automatic(const Control& control) const {
  const Control* master = find(control.automatic);
  return master != nullptr && master->current != control.manual_value;
}

std::expected<Bytes, Refusal> Controls::get(Entity entity, std::uint8_t selector,
                                            std::uint8_t request) const {
  const Control* control = find(entity, selector);
  if (control == nullptr) return std::unexpected{Refusal::invalid_control};
  switch (request) {
    case UVC_GET_CUR:
      return wire(*control, control->current);
    case UVC_GET_MIN:
      return wire(*control, control->minimum);
    case UVC_GET_MAX:
      return wire(*control, control->maximum);
    case UVC_GET_RES:
      return wire(*control, control->resolution);
    case UVC_GET_DEF:
      return wire(*control, control->initial);
    case UVC_GET_LEN:
      return Bytes{static_cast<std::uint8_t>(control->size), 0};
    case UVC_GET_INFO: {
      unsigned info = UVC_CONTROL_CAP_GET | UVC_CONTROL_CAP_SET;
      if (!control->automatic.empty()) info |= UVC_CONTROL_CAP_AUTOUPDATE;
      if (is_automatic(*control)) info |= UVC_CONTROL_CAP_DISABLED;
      return Bytes{static_cast<std::uint8_t>(info)};
    }
    default:
      return std::unexpected{Refusal::invalid_request};
  }
}

Refusal Controls::set(Entity entity, std::uint8_t selector, ByteView bytes) {
  const Control* control = find(entity, selector);
  if (control == nullptr) return Refusal::invalid_control;
  if (is_automatic(*control)) return Refusal::wrong_state;
  std::int32_t value = from_wire(*control, bytes);
  if (!is_allowed(*control, value)) return Refusal::out_of_range;
  controls_[control - controls_.data()].current = value;
  return Refusal::none;
}

Result<std::int32_t> Controls::value(std::string_view name) const {
  const Control* control = find(name);
  if (control == nullptr) return failure("no control " + std::string{name});
  return control->current;
}

Result<Bytes> Controls::change(std::string_view name, std::int32_t value) {
  const Control* control = find(name);
  if (control == nullptr) return failure("no control " + std::string{name});
  if (!is_allowed(*control, value)) return failure(std::to_string(value) + " is out of range");
  controls_[control - controls_.data()].current = value;
  // The packet is a status packet of a VideoControl interface (UVC 1.1, table 2-2). It has an
  // originator, the event "control change", a selector, the attribute "value" and the value.
  Bytes packet{UVC_STATUS_TYPE_CONTROL, static_cast<std::uint8_t>(control->entity), 0,
               control->selector, 0};
  append(packet, wire(*control, value));
  return packet;
}

Bytes Controls::bitmap(Entity entity, int size) const {
  std::uint64_t bits = 0;
  for (const Control& control : controls_) {
    if (control.entity == entity) bits |= 1ULL << control.bit;
  }
  Bytes bytes;
  append_number(bytes, bits, size);
  return bytes;
}

}  // namespace usbcam
