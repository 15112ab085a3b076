#pragma once

#include <cstdint>
#include <string>

#include "messages/report.h"

namespace v4l2gst {

enum class Damage;

/// The kind of a loss that a WARNING tells.
enum class LossKind {
  starved,  ///< the driver had no buffer to fill
  device,   ///< the device, the bus or the driver lost frames, although there were buffers
  damaged,  ///< a damaged frame was left out
};

inline constexpr auto last_loss_kind = LossKind::damaged;

/// Frames that never came from the driver.
struct LostFrames {
  LossKind kind{};  ///< starved or device
  std::uint64_t count{};
  std::uint32_t sequence{};      ///< the number of the first frame after them
  std::uint32_t buffer_count{};  ///< how many buffers the stream has
};

/// The device at `path` has lost frames for the first time, or again after a while.
Report frames_lost(const std::string& path, const LostFrames& lost);

/// A frame that was left out.
struct DamagedFrame {
  Damage damage{};
  std::uint64_t bytes{};
  std::uint64_t needed{};  ///< 0 where that is not known
  std::uint32_t sequence{};
};

/// The device at `path` has sent a damaged frame for the first time, or again after a while.
Report frame_damaged(const std::string& path, const DamagedFrame& frame);

/// The rate at which frames come, which is not that of the mode.
struct OtherRate {
  double measured{};  ///< frames per second
  double nominal{};
  bool dynamic{};  ///< the control exposure_dynamic_framerate is on
};

/// The device at `path` has not kept the rate of its mode for a while.
Report rate_not_kept(const std::string& path, const OtherRate& rate);

}  // namespace v4l2gst
