#pragma once

#include <string_view>

#include "camera/camera.h"
#include "common/settings.h"
#include "formats/stream_config.h"
#include "messages/report.h"

namespace v4l2gst {

/// In what a call failed. Borrowed; null where it does not exist.
struct Circumstances {
  v4l2::Kernel& kernel;
  const Camera& camera;
  const StreamConfig* config{};  ///< that is set
  const GstCaps* wanted{};       ///< what downstream takes, while there is a configuration
  const Settings& settings;
  bool reads{};  ///< frames come by read(), on a descriptor of its own
};

/// The ERROR for `error`, which came while the element was `doing` something, with what the device
/// and its bus tell of the cause. Makes calls for a few codes only.
Report failure_in(const Circumstances& circumstances, const v4l2::Error& error,
                  std::string_view doing);

}  // namespace v4l2gst
