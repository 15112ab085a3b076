#include "formats/frame_rate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

#include "common/handles.h"

namespace v4l2gst {
namespace {

using v4l2::Interval;

/// The difference of two intervals is `apart` / `whole` seconds.
struct Difference {
  std::uint64_t apart{};
  std::uint64_t whole{};
};

Difference difference(Interval one, Interval other) {
  const auto a = std::uint64_t{one.numerator} * other.denominator;
  const auto b = std::uint64_t{other.numerator} * one.denominator;
  return {.apart = a > b ? a - b : b - a,
          .whole = std::uint64_t{one.denominator} * other.denominator};
}

/// Returns a fraction of caps as an interval. It is unknown for a rate of 0, or without a bound.
Interval interval_of(const GValue* rate) {
  const auto rate_n = gst_value_get_fraction_numerator(rate);
  const auto rate_d = gst_value_get_fraction_denominator(rate);
  if (rate_n <= 0 || rate_n == G_MAXINT || rate_d <= 0) return {};
  return {static_cast<std::uint32_t>(rate_d), static_cast<std::uint32_t>(rate_n)};
}

void set_rate(GValue* value, Interval interval) {
  g_value_init(value, GST_TYPE_FRACTION);
  gst_value_set_fraction(value, static_cast<gint>(interval.denominator),
                         static_cast<gint>(interval.numerator));
}

bool fits(Interval interval) {
  constexpr auto most = static_cast<std::uint32_t>(std::numeric_limits<gint>::max());
  return interval.known() && interval.numerator <= most && interval.denominator <= most;
}

bool allows(const GValue* allowed, Interval interval) {
  if (!fits(interval)) return false;
  GValue rate = G_VALUE_INIT;
  set_rate(&rate, interval);
  // gst_value_can_intersect() compares only the types.
  const bool yes = gst_value_intersect(nullptr, allowed, &rate) != FALSE;
  g_value_unset(&rate);
  return yes;
}

/// Returns whether `other` allows all that `allowed` does.
bool within(const GValue* allowed, const GValue* other) {
  GValue common = G_VALUE_INIT;
  if (gst_value_intersect(&common, allowed, other) == FALSE) return false;
  const bool all = gst_value_compare(&common, allowed) == GST_VALUE_EQUAL;
  g_value_unset(&common);
  return all;
}

/// Returns the best interval in one range; unknown if that is an end without a bound.
Interval best_of_range(const GValue* range, Interval preferred) {
  if (allows(range, preferred)) return preferred;
  const auto least = interval_of(gst_value_get_fraction_range_min(range));
  if (preferred.known() && least.known() && rate_of(least) > rate_of(preferred)) return least;
  return interval_of(gst_value_get_fraction_range_max(range));
}

/// Returns whether `one` is the better rate.
bool better(Interval one, Interval other, Interval preferred) {
  const double first = rate_of(one);
  const double second = rate_of(other);
  const double wanted = rate_of(preferred);
  if (!preferred.known() || (first < wanted && second < wanted)) return first > second;
  if (first < wanted || second < wanted) return second < wanted;
  return first < second;
}

bool unbounded(const GValue* allowed) {
  return GST_VALUE_HOLDS_FRACTION_RANGE(allowed) &&
         gst_value_get_fraction_numerator(gst_value_get_fraction_range_max(allowed)) == G_MAXINT;
}

Interval best_of(const GValue* allowed, Interval preferred) {
  if (GST_VALUE_HOLDS_FRACTION(allowed)) return interval_of(allowed);
  if (GST_VALUE_HOLDS_FRACTION_RANGE(allowed)) return best_of_range(allowed, preferred);
  if (!GST_VALUE_HOLDS_LIST(allowed)) return {};
  Interval best;
  for (guint i = 0; i < gst_value_list_get_size(allowed); ++i) {
    const auto* const one = gst_value_list_get_value(allowed, i);
    const auto rate = best_of(one, preferred);
    if (!rate.known() && unbounded(one)) return {};
    if (rate.known() && (!best.known() || better(rate, best, preferred))) best = rate;
  }
  return best;
}

/// "30/1".
std::string text_of(Interval interval) {
  return std::to_string(interval.denominator) + "/" + std::to_string(interval.numerator);
}

bool lists(std::span<const v4l2::IntervalRange> listed, Interval interval) {
  const auto rate = rate_of(interval);
  return std::ranges::any_of(listed, [&](const v4l2::IntervalRange& range) {
    return same_rate(range.shortest, interval) || same_rate(range.longest, interval) ||
           (rate_of(range.longest) < rate && rate < rate_of(range.shortest));
  });
}

/// gst_structure_can_intersect() fails on lists of ranges (1.22).
bool meet(const GstStructure* one, const GstStructure* other) {
  return StructurePtr{gst_structure_intersect(one, other)} != nullptr;
}

StructurePtr without_rate(const GstStructure* structure) {
  StructurePtr copy{gst_structure_copy(structure)};
  gst_structure_remove_field(copy.get(), "framerate");
  return copy;
}

bool same_features(const GstCaps* caps, guint one, guint other) {
  return gst_caps_features_is_equal(gst_caps_get_features(caps, one),
                                    gst_caps_get_features(caps, other)) != FALSE;
}

}  // namespace

double rate_of(Interval interval) {
  return interval.known() ? static_cast<double>(interval.denominator) / interval.numerator : 0;
}

bool same_rate(Interval one, Interval other) {
  if (!one.known() || !other.known()) return false;
  constexpr std::uint64_t units = 10'000'000;  // of 100 ns in a second
  const auto [apart, whole] = difference(one, other);
  return apart <= whole / units;
}

Interval usual(Interval interval) {
  constexpr double most = 1000;  // frames a second: beyond it 100 ns are too coarse for one name
  const auto rate = rate_of(interval);
  if (!fits(interval) || rate < 0.5 || rate > most) return interval;
  const auto whole = static_cast<std::uint32_t>(std::lround(rate));
  const auto less = static_cast<std::uint32_t>(std::lround(rate * 1.001));
  for (const auto name : {Interval{1, whole}, Interval{1001, 1000 * less}})
    if (same_rate(name, interval)) return name;
  return interval;
}

std::vector<Interval> names_of(Interval confirmed, Interval asked) {
  std::vector<Interval> names;
  if (same_rate(asked, confirmed)) names.push_back(asked);
  for (const auto name : {usual(confirmed), confirmed})
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  return names;
}

Interval best_rate(const GValue* allowed, Interval preferred) {
  if (allowed == nullptr) return {};
  const auto best = best_of(allowed, preferred);
  const auto name = usual(best);
  return best.known() && allows(allowed, name) ? name : best;
}

std::vector<Interval> preferred_rates(const GstCaps* wanted) {
  std::vector<Interval> preferred;
  if (gst_caps_is_any(wanted) != FALSE) return preferred;
  const auto size = gst_caps_get_size(wanted);
  std::vector<StructurePtr> otherwise;
  for (guint place = 0; place < size; ++place) {
    otherwise.push_back(without_rate(gst_caps_get_structure(wanted, place)));
    auto& rate = preferred.emplace_back();
    for (guint earlier = 0; earlier < place && !rate.known(); ++earlier)
      if (same_features(wanted, earlier, place) &&
          meet(otherwise[earlier].get(), otherwise[place].get()))
        rate = best_rate(
            gst_structure_get_value(gst_caps_get_structure(wanted, earlier), "framerate"));
  }
  return preferred;
}

bool merely_prefers_rate(const GstCaps* wanted) {
  const auto* const first = gst_caps_get_structure(wanted, 0);
  const auto* const rate = gst_structure_get_value(first, "framerate");
  if (rate == nullptr) return false;
  const auto otherwise = without_rate(first);
  for (guint place = 1; place < gst_caps_get_size(wanted); ++place) {
    const auto* const later = gst_caps_get_structure(wanted, place);
    const auto* const other = gst_structure_get_value(later, "framerate");
    if (other != nullptr && within(other, rate)) continue;
    if (same_features(wanted, 0, place) && meet(otherwise.get(), without_rate(later).get()))
      return true;
  }
  return false;
}

std::string rate_answer(Interval asked, const v4l2::IntervalAnswer& answer,
                        std::span<const v4l2::IntervalRange> listed) {
  if (!asked.known() || same_rate(asked, answer.interval)) return {};
  const bool is_listed = lists(listed, asked);
  if (!is_listed && !listed.empty()) return {};
  const auto listing = is_listed ? "it lists " + text_of(asked) + ", but " : std::string{"it "};
  if (!answer.refused)
    return listing + "set " + text_of(answer.interval) + " when asked for " +
           (is_listed ? "it" : text_of(asked));
  return listing + "refused " + (is_listed ? "it" : text_of(asked)) +
         (answer.interval.known() ? " and keeps " + text_of(answer.interval) : "");
}

}  // namespace v4l2gst
