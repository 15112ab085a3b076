#pragma once

#include "device/format.h"

namespace v4l2 {

/// The sizes of a format, from `smallest` to `largest` in steps. A single size has both equal.
/// Continuous ranges have steps of 1 (VIDIOC_ENUM_FRAMESIZES).
struct SizeRange {
  Size smallest;
  Size largest;
  Size step{1, 1};

  friend constexpr bool operator==(const SizeRange&, const SizeRange&) = default;

  [[nodiscard]] bool single() const { return smallest == largest; }
};

/// The frame intervals of a size, from `shortest` to `longest`. A continuous range has a `step` of
/// {0, 0}. A single interval has both ends equal (VIDIOC_ENUM_FRAMEINTERVALS).
struct IntervalRange {
  Interval shortest;
  Interval longest;
  Interval step{};

  friend constexpr bool operator==(const IntervalRange&, const IntervalRange&) = default;

  [[nodiscard]] bool single() const { return shortest == longest; }
};

/// The driver's answer to a wish for a frame interval.
struct IntervalAnswer {
  /// The interval that is set now. It is not known() if the driver does not say.
  Interval interval;
  /// The driver knows intervals, but takes neither this one nor another instead.
  bool refused{};

  friend bool operator==(const IntervalAnswer&, const IntervalAnswer&) = default;
};

}  // namespace v4l2
