#include "usbcam/descriptors.h"

#include <array>

#include <linux/usb/ch9.h>
#include <linux/usb/video.h>

#include "usbcam/stream_descriptors.h"

namespace usbcam {
namespace {

// These are the indices of the strings.
constexpr std::uint8_t manufacturer_string = 1;
constexpr std::uint8_t product_string = 2;
constexpr std::uint8_t serial_string = 3;

/// The class means "interface associations". A device with two interfaces for one function must
/// report it.
constexpr std::array<std::uint8_t, 3> misc_class{USB_CLASS_MISC, 0x02, 0x01};

constexpr std::uint16_t camera_terminal_type = 0x0201;  // ITT_CAMERA
constexpr std::uint16_t usb_terminal_type = 0x0101;     // TT_STREAMING
constexpr std::uint8_t output_terminal = 3;

Bytes device_descriptor(const Identity& identity) {
  Bytes bytes{USB_DT_DEVICE_SIZE, USB_DT_DEVICE};
  append_number(bytes, 0x0200, 2);  // USB 2.0
  append(bytes, misc_class);
  bytes.push_back(64);  // the largest packet of endpoint 0
  append_number(bytes, identity.vendor_id, 2);
  append_number(bytes, identity.product_id, 2);
  append_number(bytes, 0x0100, 2);  // the device's own version
  append(bytes, Bytes{manufacturer_string, product_string, serial_string, 1});
  return bytes;
}

Bytes qualifier_descriptor() {
  Bytes bytes{sizeof(usb_qualifier_descriptor), USB_DT_DEVICE_QUALIFIER};
  append_number(bytes, 0x0200, 2);
  append(bytes, misc_class);
  append(bytes, Bytes{64, 1, 0});
  return bytes;
}

/// Encodes ASCII as UTF-16.
Bytes string_descriptor(std::string_view text) {
  Bytes bytes{static_cast<std::uint8_t>(2 + 2 * text.size()), USB_DT_STRING};
  for (char character : text)
    append_number(bytes, static_cast<std::uint8_t>(character), 2);
  return bytes;
}

/// The camera has a sensor, a processing unit and an output terminal to USB.
Bytes control_units(const Controls& controls) {
  constexpr auto terminal = static_cast<std::uint8_t>(Entity::camera_terminal);
  constexpr auto unit = static_cast<std::uint8_t>(Entity::processing_unit);

  Bytes units{18, USB_DT_CS_INTERFACE, UVC_VC_INPUT_TERMINAL, terminal};
  append_number(units, camera_terminal_type, 2);
  append(units, Bytes{0, 0});  // no associated terminal, no name
  append(units, Bytes(6));     // focal lengths: not known
  units.push_back(3);
  append(units, controls.bitmap(Entity::camera_terminal, 3));

  append(units, Bytes{12, USB_DT_CS_INTERFACE, UVC_VC_PROCESSING_UNIT, unit, terminal, 0, 0, 2});
  append(units, controls.bitmap(Entity::processing_unit, 2));
  append(units, Bytes{0, 0});  // no name, no analogue standards

  append(units, Bytes{9, USB_DT_CS_INTERFACE, UVC_VC_OUTPUT_TERMINAL, output_terminal});
  append_number(units, usb_terminal_type, 2);
  append(units, Bytes{0, unit, 0});
  return units;
}

Bytes control_interface_descriptors(const Controls& controls, bool has_status_endpoint) {
  Bytes units = control_units(controls);
  Bytes bytes{USB_DT_INTERFACE_SIZE,
              USB_DT_INTERFACE,
              control_interface,
              0,
              static_cast<std::uint8_t>(has_status_endpoint ? 1 : 0),
              USB_CLASS_VIDEO,
              UVC_SC_VIDEOCONTROL,
              0,
              0};
  append(bytes, Bytes{13, USB_DT_CS_INTERFACE, UVC_VC_HEADER});
  append_number(bytes, 0x0110, 2);  // UVC 1.1
  append_number(bytes, 13 + units.size(), 2);
  append_number(bytes, clock_frequency, 4);
  append(bytes, Bytes{1, streaming_interface});
  append(bytes, units);
  if (!has_status_endpoint) return bytes;
  // The camera reports a changed control on the status endpoint.
  append(bytes, Bytes{USB_DT_ENDPOINT_SIZE, USB_DT_ENDPOINT, status_endpoint, USB_ENDPOINT_XFER_INT,
                      16, 0, 6});
  append(bytes, Bytes{5, USB_DT_CS_ENDPOINT, UVC_EP_INTERRUPT, 16, 0});
  return bytes;
}

Bytes configuration_descriptor(const Identity& identity, const Offer& offer, Transfer transfer,
                               const Controls& controls) {
  Bytes interfaces{USB_DT_INTERFACE_ASSOCIATION_SIZE, USB_DT_INTERFACE_ASSOCIATION,
                   control_interface, 2, USB_CLASS_VIDEO, UVC_SC_VIDEO_INTERFACE_COLLECTION, 0,
                   // uvcvideo's name would be "product: function" if the function had a name too.
                   0};
  append(interfaces, control_interface_descriptors(controls, identity.status_endpoint));
  append(interfaces, streaming_interface_descriptors(offer, transfer));

  Bytes bytes{USB_DT_CONFIG_SIZE, USB_DT_CONFIG};
  append_number(bytes, USB_DT_CONFIG_SIZE + interfaces.size(), 2);
  append(bytes, Bytes{2, 1, 0, USB_CONFIG_ATT_ONE, 250});  // two interfaces, 500 mA
  append(bytes, interfaces);
  return bytes;
}

}  // namespace

Descriptors make_descriptors(const Identity& identity, const Offer& offer, Transfer transfer,
                             const Controls& controls) {
  Bytes languages{4, USB_DT_STRING};
  append_number(languages, 0x0409, 2);  // English
  return {
      .device = device_descriptor(identity),
      .configuration = configuration_descriptor(identity, offer, transfer, controls),
      .qualifier = qualifier_descriptor(),
      .strings = {languages, string_descriptor(identity.manufacturer),
                  string_descriptor(identity.product), string_descriptor(identity.serial)},
  };
}

}  // namespace usbcam
