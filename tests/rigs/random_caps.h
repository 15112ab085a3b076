#pragma once

#include "common/handles.h"
#include "rigs/implausible_kernel.h"

namespace fuzz {

/// What some element downstream might ask for, sensible or not: any media type and features, any
/// field left out, ranges, lists and lists of ranges, values of the wrong type.
v4l2gst::CapsPtr random_caps(Random& random);

}  // namespace fuzz
