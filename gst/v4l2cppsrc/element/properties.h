#pragma once

#include "element/property_table.h"

namespace v4l2gst {

/// The element's properties, in the order in which gst-inspect-1.0 lists them. A constant.
PropertyTable properties();

}  // namespace v4l2gst
