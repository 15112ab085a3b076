#pragma once

#include <set>
#include <string>
#include <utility>

#include "common/handles.h"

namespace v4l2 {
struct Interval;
}

namespace v4l2gst {

struct FormatRow;

/// The largest width and height in caps. The kernel's widest drivers stop at half of it.
inline constexpr int most_pixels = 32768;

/// The field of raw video caps for the number of used bits of a sample. It is an int, and present
/// where the format has more bits. The used bits are the low ones, and the others are 0.
inline constexpr auto significant_bits_field = "significant-bits";

/// Returns true if caps can express the interval: their fractions are of two ints.
bool fits_fraction(v4l2::Interval interval);

/// Returns the caps of all formats in the table.
CapsPtr template_caps();

/// Returns a row's caps without size and rate, "video/x-raw, format=NV12". They are empty if the
/// row has none.
CapsPtr caps_of(const FormatRow& row, bool dmabuf_caps);

/// Changes raw caps to those of fields in buffers of their own.
void make_alternate(GstCaps* caps, bool dmabuf_caps);

/// Sets the number of used bits of a sample. It is absent if all bits are used.
void set_significant_bits(GstStructure* structure, const FormatRow& row);

/// Appends caps, unless the same text is there already. gst_caps_merge() would compare them with
/// all others for a subset, which takes the square of their number. Where ranges have steps, it
/// also gives a wrong answer or ends the program (gst_value_is_subset(), seen with 1.22).
class CapsCollection {
public:
  void add(CapsPtr caps);

  [[nodiscard]] CapsPtr take() { return std::move(all_); }

private:
  CapsPtr all_{gst_caps_new_empty()};
  std::set<std::string> seen_;
};

/// Returns our caps as GStreamer can compare them with `wanted`. It finds nothing in common between
/// a list and a list of ranges (gst_value_intersect(), 1.22 to 1.28), such as a camera's rates and
/// "framerate={[40/1,60/1],[1/1,20/1]}", but it finds a single value in a list of ranges. So if
/// `wanted` has a list of ranges, each value of our lists is in a structure of its own.
/// Otherwise our caps are returned as they are.
CapsPtr comparable(CapsPtr ours, const GstCaps* wanted);

/// Intersects in the order of `first`. Unlike gst_caps_intersect_full() it keeps a structure that
/// another one includes. It drops exact duplicates only. `second` is made
/// comparable() with `first`.
CapsPtr common_caps(const GstCaps* first, const GstCaps* second);

}  // namespace v4l2gst
