#pragma once

#include <chrono>
#include <cstdint>

#include "usbcam/bytes.h"

namespace usbcam {

using Clock = std::chrono::steady_clock;

/// A FrameInFlight is cut into payloads as the host takes them. Each payload begins with a header.
/// The header says which frame this is, whether the payload is its last, and the frame's time on
/// the clocks of the camera and of the bus (UVC 1.1, chapter 2.4.3.3).
class FrameInFlight {
public:
  /// `frame_id` toggles from frame to frame. `is_damaged` shows in the last payload.
  FrameInFlight(ByteView data, bool frame_id, bool is_damaged, Clock::time_point start);

  /// Appends the next payload to `to`, of `room` bytes at most. Returns whether it was the last.
  bool cut(Bytes& to, std::size_t room);

private:
  ByteView data_;
  bool frame_id_;
  bool is_damaged_;
  Clock::time_point start_;
};

}  // namespace usbcam
