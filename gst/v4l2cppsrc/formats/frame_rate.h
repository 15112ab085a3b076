#pragma once

#include <span>
#include <string>
#include <vector>

#include <gst/gst.h>

#include "device/ranges.h"

namespace v4l2gst {

/// Returns the frames per second; 0 if the interval is unknown.
double rate_of(v4l2::Interval interval);

/// Returns whether two intervals differ by at most 100 ns, the unit of USB cameras. They round
/// 1001/30000 s to 333667 units, which uvcvideo shortens to 100/2997. Returns false
/// if one is unknown.
bool same_rate(v4l2::Interval one, v4l2::Interval other);

/// Returns the usual interval of the same rate; `interval` itself if there is none. A usual rate is
/// a whole number of frames a second, or 1000/1001 times one.
v4l2::Interval usual(v4l2::Interval interval);

/// Returns the names that caps may have for a confirmed rate, the best first. `asked` is what the
/// driver was asked for.
std::vector<v4l2::Interval> names_of(v4l2::Interval confirmed, v4l2::Interval asked);

/// Returns the best rate that a field of caps allows. The field may be one rate, a range, or a list
/// of these. The best is the nearest that is not below `preferred`, else the highest. It is unknown
/// if the field allows none, or if the highest has no bound, so that no rate is invented.
v4l2::Interval best_rate(const GValue* allowed, v4l2::Interval preferred = {});

/// Returns for each structure of `wanted` the rate that the peer prefers. It is unknown if there is
/// none. It is the rate of an earlier structure, if the two intersect in all but the rate.
/// videorate asks in this way for the rate that is wanted behind it, and then for any.
std::vector<v4l2::Interval> preferred_rates(const GstCaps* wanted);

/// Returns whether the first structure's rate is only a preference. Then a later structure allows
/// the same at another rate.
bool merely_prefers_rate(const GstCaps* wanted);

/// Describes what a driver made of an interval that caps require: "it lists 30/1, but set 20/1 when
/// asked for it". Returns an empty text if the driver set it, or if `listed` shows already that it
/// can't.
std::string rate_answer(v4l2::Interval asked, const v4l2::IntervalAnswer& answer,
                        std::span<const v4l2::IntervalRange> listed);

}  // namespace v4l2gst
