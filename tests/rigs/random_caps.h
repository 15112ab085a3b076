#pragma once

#include "common/handles.h"
#include "rigs/implausible_kernel.h"

namespace fuzz {

/// Returns caps that an element downstream might ask for, sensible or not. They have any media type
/// and features, missing fields, ranges, lists, lists of ranges and values of the wrong type.
v4l2gst::CapsPtr random_caps(Random& random);

}  // namespace fuzz
