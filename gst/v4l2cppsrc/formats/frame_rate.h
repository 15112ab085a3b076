#pragma once

#include <span>
#include <string>
#include <vector>

#include <gst/gst.h>

#include "device/device.h"
#include "device/modes.h"

namespace v4l2gst {

/// Frames per second; 0 where it is not known.
double rate_of(v4l2::Interval interval);

/// Whether two intervals differ by no more than 100 ns, in which USB cameras count them: they round
/// 1001/30000 s to 333667, which uvcvideo shortens to 100/2997. None is the same as an unknown one.
bool same_rate(v4l2::Interval one, v4l2::Interval other);

/// The usual interval that is the same rate, of a whole number of frames a second or of 1000/1001
/// times as many; `interval` itself where there is none.
v4l2::Interval usual(v4l2::Interval interval);

/// What caps may call the rate that a driver confirmed when asked for `asked`, the best name first.
std::vector<v4l2::Interval> names_of(v4l2::Interval confirmed, v4l2::Interval asked);

/// The rate to take of those that a field of caps allows, which may be one, a range, or a list of
/// such: the nearest that is not below `preferred`, else the highest. Unknown where it allows none,
/// or nothing bounds it from above, so that none is invented.
v4l2::Interval best_rate(const GValue* allowed, v4l2::Interval preferred = {});

/// For each structure of `wanted` the rate that its peer would rather have, unknown where there is
/// none: the rate of an earlier structure that leaves room for the same otherwise. So does
/// videorate ask for the rate that is wanted behind it, and then for any.
std::vector<v4l2::Interval> preferred_rates(const GstCaps* wanted);

/// Whether the first structure's rate is but a preference, since a later one leaves room for the
/// same at another rate.
bool merely_prefers_rate(const GstCaps* wanted);

/// "it lists 30/1, but set 20/1 when asked for it": what a driver made of a wish that caps hold it
/// to. Empty where what it lists says as much.
std::string rate_answer(v4l2::Interval asked, const v4l2::IntervalAnswer& answer,
                        std::span<const v4l2::IntervalRange> listed);

}  // namespace v4l2gst
