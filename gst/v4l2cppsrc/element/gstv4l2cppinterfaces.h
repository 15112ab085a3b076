#pragma once

#include <gst/gst.h>
#include <gst/video/colorbalance.h>
#include <gst/video/video.h>
#include <gst/video/videodirection.h>
#include <gst/video/videoorientation.h>

// The interfaces of the element that lead to the device's controls. Each function fills in the
// functions of one interface.

void gst_v4l2_cpp_src_child_proxy_init(gpointer interface, gpointer);
void gst_v4l2_cpp_src_color_balance_init(gpointer interface, gpointer);
void gst_v4l2_cpp_src_video_orientation_init(gpointer interface, gpointer);

/// GstVideoDirection has no functions. Its property is overridden with the element's class.
void gst_v4l2_cpp_src_video_direction_init(gpointer interface, gpointer);
