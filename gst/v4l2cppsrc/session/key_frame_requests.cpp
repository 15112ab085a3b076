#include "session/key_frame_requests.h"

#include "camera/camera.h"
#include "common/log.h"
#include "kernel/waker.h"
#include "settings/key_frame.h"

namespace v4l2gst {

bool KeyFrameRequests::add() {
  if (!supported_) return false;
  waker_.raise(v4l2::Waker::command);
  return true;
}

void KeyFrameRequests::pass_on(const Camera& camera, GstElement* element) {
  if (!waker_.raised(v4l2::Waker::command)) return;  // on most frames
  waker_.lower(v4l2::Waker::command);
  const auto forced = v4l2::force_key_frame(camera.node());
  if (forced && *forced) return;
  // The wait for the next frame reports a loss again.
  GST_INFO_OBJECT(element, "the device forces no key frame: %s",
                  forced ? "it has no such control" : g_strerror(forced.error().code));
  if (forced) supported_ = false;
}

}  // namespace v4l2gst
