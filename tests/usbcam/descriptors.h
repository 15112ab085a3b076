#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "usbcam/bytes.h"
#include "usbcam/controls.h"
#include "usbcam/modes.h"

namespace usbcam {

/// Bulk transfers go as fast as the bus can. Isochronous ones have reserved bus time.
enum class Transfer { bulk, isochronous };

/// An Identity has the ids and names that the camera reports, and whether it reports changes of its
/// controls.
struct Identity {
  std::uint16_t vendor_id{0x1d6b};
  std::uint16_t product_id{0x0104};
  std::string manufacturer{"v4l2cppsrc"};
  std::string product{"Emulated USB camera"};
  std::string serial{"USBCAM0001"};
  bool status_endpoint{true};
};

inline constexpr std::uint8_t control_interface = 0;
inline constexpr std::uint8_t streaming_interface = 1;
inline constexpr std::uint8_t video_endpoint = 0x81;
inline constexpr std::uint8_t status_endpoint = 0x82;

/// The frequency of the camera's clock, whose ticks are in the payload headers.
inline constexpr std::uint32_t clock_frequency = 48'000'000;

/// Descriptors are the answers to GET_DESCRIPTOR. They are made once.
struct Descriptors {
  Bytes device;
  Bytes configuration;
  /// The descriptor for full speed. The camera is the same at that speed.
  Bytes qualifier;
  /// The strings by index. String 0 lists the languages.
  std::vector<Bytes> strings;
};

Descriptors make_descriptors(const Identity& identity, const Offer& offer, Transfer transfer,
                             const Controls& controls);

}  // namespace usbcam
