#pragma once

#include <gst/gst.h>

// Each file that logs includes this header. Without it GStreamer's macros log to the category
// "default".
GST_DEBUG_CATEGORY_EXTERN(v4l2_cpp_src_debug);
#define GST_CAT_DEFAULT v4l2_cpp_src_debug

// Each level logs:
//   INFO   device, mode, memory, buffers, and each change of state
//   DEBUG  negotiation and allocation, and what was refused, with the reason
//   LOG    each call to the kernel with its answer, and each frame
