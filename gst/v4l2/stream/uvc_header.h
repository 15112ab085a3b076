#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace v4l2 {

/// The clocks in the header of a payload of a USB camera (USB Device Class Definition for Video
/// Devices 1.5, 2.4.3.3), and the host's clocks when it came (V4L2_META_FMT_UVC).
struct UvcHeader {
  /// The camera's clocks when it sent the payload ("source clock reference").
  struct SourceClock {
    std::uint32_t ticks{};         ///< of the clock by which `presentation_time` counts
    std::uint16_t frame_number{};  ///< of USB: 11 bits, each a millisecond
  };

  std::chrono::nanoseconds host_time{};              ///< as uvcvideo's parameter `clock` says
  std::uint16_t host_frame_number{};                 ///< of USB: 11 bits
  std::uint8_t flags{};                              ///< bmHeaderInfo
  std::optional<std::uint32_t> presentation_time{};  ///< PTS: when the capture of the frame began
  std::optional<SourceClock> source_clock{};         ///< SCR
};

/// Returns the first header with a PTS in metadata of V4L2_META_FMT_UVC, or the first header if
/// none has one. Returns nullopt if there is no whole header.
std::optional<UvcHeader> uvc_header_in(std::span<const std::byte> metadata);

}  // namespace v4l2
