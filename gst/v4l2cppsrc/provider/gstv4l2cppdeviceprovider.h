#pragma once

#include <gst/gst.h>

#include "provider/device_provider.h"

G_BEGIN_DECLS

#define GST_TYPE_V4L2_CPP_DEVICE_PROVIDER (gst_v4l2_cpp_device_provider_get_type())
G_DECLARE_FINAL_TYPE(GstV4l2CppDeviceProvider, gst_v4l2_cpp_device_provider, GST,
                     V4L2_CPP_DEVICE_PROVIDER, GstDeviceProvider)

G_END_DECLS

/// Returns the C++ part of `self`. Tests use it to set a kernel of their own.
v4l2gst::DeviceProvider& gst_v4l2_cpp_device_provider_part(GstV4l2CppDeviceProvider* self);

/// Registers the provider with `plugin`. Null stands for a static registration in the process.
gboolean gst_v4l2_cpp_device_provider_register(GstPlugin* plugin, guint rank = GST_RANK_NONE);
