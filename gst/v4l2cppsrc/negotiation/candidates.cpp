#include "negotiation/candidates.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>

#include <gst/allocators/allocators.h>

#include "common/handles.h"
#include "formats/caps.h"
#include "formats/drm_caps.h"
#include "formats/format_table.h"
#include "formats/frame_rate.h"
#include "formats/offered_mode.h"
#include "formats/stream_config.h"
#include "negotiation/offers.h"

namespace v4l2gst {
namespace {

/// More than any rate.
constexpr double unwanted = 1e10;
constexpr std::int64_t full_hd = std::int64_t{1920} * 1080;

struct Ranked {
  Candidate candidate;
  // The lowest is best. Order: place of the structure, kind of memory, four of quality, format
  // table.
  std::tuple<guint, bool, std::array<double, 4>, const FormatRow*> rank;
};

/// Returns a field that is a text, or the first text of a list. Empty for other fields.
std::string text_of(const GstStructure* structure, const char* field) {
  const auto* value = gst_structure_get_value(structure, field);
  if (value != nullptr && GST_VALUE_HOLDS_LIST(value) && gst_value_list_get_size(value) > 0)
    value = gst_value_list_get_value(value, 0);
  const bool text = value != nullptr && G_VALUE_HOLDS_STRING(value);
  const auto* const string = text ? g_value_get_string(value) : nullptr;
  return string != nullptr ? string : "";
}

/// Returns the V4L2_FIELD_* for downstream's interlace-mode and field-order.
std::uint32_t field_of(const GstStructure* structure) {
  const auto* const asked = gst_structure_get_value(structure, "interlace-mode");
  if (asked == nullptr) return V4L2_FIELD_ANY;
  // The driver chooses best if downstream takes several modes.
  if (GST_VALUE_HOLDS_LIST(asked) && gst_value_list_get_size(asked) > 1) return V4L2_FIELD_ANY;
  const auto mode = text_of(structure, "interlace-mode");
  if (mode == "progressive") return V4L2_FIELD_NONE;
  if (mode == "alternate") return V4L2_FIELD_ALTERNATE;
  if (mode != "interleaved") return V4L2_FIELD_ANY;
  const auto order = text_of(structure, "field-order");
  if (order == "top-field-first") return V4L2_FIELD_INTERLACED_TB;
  if (order == "bottom-field-first") return V4L2_FIELD_INTERLACED_BT;
  return V4L2_FIELD_INTERLACED;
}

/// Fixes a structure that both sides have in common.
Candidate fix(const OfferedMode& offer, GstStructure* structure, const Preference& preference,
              v4l2::Interval rate) {
  fix_size(structure, preference.native);
  gint width{};
  gint height{};
  gst_structure_get_int(structure, "width", &width);
  gst_structure_get_int(structure, "height", &height);
  return {.row = offer.row,
          .size = {static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height)},
          .interval = best_rate(gst_structure_get_value(structure, "framerate"), rate),
          .dmabuf_caps = offer.dmabuf_caps,
          .field = offer.alternate ? std::uint32_t{V4L2_FIELD_ALTERNATE} : field_of(structure),
          .colorimetry = text_of(structure, "colorimetry")};
}

/// Returns the quality of a candidate. The lowest is best. `wanted` is the rate that downstream
/// prefers, or unknown.
std::array<double, 4> quality(const Candidate& candidate, const Preference& preference,
                              v4l2::Interval wanted) {
  const auto area = std::int64_t{candidate.size.width} * candidate.size.height;
  const bool native = preference.native && candidate.size == *preference.native;
  // The larger picture is better up to full HD. Beyond it, the smaller one is.
  const auto unfit = native ? -1.0 : static_cast<double>(area <= full_hd ? full_hd - area : area);
  // An unknown rate counts as smooth_rate.
  const double rate = candidate.interval.known() ? rate_of(candidate.interval) : smooth_rate;
  const bool is_wanted = same_rate(candidate.interval, wanted) || rate >= rate_of(wanted);
  const bool prefers = wanted.known();
  const double slow = rate < smooth_rate && !(prefers && is_wanted) ? 1 : 0;
  // The best rate is the nearest that is not below downstream's, otherwise the fastest.
  const double off = prefers && is_wanted ? rate : unwanted - rate;
  const double encoded = candidate.row->has_lines() ? 0 : 1;
  switch (preference.prefer) {
    case Prefer::framerate:
      return {off, unfit};
    case Prefer::resolution:
      return {static_cast<double>(-area), off};
    case Prefer::raw:
      return {encoded, slow, unfit, off};
    case Prefer::compressed:
      return {-encoded, slow, unfit, off};
    case Prefer::balanced:
      break;
  }
  return {slow, unfit, off};
}

Ranked rank(Candidate&& candidate, guint place, const Preference& preference, v4l2::Interval rate) {
  const auto worth = quality(candidate, preference, rate);
  const std::tuple order{place, candidate.dmabuf_caps, worth, candidate.row};
  return {.candidate = std::move(candidate), .rank = order};
}

}  // namespace

