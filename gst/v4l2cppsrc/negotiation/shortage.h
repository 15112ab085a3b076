#pragma once

#include <cstdint>
#include <string>

#include "messages/report.h"

namespace v4l2gst {

/// A search for a mode that the USB bus has bandwidth for. It begins when the bus refuses the
/// chosen mode. It ends when the device streams.
struct Shortage {
  /// Each try costs a format, buffers and a start. Each mode takes at most four fifths of the one
  /// before. This many modes lead to about a thirtieth of the first. At the same rate, that is
  /// 320x240 if the first was 1920x1080.
  static constexpr unsigned most_tries = 16;

  std::string mode;                  ///< the first mode that was refused: "YUYV 640x480 at 30/1"
  std::uint64_t bytes_per_second{};  ///< that this mode takes; 0: not known
  Report refusal;                    ///< the report of the latest refused mode
  double demand{};                   ///< demand_of() the latest refused mode: the next takes less
  unsigned refused{};                ///< the number of refused modes
};

/// Returns a sentence with the number of refused modes, to be appended to others.
inline std::string tries(unsigned refused) {
  return " In all " + std::to_string(refused) + " modes were tried.";
}

}  // namespace v4l2gst
