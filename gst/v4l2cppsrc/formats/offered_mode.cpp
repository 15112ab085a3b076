#include "formats/offered_mode.h"

#include <algorithm>

#include "formats/caps.h"
#include "formats/frame_rate.h"

namespace v4l2gst {
namespace {

void set_fraction(GValue* value, v4l2::Interval interval) {
  // The rate is the inverse of the interval.
  gst_value_set_fraction(value, static_cast<gint>(interval.denominator),
                         static_cast<gint>(interval.numerator));
}

/// Adds a rate to a list under each of its names once. The usual name is first.
void add_rate(GValue* rates, v4l2::Interval interval) {
  for (const auto name : names_of(interval, {})) {
    GValue rate = G_VALUE_INIT;
    g_value_init(&rate, GST_TYPE_FRACTION);
    set_fraction(&rate, name);
    bool known{};
    for (guint i = 0; i < gst_value_list_get_size(rates) && !known; ++i)
      known = gst_value_compare(gst_value_list_get_value(rates, i), &rate) == GST_VALUE_EQUAL;
    if (known)
      g_value_unset(&rate);
    else
      gst_value_list_append_and_take_value(rates, &rate);
  }
}

void set_dimension(GstStructure* structure, const char* field, std::uint32_t smallest,
                   std::uint32_t largest, std::uint32_t step) {
  const auto least = static_cast<gint>(std::min<std::uint32_t>(smallest, most_pixels));
  const auto most = static_cast<gint>(std::min<std::uint32_t>(largest, most_pixels));
  if (least >= most) {
    gst_structure_set(structure, field, G_TYPE_INT, most, nullptr);
    return;
  }
  GValue range = G_VALUE_INIT;
  g_value_init(&range, GST_TYPE_INT_RANGE);
  const auto stride = static_cast<gint>(step);
  // GStreamer's stepped ranges must begin and end on the step.
  if (stride > 1 && least % stride == 0 && most / stride > least / stride)
    gst_value_set_int_range_step(&range, least, most / stride * stride, stride);
  else
    gst_value_set_int_range(&range, least, most);
  gst_structure_take_value(structure, field, &range);
}

v4l2::Interval faster(v4l2::Interval one, v4l2::Interval other) {
  return rate_of(one) < rate_of(other) ? other : one;
}

void set_rates(GstStructure* structure, const std::vector<v4l2::IntervalRange>& intervals) {
  GValue rates = G_VALUE_INIT;
  g_value_init(&rates, GST_TYPE_LIST);
  for (const auto& offered : intervals) {
    if (!fits_fraction(offered.shortest) || !fits_fraction(offered.longest)) continue;
    GValue rate = G_VALUE_INIT;
    GValue slowest = G_VALUE_INIT;
    g_value_init(&rate, GST_TYPE_FRACTION);
    g_value_init(&slowest, GST_TYPE_FRACTION);
    set_fraction(&rate, faster(offered.shortest, usual(offered.shortest)));
    set_fraction(&slowest, offered.longest);
    if (!offered.single() && gst_value_compare(&slowest, &rate) == GST_VALUE_LESS_THAN) {
      GValue range = G_VALUE_INIT;
      g_value_init(&range, GST_TYPE_FRACTION_RANGE);
      gst_value_set_fraction_range(&range, &slowest, &rate);
      gst_value_list_append_and_take_value(&rates, &range);
    } else {
      add_rate(&rates, offered.shortest);
    }
    g_value_unset(&rate);
    g_value_unset(&slowest);
  }
  switch (gst_value_list_get_size(&rates)) {
    case 0:
      g_value_unset(&rates);
      gst_structure_set(structure, "framerate", GST_TYPE_FRACTION_RANGE, 0, 1, G_MAXINT, 1,
                        nullptr);
      return;
    case 1:
      gst_structure_set_value(structure, "framerate", gst_value_list_get_value(&rates, 0));
      g_value_unset(&rates);
      return;
    default:
      gst_structure_take_value(structure, "framerate", &rates);
  }
}

}  // namespace

CapsPtr caps_of(const OfferedMode& offer) {
  auto caps = caps_of(*offer.row, offer.dmabuf_caps);
  if (offer.alternate) make_alternate(caps.get(), offer.dmabuf_caps);
  auto* const structure = gst_caps_get_structure(caps.get(), 0);
  const auto& sizes = offer.sizes;
  set_dimension(structure, "width", sizes.smallest.width, sizes.largest.width, sizes.step.width);
  set_dimension(structure, "height", sizes.smallest.height, sizes.largest.height,
                sizes.step.height);
  set_rates(structure, offer.intervals);
  return caps;
}

CapsPtr caps_of(std::span<const OfferedMode> offers) {
  CapsCollection caps;
  for (const auto& offer : offers)
    caps.add(caps_of(offer));
  return caps.take();
}

}  // namespace v4l2gst
