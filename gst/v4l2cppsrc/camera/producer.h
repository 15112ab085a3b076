#pragma once

#include <optional>

#include "messages/report.h"

namespace v4l2 {
class Device;
}

namespace v4l2gst {

/// Returns true if the driver reports that the current input has no signal.
bool reports_no_signal(const v4l2::Device& device);

/// Returns true if `device` is a v4l2loopback device with a format that no producer feeds. Only a
/// v4l2loopback since 0.13 has a format then, and it reports no signal. Only its producer
/// may set that format. The driver gives a producer the format that another program has set, and
/// some producers (ffmpeg) do not look at it. Makes no call on any other driver.
bool is_unfed(const v4l2::Device& device);

/// Returns the error for a loopback device that no producer feeds: it has no format, or is_unfed().
/// Returns nullopt for any other device.
std::optional<Report> producer_obstacle(const v4l2::Device& device);

}  // namespace v4l2gst
