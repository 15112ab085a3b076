#pragma once

#include "kernel/error.h"

namespace v4l2 {

class Node;

/// Asks the device's encoder to make its next frame a key frame
/// (V4L2_CID_MPEG_VIDEO_FORCE_KEY_FRAME). Decoding can begin with a key frame. Returns false if
/// there is no such control.
Result<bool> force_key_frame(const Node& node);

}  // namespace v4l2
