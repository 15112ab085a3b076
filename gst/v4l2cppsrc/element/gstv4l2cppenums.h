#pragma once

#include <glib-object.h>

// The types of the element's properties. Their nicks are what users write.

#define GST_TYPE_V4L2_CPP_IO_MODE (gst_v4l2_cpp_io_mode_get_type())
GType gst_v4l2_cpp_io_mode_get_type();

#define GST_TYPE_V4L2_CPP_ON_STARVED (gst_v4l2_cpp_on_starved_get_type())
GType gst_v4l2_cpp_on_starved_get_type();

#define GST_TYPE_V4L2_CPP_LEAKY (gst_v4l2_cpp_leaky_get_type())
GType gst_v4l2_cpp_leaky_get_type();

#define GST_TYPE_V4L2_CPP_ON_CORRUPT (gst_v4l2_cpp_on_corrupt_get_type())
GType gst_v4l2_cpp_on_corrupt_get_type();

#define GST_TYPE_V4L2_CPP_CACHE_HINTS (gst_v4l2_cpp_cache_hints_get_type())
GType gst_v4l2_cpp_cache_hints_get_type();

#define GST_TYPE_V4L2_CPP_PREFER (gst_v4l2_cpp_prefer_get_type())
GType gst_v4l2_cpp_prefer_get_type();

#define GST_TYPE_V4L2_CPP_ON_NO_BANDWIDTH (gst_v4l2_cpp_on_no_bandwidth_get_type())
GType gst_v4l2_cpp_on_no_bandwidth_get_type();

#define GST_TYPE_V4L2_CPP_ON_DISCONNECT (gst_v4l2_cpp_on_disconnect_get_type())
GType gst_v4l2_cpp_on_disconnect_get_type();

#define GST_TYPE_V4L2_CPP_ON_STALL (gst_v4l2_cpp_on_stall_get_type())
GType gst_v4l2_cpp_on_stall_get_type();

#define GST_TYPE_V4L2_CPP_DEVICE_FLAGS (gst_v4l2_cpp_device_flags_get_type())
GType gst_v4l2_cpp_device_flags_get_type();
