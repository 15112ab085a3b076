#pragma once

#include <memory>

#include <gst/gst.h>

#include "provider/inventory.h"

G_BEGIN_DECLS

#define GST_TYPE_V4L2_CPP_DEVICE (gst_v4l2_cpp_device_get_type())
G_DECLARE_FINAL_TYPE(GstV4l2CppDevice, gst_v4l2_cpp_device, GST, V4L2_CPP_DEVICE, GstDevice)

G_END_DECLS

/// Returns a new device with these facts. The reference is floating. By `kernel` the device finds
/// its camera again before an element is created.
GstDevice* gst_v4l2_cpp_device_new(std::shared_ptr<v4l2::Kernel> kernel,
                                   const v4l2gst::SharedFacts& facts);
