#include "negotiation/nearness.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>
#include <tuple>

#include "formats/caps.h"
#include "formats/format_row.h"
#include "formats/offered_mode.h"
#include "negotiation/candidates.h"

namespace v4l2gst {
namespace {

/// Returns the size in `field` that is nearest to full HD. Returns nullopt if there is none.
std::optional<double> wanted_size(const GstStructure* structure, const char* field) {
  const auto* const value = gst_structure_get_value(structure, field);
  if (value == nullptr) return std::nullopt;
  const StructurePtr copy{gst_structure_copy(structure)};
  gst_structure_fixate_field_nearest_int(copy.get(), field, field[0] == 'w' ? 1920 : 1080);
  gint size{};
  if (gst_structure_get_int(copy.get(), field, &size) == FALSE) return std::nullopt;
  return size;
}

std::optional<double> wanted_rate(const GstStructure* structure) {
  if (gst_structure_get_value(structure, "framerate") == nullptr) return std::nullopt;
  const StructurePtr copy{gst_structure_copy(structure)};
  gst_structure_fixate_field_nearest_fraction(copy.get(), "framerate", 30, 1);
  gint rate_n{};
  gint rate_d{};
  if (gst_structure_get_fraction(copy.get(), "framerate", &rate_n, &rate_d) == FALSE || rate_n <= 0)
    return std::nullopt;
  return static_cast<double>(rate_n) / rate_d;
}

/// Returns the distance of two numbers on a logarithmic scale. Half is as far as double.
double distance(double one, double other) {
  return one > 0 && other > 0 ? std::abs(std::log2(one / other)) : 0;
}

/// Returns the distance of an offer from a structure, by format and size.
double distance(const OfferedMode& offer, const GstStructure* structure) {
  const auto ours = caps_of(*offer.row, false);
  const auto* const mine = gst_caps_get_structure(ours.get(), 0);
  // Another kind of format at the right size beats the right one at half the size.
  constexpr double other_kind = 1.25;
  constexpr double other_format = 0.5;
  double far{};
  const bool same_kind = gst_structure_has_name(mine, gst_structure_get_name(structure)) != FALSE;
  const StructurePtr theirs{gst_structure_copy(structure)};
  gst_structure_remove_fields(theirs.get(), "width", "height", "framerate", "colorimetry",
                              "pixel-aspect-ratio", "interlace-mode", nullptr);
  if (!same_kind)
    far += other_kind;
  else if (gst_structure_can_intersect(mine, theirs.get()) == FALSE)
    far += other_format;
  const auto within = [](double wanted, std::uint32_t least, std::uint32_t most) {
    return std::clamp<double>(wanted, least, most);
  };
  const auto& sizes = offer.sizes;
  if (const auto width = wanted_size(structure, "width"))
    far += distance(*width, within(*width, sizes.smallest.width, sizes.largest.width));
  if (const auto height = wanted_size(structure, "height"))
    far += distance(*height, within(*height, sizes.smallest.height, sizes.largest.height));
  return far;
}

double distance(const OfferedMode& offer, const GstCaps* wanted) {
  if (wanted == nullptr || gst_caps_get_size(wanted) == 0) return 0;
  double nearest = distance(offer, gst_caps_get_structure(wanted, 0));
  for (guint i = 1; i < gst_caps_get_size(wanted); ++i)
    nearest = std::min(nearest, distance(offer, gst_caps_get_structure(wanted, i)));
  return nearest;
}
}  // namespace

bool much_alike(const OfferedMode& one, const OfferedMode& other) {
  return one.row->raw() && other.row->raw() && one.sizes == other.sizes &&
         one.intervals == other.intervals;
}

std::string short_caps(const GstCaps* caps) {
  const TextPtr text{gst_caps_to_string(caps)};
  std::string short_text{text.get()};
  for (const std::string_view type : {"(int)", "(string)", "(fraction)", "(boolean)"})
    for (auto at = short_text.find(type); at != std::string::npos; at = short_text.find(type))
      short_text.erase(at, type.size());
  return short_text;
}

std::string shown(const OfferedMode& offer, const GstCaps* wanted) {
  auto caps = caps_of(offer);
  auto* const structure = gst_caps_get_structure(caps.get(), 0);
  const auto* const asked = wanted != nullptr && gst_caps_get_size(wanted) > 0
                                ? gst_caps_get_structure(wanted, 0)
                                : nullptr;
  const auto near = [asked](const char* field, gint otherwise) {
    const auto size = asked != nullptr ? wanted_size(asked, field) : std::nullopt;
    return size ? static_cast<gint>(*size) : otherwise;
  };
  gst_structure_fixate_field_nearest_int(structure, "width", near("width", 1920));
  gst_structure_fixate_field_nearest_int(structure, "height", near("height", 1080));
  if (offer.intervals.empty()) {
    gst_structure_remove_field(structure, "framerate");
  } else {
    const auto rate = asked != nullptr ? wanted_rate(asked) : std::nullopt;
    gint rate_n{G_MAXINT};
    gint rate_d{1};
    if (rate) gst_util_double_to_fraction(*rate, &rate_n, &rate_d);
    gst_structure_fixate_field_nearest_fraction(structure, "framerate", rate_n, rate_d);
  }
  gst_structure_remove_field(structure, "parsed");
  return short_caps(caps.get());
}

std::vector<OfferedMode> nearest_offers(std::span<const OfferedMode> all, const GstCaps* wanted,
                                        std::size_t most) {
  std::vector<std::tuple<double, const FormatRow*, double, const OfferedMode*>> ranked;
  for (const auto& offer : all) {
    const auto& size = offer.sizes.largest;
    // The larger picture is the likelier wish. This decides between equally near offers of one
    // format.
    ranked.emplace_back(distance(offer, wanted), offer.row,
                        -static_cast<double>(size.width) * size.height, &offer);
  }
  std::ranges::sort(ranked);
  // Offers that differ only in the arrangement of their bytes come last, after other modes.
  std::vector<OfferedMode> nearest;
  std::vector<const OfferedMode*> alike;
  for (const auto& entry : ranked) {
    const auto* const offer = std::get<const OfferedMode*>(entry);
    if (nearest.size() == most) return nearest;
    if (std::ranges::any_of(
            nearest, [&](const OfferedMode& earlier) { return much_alike(earlier, *offer); }))
      alike.push_back(offer);
    else
      nearest.push_back(*offer);
  }
  for (const auto* const offer : alike)
    if (nearest.size() < most) nearest.push_back(*offer);
  return nearest;
}
}  // namespace v4l2gst
