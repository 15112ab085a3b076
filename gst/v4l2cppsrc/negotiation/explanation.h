#pragma once

#include <optional>
#include <string>
#include <vector>

#include "camera/camera.h"
#include "formats/stream_config.h"
#include "negotiation/candidates.h"
#include "negotiation/format_setter.h"

namespace v4l2gst {

/// The ERROR for why the camera and downstream found no mode in common, with the modes that come
/// nearest. `given` is what the driver made of the first choice; nullopt where none was set. An
/// error where the device can't list its modes.
Outcome<Report> explain_refusal(const Camera& camera, const Settings& settings,
                                const GstCaps* wanted, const std::optional<DriverAnswer>& given);

/// The WARNING that raw video comes slowly where a compressed mode of that size would be fast;
/// nullopt where it does not apply. Who asks for raw video of a size often does not know that the
/// bus is too narrow for it.
Outcome<std::optional<Report>> find_smoother_mode(const Camera& camera, const Candidate& candidate,
                                                  v4l2::Interval interval, const GstCaps* wanted);

}  // namespace v4l2gst
