#pragma once

#include <string_view>

#include "messages/report.h"

namespace v4l2 {
class Kernel;
}

namespace v4l2gst {

struct Camera;
struct Settings;
struct StreamConfig;

/// The circumstances in which a call failed. All are borrowed. A pointer is null if its object does
/// not exist.
struct Circumstances {
  v4l2::Kernel& kernel;
  const Camera& camera;
  const StreamConfig* config{};  ///< the mode that is set
  const GstCaps* wanted{};       ///< caps that downstream takes, while there is a configuration
  const Settings& settings;
  bool reads{};  ///< frames come by read(), on a descriptor of its own
};

/// Returns the ERROR for `error`, with the cause that the device and its bus indicate. `doing` is
/// the task that failed, such as "to receive a frame". Makes calls for a few errno codes only.
Report failure_in(const Circumstances& circumstances, const v4l2::Error& error,
                  std::string_view doing);

}  // namespace v4l2gst
