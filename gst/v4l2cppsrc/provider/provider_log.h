#pragma once

#include <gst/gst.h>

// Each file of this room that logs includes this header. The element's log has a category of its
// own, so that a log of one of the two does not have the other's lines.
GST_DEBUG_CATEGORY_EXTERN(v4l2_cpp_device_provider_debug);
#define GST_CAT_DEFAULT v4l2_cpp_device_provider_debug

// Each level logs:
//   WARNING  /dev can't be watched
//   INFO     each device that is listed, changed or removed
//   DEBUG    each node that is not listed, with the reason
