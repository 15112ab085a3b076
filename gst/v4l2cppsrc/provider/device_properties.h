#pragma once

#include "common/handles.h"

namespace v4l2gst {

struct DeviceFacts;

/// Returns what an application reads by gst_device_get_properties(). The names are those of
/// v4l2deviceprovider, and "device.id" besides. What is not known has no field.
StructurePtr properties_of(const DeviceFacts& facts);

}  // namespace v4l2gst
