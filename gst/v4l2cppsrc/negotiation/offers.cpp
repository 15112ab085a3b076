#include "negotiation/offers.h"

#include <algorithm>
#include <cstdlib>

#include "device/modes.h"
#include "formats/caps.h"
#include "formats/drm_caps.h"
#include "formats/format_table.h"

namespace v4l2gst {
namespace {

constexpr v4l2::Size full_hd{1920, 1080};
constexpr v4l2::SizeRange any_size{.smallest = {1, 1}, .largest = {most_pixels, most_pixels}};

/// Returns true if any structure of `wanted` intersects one of `ours`. Null takes anything.
bool possible(const GstCaps* wanted, CapsPtr ours) {
  if (wanted == nullptr) return gst_caps_is_empty(ours.get()) == FALSE;
  return gst_caps_can_intersect(wanted, comparable(std::move(ours), wanted).get()) != FALSE;
}

bool possible(const GstCaps* wanted, const OfferedMode& offer) {
  return possible(wanted, caps_of(offer));
}

/// Returns the sizes of a format. If the driver lists none, returns the size that the device is set
/// to, by its user or its source. If downstream does not take that size, returns any size.
v4l2::Result<std::vector<v4l2::SizeRange>> sizes_of(v4l2::Modes& modes,
                                                    const OfferedMode& of_any_size,
                                                    const GstCaps* wanted) {
  const auto listed = modes.sizes({of_any_size.row->fourcc});
  if (!listed) return std::unexpected{listed.error()};
  if (!listed->empty()) return std::vector<v4l2::SizeRange>{listed->begin(), listed->end()};
  const auto current = modes.current();
  if (!current) return std::unexpected{current.error()};
  const v4l2::Size size{current->size.width, frame_height(*current)};
  auto as_set = of_any_size;
  as_set.sizes = {.smallest = size, .largest = size};
  if (size.width != 0 && size.height != 0 && possible(wanted, as_set))
    return std::vector{as_set.sizes};
  return std::vector{any_size};
}

/// Adds the offers of one format, with caps of one kind.
v4l2::Result<> add_offers(std::vector<OfferedMode>& offers, v4l2::Modes& modes, OfferedMode offer,
                          const GstCaps* wanted, std::optional<v4l2::Size> native) {
  offer.sizes = any_size;
  if (!possible(wanted, offer)) return {};
  const auto ranges = sizes_of(modes, offer, wanted);
  if (!ranges) return std::unexpected{ranges.error()};
  for (const auto& range : *ranges) {
    offer.sizes = range;
    offer.intervals.clear();
    const auto size = size_within(offer, wanted, native);
    if (!size) continue;
    const auto intervals = modes.intervals({offer.row->fourcc}, *size);
    if (!intervals) return std::unexpected{intervals.error()};
    offer.intervals.assign(intervals->begin(), intervals->end());
    if (possible(wanted, offer)) offers.push_back(offer);
  }
  return {};
}

gint nearest_in_range(const GValue* range, gint target) {
  const auto least = gst_value_get_int_range_min(range);
  const auto most = gst_value_get_int_range_max(range);
  const auto step = gst_value_get_int_range_step(range);
  const auto inside = std::clamp(target, least, most);
  const auto below = inside - (inside - least) % step;
  return inside - below > step / 2 && below <= most - step ? below + step : below;
}

/// Returns the number nearest to `target` that a field allows. Returns nullopt if it allows none.
/// The field is a number, a range, or a list of both. gst_structure_fixate_field_nearest_int() sees
/// only the numbers of a list.
std::optional<gint> nearest(const GValue* allowed, gint target) {
  if (G_VALUE_HOLDS_INT(allowed)) return g_value_get_int(allowed);
  if (GST_VALUE_HOLDS_INT_RANGE(allowed)) return nearest_in_range(allowed, target);
  if (!GST_VALUE_HOLDS_LIST(allowed)) return std::nullopt;
  std::optional<gint> best;
  const auto distance = [target](gint number) {
    return std::abs(std::int64_t{number} - target);
  };
  for (guint i = 0; i < gst_value_list_get_size(allowed); ++i) {
    const auto number = nearest(gst_value_list_get_value(allowed, i), target);
    if (number && (!best || distance(*number) < distance(*best))) best = number;
  }
  return best;
}

void fix_dimension(GstStructure* structure, const char* field, std::uint32_t target) {
  const auto most = static_cast<gint>(std::min<std::uint32_t>(target, most_pixels));
  if (const auto size = nearest(gst_structure_get_value(structure, field), most))
    gst_structure_set(structure, field, G_TYPE_INT, *size, nullptr);
}

}  // namespace

void fix_size(GstStructure* structure, std::optional<v4l2::Size> native) {
  const auto target = native.value_or(full_hd);
  fix_dimension(structure, "width", target.width);
  fix_dimension(structure, "height", target.height);
}

std::optional<v4l2::Size> size_within(const OfferedMode& offer, const GstCaps* wanted,
                                      std::optional<v4l2::Size> native) {
  const auto ours = caps_of(offer);
  const auto common =
      wanted == nullptr ? CapsPtr{gst_caps_ref(ours.get())} : common_caps(wanted, ours.get());
  if (gst_caps_is_empty(common.get()) != FALSE) return std::nullopt;
  if (offer.sizes.single()) return offer.sizes.largest;
  const StructurePtr structure{gst_structure_copy(gst_caps_get_structure(common.get(), 0))};
  fix_size(structure.get(), native);
  gint width{};
  gint height{};
  gst_structure_get_int(structure.get(), "width", &width);
  gst_structure_get_int(structure.get(), "height", &height);
  return v4l2::Size{static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height)};
}