std::vector<Candidate> ranked_candidates(std::span<const OfferedMode> offers, const GstCaps* wanted,
                                         const Preference& preference) {
  std::vector<Ranked> ranked;
  const bool anything = wanted == nullptr || gst_caps_is_any(wanted);
  const auto rates = anything ? std::vector<v4l2::Interval>{} : preferred_rates(wanted);
  for (const auto& offer : offers) {
    const auto ours = caps_of(offer);
    if (anything) {
      const StructurePtr structure{gst_structure_copy(gst_caps_get_structure(ours.get(), 0))};
      ranked.push_back(rank(fix(offer, structure.get(), preference, {}), 0, preference, {}));
      continue;
    }
    for (guint place = 0; place < gst_caps_get_size(wanted); ++place) {
      const CapsPtr theirs{gst_caps_copy_nth(wanted, place)};
      // An intersection ignores a field that our caps lack. Here that field means another format.
      if (offer.row->significant_bits == 0 &&
          gst_structure_has_field(gst_caps_get_structure(theirs.get(), 0),
                                  significant_bits_field) != FALSE)
        continue;
      const auto common = common_caps(theirs.get(), ours.get());
      for (guint i = 0; i < gst_caps_get_size(common.get()); ++i) {
        const StructurePtr structure{gst_structure_copy(gst_caps_get_structure(common.get(), i))};
        ranked.push_back(rank(fix(offer, structure.get(), preference, rates[place]), place,
                              preference, rates[place]));
      }
    }
  }
  std::ranges::stable_sort(ranked, {}, &Ranked::rank);
  std::vector<Candidate> best;
  best.reserve(ranked.size());
  for (auto& entry : ranked)
    best.push_back(std::move(entry.candidate));
  return best;
}

// ---- without asking the driver ------------------------------------------------------------------

namespace {

struct Kind {
  bool dmabuf{};
  bool alternate{};
};

/// Returns the kind of caps that `features` stand for. Returns nullopt for features that the
/// element does not have.
std::optional<Kind> kind_of(GstCapsFeatures* features) {
  if (features == nullptr || gst_caps_features_is_any(features) != FALSE) return Kind{};
  const auto has = [features](const char* feature) {
    return gst_caps_features_contains(features, feature) != FALSE;
  };
  const Kind kind{.dmabuf = has(GST_CAPS_FEATURE_MEMORY_DMABUF),
                  .alternate = has(GST_CAPS_FEATURE_FORMAT_INTERLACED)};
  const guint known = (kind.dmabuf ? 1U : 0U) + (kind.alternate ? 1U : 0U) +
                      (has(GST_CAPS_FEATURE_MEMORY_SYSTEM_MEMORY) ? 1U : 0U);
  if (gst_caps_features_get_size(features) != known) return std::nullopt;
  return kind;
}

/// Returns true if a structure means one format.
bool one_format(const GstStructure* structure) {
  const std::string_view name{gst_structure_get_name(structure)};
  if (name != "video/x-raw" && name != "video/x-bayer") return true;
  const auto* const field =
      name == "video/x-raw" && text_of(structure, "format") == "DMA_DRM" ? "drm-format" : "format";
  const auto* const format = gst_structure_get_value(structure, field);
  return format != nullptr && G_VALUE_HOLDS_STRING(format);
}

}  // namespace

