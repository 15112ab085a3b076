#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <linux/videodev2.h>

#include "kernel/error.h"

namespace v4l2 {

class Node;

/// Returns true if two timings give the same picture at the same rate. Flags and standards are not
/// compared, since drivers fill them in as they like.
bool same(const v4l2_dv_timings& one, const v4l2_dv_timings& other);

/// Returns the rate of pictures in Hz, of fields if the timings are interlaced. 0 if it is not
/// known.
double rate_of(const v4l2_dv_timings& timings);

/// Returns the name of timings: "1920x1080p60", "720x576i50". The last number is rate_of(),
/// rounded.
std::string name_of_timings(const v4l2_dv_timings& timings);

/// Returns the timings that the current input can be set to (VIDIOC_ENUM_DV_TIMINGS). Empty if the
/// driver lists none. Error: the device is gone.
Result<std::vector<v4l2_dv_timings>> list_timings(const Node& node);

/// Returns the timings of this name, the nearest rate within 1 Hz. The rate may have decimals, as
/// in "1280x720p59.94". An interlaced name may give frames instead of fields, as "1920x1080i25".
std::optional<v4l2_dv_timings> find_timings(const std::vector<v4l2_dv_timings>& listed,
                                            std::string_view name);

/// Sets the timings, unless the device is set to them. Returns false if the driver refuses. Error:
/// the device is gone, or EBUSY while buffers are allocated.
Result<bool> set_timings(const Node& node, v4l2_dv_timings wanted);

}  // namespace v4l2
