#pragma once

#include <glib-object.h>

// The enum and flags types of the element's properties. Users write their nicks.

GType gst_v4l2_cpp_io_mode_get_type();
GType gst_v4l2_cpp_on_starved_get_type();
GType gst_v4l2_cpp_leaky_get_type();
GType gst_v4l2_cpp_on_corrupt_get_type();
GType gst_v4l2_cpp_cache_hints_get_type();
GType gst_v4l2_cpp_prefer_get_type();
GType gst_v4l2_cpp_on_no_bandwidth_get_type();
GType gst_v4l2_cpp_on_disconnect_get_type();
GType gst_v4l2_cpp_on_stall_get_type();
GType gst_v4l2_cpp_norm_get_type();
GType gst_v4l2_cpp_signal_get_type();
GType gst_v4l2_cpp_on_no_signal_get_type();
GType gst_v4l2_cpp_timestamp_mode_get_type();
GType gst_v4l2_cpp_wall_clock_get_type();
GType gst_v4l2_cpp_device_flags_get_type();
