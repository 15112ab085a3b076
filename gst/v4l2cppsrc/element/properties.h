#pragma once

#include "element/property_table.h"

namespace v4l2gst {

/// Returns the element's properties, in the order of their ids. The table is a constant.
PropertyTable properties();

}  // namespace v4l2gst
