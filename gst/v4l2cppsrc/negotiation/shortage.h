#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "messages/report.h"

namespace v4l2gst {

struct Camera;
struct Settings;
struct StreamConfig;

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

/// A mode that the USB bus has no room for, and the circumstances of its use. All are borrowed.
struct ModeInUse {
  const Camera& camera;
  const StreamConfig& config;
  const GstCaps* wanted{};  ///< caps that downstream takes
  const Settings& settings;
  bool keeps_caps{};      ///< a frame went downstream with the caps of this mode, so they stay
  GstElement* element{};  ///< for the log
};

/// Decides whether a mode that takes less is negotiated in place of `mode`. Returns the search for
/// it. `so_far` is the search that led to `mode`. Error: the refusal, if it stands. The user wants
/// no other mode, the caps stay, or no mode takes less. `refusal` is for lack of bandwidth.
Outcome<Shortage> take_less(const std::optional<Shortage>& so_far, Report refusal,
                            const ModeInUse& mode);

/// Returns the WARNING at the end of a shortage: the device streams in the mode `taken`.
Report narrower_mode(const Shortage& shortage, const StreamConfig& taken, const std::string& path);

/// Returns a sentence with the number of refused modes, to be appended to others.
inline std::string tries(unsigned refused) {
  return " In all " + std::to_string(refused) + " modes were tried.";
}

}  // namespace v4l2gst
