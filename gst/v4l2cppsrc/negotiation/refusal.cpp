#include "negotiation/refusal.h"

#include <algorithm>
#include <array>
#include <optional>

#include "formats/caps.h"
#include "formats/offered_mode.h"
#include "negotiation/nearness.h"
#include "negotiation/refusal_text.h"

namespace v4l2gst {
namespace {

constexpr std::size_t most_shown = 3;

/// Returns `caps` with only these fields. They are the part that a question is about.
CapsPtr only(const GstCaps* caps, std::initializer_list<const char*> fields) {
  CapsPtr part{gst_caps_new_empty()};
  for (guint i = 0; i < gst_caps_get_size(caps); ++i) {
    const auto* const structure = gst_caps_get_structure(caps, i);
    auto* const kept = gst_structure_new_empty(gst_structure_get_name(structure));
    for (const auto* const field : fields)
      if (const auto* const value = gst_structure_get_value(structure, field))
        gst_structure_set_value(kept, field, value);
    gst_caps_append_structure_full(part.get(), kept,
                                   gst_caps_features_copy(gst_caps_get_features(caps, i)));
  }
  return part;
}

/// Returns `caps` in any memory.
CapsPtr in_any_memory(const GstCaps* caps) {
  CapsPtr copy{gst_caps_copy(caps)};
  for (guint i = 0; i < gst_caps_get_size(copy.get()); ++i)
    gst_caps_set_features(copy.get(), i, gst_caps_features_new_any());
  return copy;
}

bool any_meets(std::span<const OfferedMode> offers, const CapsPtr& wanted) {
  return std::ranges::any_of(offers, [&](const OfferedMode& offer) {
    return gst_caps_can_intersect(comparable(caps_of(offer), wanted.get()).get(), wanted.get()) !=
           FALSE;
  });
}

CapsPtr formats_of(const GstCaps* wanted) {
  return only(wanted, {"format", "drm-format", "stream-format", "significant-bits"});
}

CapsPtr sizes_of(const GstCaps* wanted) {
  return only(wanted,
              {"format", "drm-format", "stream-format", "significant-bits", "width", "height"});
}

/// Returns the first field that no offer meets. Fields are taken in the order in which people think
/// of them.
std::string broken_field(std::span<const OfferedMode> all, std::span<const OfferedMode> near,
                         const GstCaps* wanted) {
  const auto anywhere = in_any_memory(wanted);
  if (!any_meets(all, only(anywhere.get(), {}))) return "media type";
  if (!any_meets(all, formats_of(anywhere.get()))) return "format";
  if (!any_meets(all, sizes_of(anywhere.get()))) return "size";
  if (!any_meets(near, only(anywhere.get(), {"format", "drm-format", "stream-format",
                                             "significant-bits", "width", "height", "framerate"})))
    return "framerate";
  if (!any_meets(near, CapsPtr{gst_caps_copy(wanted)}) && any_meets(near, anywhere))
    return "features";
  return "mode";
}

/// Returns the values of a field that the driver lists. Empty if it lists none.
std::string listed(std::string_view field, std::span<const OfferedMode> all,
                   std::span<const OfferedMode> near, const GstCaps* wanted) {
  const auto anywhere = in_any_memory(wanted);
  if (field == "media type" || field == "format") return names_of(all);
  if (field == "size") return sizes_text(all, formats_of(anywhere.get()));
  if (field == "framerate") return rates_text(near, sizes_of(anywhere.get()));
  return {};
}

void fill_in(Refusal& refusal, std::span<const OfferedMode> all, std::span<const OfferedMode> near,
             const GstCaps* wanted) {
  refusal.asked = short_caps(wanted);
  std::vector<const OfferedMode*> chosen;
  for (const auto& offer : near) {
    if (chosen.size() == most_shown) break;
    const bool told = std::ranges::any_of(
        chosen, [&](const OfferedMode* earlier) { return much_alike(*earlier, offer); });
    if (told && refusal.field != "format") continue;
    chosen.push_back(&offer);
    refusal.nearest.push_back(shown(offer, wanted));
  }
  if (refusal.has.empty()) refusal.has = listed(refusal.field, all, near, wanted);
  refusal.advice = advice_for(refusal, near, wanted);
}

/// Returns the value of one field of caps, or of several with "x" between them.
std::string values_of(const GstStructure* structure, std::span<const char* const> fields) {
  std::string values;
  for (const auto* const field : fields)
    if (const auto* const value = gst_structure_get_value(structure, field)) {
      const TextPtr text{gst_value_serialize(value)};
      values += (values.empty() ? "" : "x") + std::string{text.get()};
    }
  return values;
}

/// Returns the caps that the driver set, in the form of shown().
std::string shown_caps(const GstCaps* caps) {
  return short_caps(only(caps, {"format", "drm-format", "width", "height", "framerate"}).get());
}

/// Fills in how the driver deviated from what it was asked for. Its list of modes is no help then.
void fill_in_answer(Refusal& refusal, const Blame& blame, const GstCaps* given) {
  refusal.answer = refusal.field == "framerate" ? blame.rate_answer : blame.format_answer;
  const bool about_format =
      refusal.field == "format" || refusal.field == "size" || refusal.field == "interlace-mode";
  if (refusal.field != "framerate" && !about_format) refusal.answer.clear();
  if (refusal.answer.empty() || gst_caps_is_empty(given) != FALSE) return;
  const auto* const structure = gst_caps_get_structure(given, 0);
  static constexpr std::array rate{"framerate"};
  static constexpr std::array size{"width", "height"};
  static constexpr std::array format{"format"};
  if (refusal.field == "framerate") refusal.has = values_of(structure, rate);
  if (refusal.field == "size") refusal.has = values_of(structure, size);
  if (refusal.field == "format") refusal.has = values_of(structure, format);
  refusal.nearest = {shown_caps(given)};
}

}  // namespace

Refusal refuse(std::span<const OfferedMode> all, std::span<const OfferedMode> near,
               std::vector<std::string> inexpressible, const GstCaps* wanted) {
  Refusal refusal;
  refusal.inexpressible = std::move(inexpressible);
  refusal.field = broken_field(all, near, wanted);
  fill_in(refusal, all, near, wanted);
  return refusal;
}

Refusal refuse_given(const CapsPtr& given, const Blame& blame, std::span<const OfferedMode> all,
                     std::span<const OfferedMode> near, std::vector<std::string> inexpressible,
                     const GstCaps* wanted) {
  Refusal refusal;
  refusal.inexpressible = std::move(inexpressible);
  refusal.field = blame.field.empty() ? broken_field(all, near, wanted) : blame.field;
  refusal.has = blame.has;

  // The field to blame is the one without which the caps intersect.
  struct Part {
    const char* name;
    std::vector<const char*> fields;
  };

  const std::array parts{Part{"colorimetry", {"colorimetry"}},
                         Part{"pixel-aspect-ratio", {"pixel-aspect-ratio"}},
                         Part{"interlace-mode", {"interlace-mode"}},
                         Part{"framerate", {"framerate"}},
                         Part{"size", {"width", "height"}},
                         Part{"format", {"format", "drm-format"}}};
  bool found = !blame.field.empty();
  for (const auto& part : parts) {
    if (found) break;
    const CapsPtr rest{gst_caps_copy(given.get())};
    auto* const structure = gst_caps_get_structure(rest.get(), 0);
    const auto has = values_of(structure, part.fields);
    for (const auto* const field : part.fields)
      gst_structure_remove_field(structure, field);
    const auto anywhere = in_any_memory(rest.get());
    if (gst_caps_can_intersect(anywhere.get(), wanted) == FALSE) continue;
    found = true;
    refusal.field = part.name;
    // If the driver lists the field, its whole list is of use.
    refusal.has = listed(refusal.field, all, near, wanted);
    if (refusal.has.empty()) refusal.has = has;
  }
  // More than one field differs, because the driver has set another format than it was asked for.
  if (!found && !blame.format_answer.empty()) refusal.field = "format";
  fill_in(refusal, all, near, wanted);
  fill_in_answer(refusal, blame, given.get());
  return refusal;
}

}  // namespace v4l2gst