v4l2::Result<std::vector<OfferedMode>> offers_within(v4l2::Modes& modes, const GstCaps* wanted,
                                                     CapsKinds kinds,
                                                     std::optional<v4l2::Size> native) {
  const auto formats = modes.formats();
  if (!formats) return std::unexpected{formats.error()};
  std::vector<OfferedMode> offers;
  const auto add_all = [&](bool dmabuf, bool alternate) -> v4l2::Result<> {
    for (const auto& format : *formats) {
      const auto* const row = row_of(format.fourcc.code);
      if (row == nullptr) continue;
      if (dmabuf ? !drm_format_of(*row) : !row->has_system_caps()) continue;
      if (alternate && !dmabuf && !row->raw()) continue;
      const auto added = add_offers(
          offers, modes,
          {.row = row, .sizes = {}, .intervals = {}, .dmabuf_caps = dmabuf, .alternate = alternate},
          wanted, native);
      if (!added) return added;
    }
    return {};
  };
  if (const auto added = add_all(false, false); !added) return std::unexpected{added.error()};
  if (kinds.alternate)
    if (const auto added = add_all(false, true); !added) return std::unexpected{added.error()};
  if (kinds.dmabuf)
    if (const auto added = add_all(true, false); !added) return std::unexpected{added.error()};
  if (kinds.dmabuf && kinds.alternate)
    if (const auto added = add_all(true, true); !added) return std::unexpected{added.error()};
  return offers;
}

v4l2::Result<std::vector<OfferedMode>> all_offers(v4l2::Modes& modes) {
  const auto formats = modes.formats();
  if (!formats) return std::unexpected{formats.error()};
  std::vector<OfferedMode> offers;
  for (const auto& format : *formats) {
    const auto* const row = row_of(format.fourcc.code);
    if (row == nullptr || !row->has_system_caps()) continue;
    OfferedMode offer{.row = row, .sizes = any_size, .intervals = {}};
    const auto sizes = sizes_of(modes, offer, nullptr);
    if (!sizes) return std::unexpected{sizes.error()};
    for (const auto& range : *sizes) {
      offer.sizes = range;
      offers.push_back(offer);
    }
  }
  return offers;
}

v4l2::Result<std::vector<std::string>> inexpressible_formats(v4l2::Modes& modes) {
  const auto formats = modes.formats();
  if (!formats) return std::unexpected{formats.error()};
  std::vector<std::string> names;
  for (const auto& format : *formats)
    if (row_of(format.fourcc.code) == nullptr)
      names.push_back(format.fourcc.to_string() +
                      (format.description.empty() ? "" : " (" + format.description + ")"));
  return names;
}

}  // namespace v4l2gst
