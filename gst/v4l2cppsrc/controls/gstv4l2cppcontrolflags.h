#pragma once

#include <glib-object.h>

/// V4L2_CTRL_FLAG_* as flags, with the names that v4l2-ctl prints.
GType gst_v4l2_cpp_control_flags_get_type();
