#pragma once

#include "common/handles.h"

namespace v4l2gst {

/// Returns the same caps without lists of ranges: each entry of such a list is in a structure of
/// its own, in the list's order. GStreamer finds nothing in common between a list and a list of
/// ranges (gst_value_intersect(), 1.22 to 1.28), such as a camera's rates and "framerate = { [ 1/1,
/// 20/1 ], [ 40/1, 60/1 ] }". Caps that would become more than 1000 structures are returned as they
/// are.
CapsPtr without_range_lists(CapsPtr caps);

/// Does the same with every list, but for those that are empty or hold an empty one.
/// gst_caps_normalize() fails an assertion on these.
CapsPtr without_lists(CapsPtr caps);

}  // namespace v4l2gst
