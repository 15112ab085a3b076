#pragma once

#include "kernel/error.h"

namespace v4l2 {

class Node;

/// Asks the device's encoder to make its next frame one that decoding can begin with
/// (V4L2_CID_MPEG_VIDEO_FORCE_KEY_FRAME). False where there is no such control.
Result<bool> force_key_frame(const Node& node);

}  // namespace v4l2
