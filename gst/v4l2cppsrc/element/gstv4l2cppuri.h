#pragma once

#include <gst/gst.h>

/// Fills in the functions of GstURIHandler. element/uri.h has what a URI may say.
void gst_v4l2_cpp_src_uri_handler_init(gpointer interface, gpointer);
