#pragma once

#include <optional>

#include <linux/videodev2.h>

#include "kernel/error.h"

namespace v4l2 {

class Node;

/// What a device tells of the HDR10 picture that it receives, in the kernel's structs and so in the
/// units of H.265's SEI messages (V4L2 specification, "Colorimetry Control Reference"). At least
/// one of the two is there.
struct HdrInfo {
  std::optional<v4l2_ctrl_hdr10_cll_info> light_level;
  std::optional<v4l2_ctrl_hdr10_mastering_display> mastering_display;
};

/// Reads both controls. Nothing where the device has neither.
Result<std::optional<HdrInfo>> hdr_info(const Node& node);

}  // namespace v4l2
