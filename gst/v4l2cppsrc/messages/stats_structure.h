#pragma once

#include <chrono>

#include "common/handles.h"

namespace v4l2gst {

struct Stats;

/// Returns the statistics as the property "stats" and the element message have them: a structure
/// "v4l2cppsrc-stats". `now` is on CLOCK_MONOTONIC.
StructurePtr structure_of(const Stats& stats, std::chrono::nanoseconds now);

}  // namespace v4l2gst
