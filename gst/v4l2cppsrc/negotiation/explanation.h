#pragma once

#include <optional>
#include <string>
#include <vector>

#include "camera/camera.h"
#include "formats/stream_config.h"
#include "negotiation/candidates.h"
#include "negotiation/format_setter.h"

namespace v4l2gst {

/// Returns the ERROR for a camera and downstream without a common mode. It names the nearest modes.
/// `given` is the driver's answer to the first candidate, or nullopt if none was set. The result is
/// an error if the device can't list its modes.
Outcome<Report> explain_refusal(const Camera& camera, const Settings& settings,
                                const GstCaps* wanted, const std::optional<DriverAnswer>& given);

/// Returns a WARNING if raw video is slow where compressed video is fast. Both are of the same
/// size. Returns nullopt if this does not apply. Users who ask for raw video of a size often do not
/// know that the bus is too narrow for it.
Outcome<std::optional<Report>> find_smoother_mode(const Camera& camera, const Candidate& candidate,
                                                  v4l2::Interval interval, const GstCaps* wanted);

}  // namespace v4l2gst
