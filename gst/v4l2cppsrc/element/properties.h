#pragma once

#include <glib-object.h>

/// Gives the element's class its properties, each a field of Settings or something to read.
void gst_v4l2_cpp_src_install_properties(GObjectClass* klass);
