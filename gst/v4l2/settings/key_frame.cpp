#include "settings/key_frame.h"

#include "kernel/node.h"

namespace v4l2 {

Result<bool> force_key_frame(const Node& node) {
  v4l2_control control{};
  control.id = V4L2_CID_MPEG_VIDEO_FORCE_KEY_FRAME;
  control.value = 1;  // a button, so that any value presses it
  return node.ask(request::s_ctrl, control);
}

}  // namespace v4l2
