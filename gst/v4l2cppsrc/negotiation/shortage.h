#pragma once

#include <cstdint>
#include <string>

#include "messages/report.h"

namespace v4l2gst {

/// The USB bus had no room for the mode that was chosen, and others that take less are tried. Ends
/// when the device streams.
struct Shortage {
  /// Each costs a format, buffers and a start. Each takes four fifths of the one before at most, so
  /// that this many lead to a thirtieth of the first, which is 640x480 where that was 1920x1080.
  static constexpr unsigned most_tries = 16;

  std::string mode;                  ///< the first that was refused: "YUYV 640x480 at 30/1"
  std::uint64_t bytes_per_second{};  ///< that it takes; 0: not known
  Report refusal;                    ///< of the latest that was refused
  double demand{};                   ///< the latest one's, see demand_of(): the next takes less
  unsigned refused{};                ///< how many were
};

/// How many modes were refused, as a sentence behind others.
inline std::string tries(unsigned refused) {
  return " In all " + std::to_string(refused) + " modes were tried.";
}

}  // namespace v4l2gst