std::vector<Candidate> direct_candidates(const GstCaps* wanted, bool multiplanar, CapsKinds kinds) {
  std::vector<Candidate> possible;
  if (wanted == nullptr || gst_caps_get_size(wanted) == 0 || gst_caps_is_any(wanted) != FALSE)
    return possible;
  auto* const structure = gst_caps_get_structure(wanted, 0);
  const auto kind = kind_of(gst_caps_get_features(wanted, 0));
  gint width{};
  gint height{};
  if (!kind || (kind->dmabuf && !kinds.dmabuf) || (kind->alternate && !kinds.alternate) ||
      gst_structure_get_int(structure, "width", &width) == FALSE ||
      gst_structure_get_int(structure, "height", &height) == FALSE || width <= 0 || height <= 0 ||
      !one_format(structure))
    return possible;
  const CapsPtr first{gst_caps_copy_nth(wanted, 0)};
  const bool rate_is_open = merely_prefers_rate(wanted);
  for (const auto& row : format_table) {
    if (row.separate_planes && !multiplanar) continue;
    if (kind->dmabuf ? !drm_format_of(row) : !row.has_system_caps()) continue;
    if (kind->alternate && !kind->dmabuf && !row.raw()) continue;
    if (row.significant_bits == 0 &&
        gst_structure_has_field(structure, significant_bits_field) != FALSE)
      continue;
    const v4l2::Size size{static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height)};
    const OfferedMode offer{.row = &row,
                            .sizes = {.smallest = size, .largest = size},
                            .intervals = {},
                            .dmabuf_caps = kind->dmabuf,
                            .alternate = kind->alternate};
    const auto ours = caps_of(offer);
    const CapsPtr common{gst_caps_intersect(first.get(), ours.get())};
    if (gst_caps_is_empty(common.get()) != FALSE) continue;
    const StructurePtr agreed{gst_structure_copy(gst_caps_get_structure(common.get(), 0))};
    auto candidate = fix(offer, agreed.get(), {}, {});
    const auto* const rate = gst_structure_get_value(structure, "framerate");
    if (rate == nullptr || !GST_VALUE_HOLDS_FRACTION(rate) || rate_is_open) candidate.interval = {};
    possible.push_back(std::move(candidate));
  }
  return possible;
}

namespace {

/// Returns the rate that the first structure names. Unknown if it is not a single one.
v4l2::Interval named_rate(const GstCaps* wanted) {
  if (gst_caps_is_any(wanted) != FALSE || gst_caps_get_size(wanted) == 0) return {};
  const auto* const rate = gst_structure_get_value(gst_caps_get_structure(wanted, 0), "framerate");
  return rate != nullptr && GST_VALUE_HOLDS_FRACTION(rate) ? best_rate(rate) : v4l2::Interval{};
}

}  // namespace

v4l2::Interval best_interval(std::span<const v4l2::IntervalRange> offered,
                             const Candidate& candidate, const GstCaps* wanted) {
  if (offered.empty()) return named_rate(wanted);
  const OfferedMode offer{.row = candidate.row,
                          .sizes = {.smallest = candidate.size, .largest = candidate.size},
                          .intervals = {offered.begin(), offered.end()},
                          .dmabuf_caps = candidate.dmabuf_caps,
                          .alternate = candidate.field == V4L2_FIELD_ALTERNATE};
  const auto best = ranked_candidates(std::span{&offer, 1}, wanted);
  return best.empty() ? v4l2::Interval{} : best.front().interval;
}

Candidate mode_of(const StreamConfig& config) {
  return {.row = config.row,
          .size = config.frame_size(),
          .interval = config.interval,
          .dmabuf_caps = config.dmabuf_caps,
          .colorimetry = {}};
}

std::string describe(const Candidate& candidate) {
  auto text = v4l2::Fourcc{candidate.row->fourcc}.to_string() + " " +
              std::to_string(candidate.size.width) + "x" + std::to_string(candidate.size.height);
  if (candidate.interval.known())
    text += " at " + std::to_string(candidate.interval.denominator) + "/" +
            std::to_string(candidate.interval.numerator);
  return text;
}

}  // namespace v4l2gst
