#include "negotiation.h"

#include <algorithm>
#include <cstdint>
#include <tuple>

namespace v4l2gst {
namespace {

constexpr std::int64_t full_hd = std::int64_t{1920} * 1080;
constexpr double fluent = 24.0;

struct Ranked {
  Choice choice;
  std::tuple<guint, bool, bool, std::int64_t, double, const FormatRow*> rank;  // less is better
};

/// Fixes one structure that both sides agree on.
Choice fix(const Offer& offer, GstStructure* structure) {
  gst_structure_fixate_field_nearest_int(structure, "width", 1920);
  gst_structure_fixate_field_nearest_int(structure, "height", 1080);
  // The highest rate there is; where anything goes, none is invented.
  const bool anything = [&] {
    const auto* const rates = gst_structure_get_value(structure, "framerate");
    if (rates == nullptr) return true;
    if (!GST_VALUE_HOLDS_FRACTION_RANGE(rates)) return false;
    const auto* const highest = gst_value_get_fraction_range_max(rates);
    return gst_value_get_fraction_numerator(highest) == G_MAXINT;
  }();
  Choice choice{.row = offer.row, .size = {}, .interval = {}, .dmabuf_caps = offer.dmabuf_caps};
  gint width{};
  gint height{};
  gst_structure_get_int(structure, "width", &width);
  gst_structure_get_int(structure, "height", &height);
  choice.size = {static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height)};
  if (anything) return choice;
  gst_structure_fixate_field_nearest_fraction(structure, "framerate", G_MAXINT, 1);
  gint rate_n{};
  gint rate_d{};
  gst_structure_get_fraction(structure, "framerate", &rate_n, &rate_d);
  if (rate_n > 0)
    choice.interval = {static_cast<std::uint32_t>(rate_d), static_cast<std::uint32_t>(rate_n)};
  return choice;
}

Ranked rank(const Choice& choice, guint place) {
  const auto area = std::int64_t{choice.size.width} * choice.size.height;
  // Up to full HD the larger is the better; beyond it, the smaller.
  const auto unfit = area <= full_hd ? full_hd - area : area;
  const auto rate = choice.interval.known() ? static_cast<double>(choice.interval.denominator) /
                                                  choice.interval.numerator
                                            : fluent;
  return {.choice = choice,
          .rank = {place, choice.dmabuf_caps, rate < fluent, unfit, -rate, choice.row}};
}

}  // namespace

std::vector<Choice> choices(std::span<const Offer> offers, const GstCaps* wanted) {
  std::vector<Ranked> ranked;
  const bool anything = wanted == nullptr || gst_caps_is_any(wanted);
  for (const auto& offer : offers) {
    const auto ours = caps_of(offer);
    if (anything) {
      const StructurePtr structure{gst_structure_copy(gst_caps_get_structure(ours.get(), 0))};
      ranked.push_back(rank(fix(offer, structure.get()), 0));
      continue;
    }
    for (guint place = 0; place < gst_caps_get_size(wanted); ++place) {
      const CapsPtr theirs{gst_caps_copy_nth(wanted, place)};
      const CapsPtr common{gst_caps_intersect(theirs.get(), ours.get())};
      for (guint i = 0; i < gst_caps_get_size(common.get()); ++i) {
        const StructurePtr structure{gst_structure_copy(gst_caps_get_structure(common.get(), i))};
        ranked.push_back(rank(fix(offer, structure.get()), place));
      }
    }
  }
  std::ranges::sort(ranked, {}, &Ranked::rank);
  std::vector<Choice> best;
  best.reserve(ranked.size());
  for (const auto& entry : ranked)
    best.push_back(entry.choice);
  return best;
}

}  // namespace v4l2gst
