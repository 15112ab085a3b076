#pragma once

#include <optional>

#include <linux/videodev2.h>

#include "kernel/error.h"

namespace v4l2 {

class Node;

/// HdrInfo describes the HDR10 picture that a device receives. The structs are the kernel's, so the
/// units are those of H.265's SEI messages (V4L2 specification, "Colorimetry Control Reference").
/// At least one of the two is set.
struct HdrInfo {
  std::optional<v4l2_ctrl_hdr10_cll_info> light_level;
  std::optional<v4l2_ctrl_hdr10_mastering_display> mastering_display;
};

/// Reads both controls. Returns nullopt if the device has neither.
Result<std::optional<HdrInfo>> hdr_info(const Node& node);

}  // namespace v4l2
