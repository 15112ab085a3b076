#include "usbcam/payload.h"

#include <algorithm>

#include <linux/usb/video.h>

#include "usbcam/descriptors.h"

namespace usbcam {
namespace {

constexpr std::size_t header_size = 12;

/// Returns a time in ticks of the camera's clock, which wraps.
std::uint32_t ticks(Clock::time_point time) {
  using Ticks = std::chrono::duration<std::uint64_t, std::ratio<1, clock_frequency>>;
  return static_cast<std::uint32_t>(
      std::chrono::duration_cast<Ticks>(time.time_since_epoch()).count());
}

/// Returns the frame number of the bus, a count of milliseconds in eleven bits.
std::uint16_t bus_frame(Clock::time_point time) {
  auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
  return static_cast<std::uint16_t>(milliseconds & 0x7ff);
}

}  // namespace

FrameInFlight::FrameInFlight(ByteView data, bool frame_id, bool is_damaged, Clock::time_point start)
    : data_{data}, frame_id_{frame_id}, is_damaged_{is_damaged}, start_{start} {}

bool FrameInFlight::cut(Bytes& to, std::size_t room) {
  auto size = std::min(data_.size(), room - header_size);
  bool is_last = size == data_.size();
  unsigned flags = UVC_STREAM_EOH | UVC_STREAM_PTS | UVC_STREAM_SCR;
  if (frame_id_) flags |= UVC_STREAM_FID;
  if (is_last) flags |= UVC_STREAM_EOF;
  if (is_last && is_damaged_) flags |= UVC_STREAM_ERR;

  append(to, Bytes{header_size, static_cast<std::uint8_t>(flags)});
  append_number(to, ticks(start_), 4);
  // The clock reference stays the same within a frame. With a new one in each payload, uvcvideo
  // would ask vhci_hcd for the bus's frame number each time. vhci_hcd then logs "Not yet
  // implemented".
  append_number(to, ticks(start_), 4);
  append_number(to, bus_frame(start_), 2);
  append(to, data_.first(size));
  data_ = data_.subspan(size);
  return is_last;
}

}  // namespace usbcam
