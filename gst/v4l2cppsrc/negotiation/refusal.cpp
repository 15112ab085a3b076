#include "negotiation/refusal.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <tuple>

#include "formats/caps.h"
#include "formats/format_row.h"
#include "formats/frame_rate.h"
#include "formats/offered_mode.h"
#include "negotiation/candidates.h"

namespace v4l2gst {
namespace {

constexpr std::size_t most_shown = 3;
/// The longest list that a reader takes in.
constexpr std::size_t most_listed = 8;

/// Returns "a, b, c", with "…" for entries beyond most_listed.
std::string list_of(std::span<const std::string> texts) {
  std::string list;
  for (const auto& text : texts.first(std::min(texts.size(), most_listed)))
    list.append(list.empty() ? "" : ", ").append(text);
  return texts.size() > most_listed ? list + ", …" : list;
}

void add_once(std::vector<std::string>& texts, std::string text) {
  if (std::ranges::find(texts, text) == texts.end()) texts.push_back(std::move(text));
}

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
    return gst_caps_can_intersect(caps_of(offer).get(), wanted.get()) != FALSE;
  });
}

CapsPtr formats_of(const GstCaps* wanted) {
  return only(wanted, {"format", "drm-format", "stream-format", "significant-bits"});
}

CapsPtr sizes_of(const GstCaps* wanted) {
  return only(wanted,
              {"format", "drm-format", "stream-format", "significant-bits", "width", "height"});
}

std::string names_of(std::span<const OfferedMode> offers) {
  std::vector<std::string> names;  // several rows may have one name
  std::vector<const FormatRow*> seen;
  for (const auto& offer : offers) {
    if (std::ranges::find(seen, offer.row) != seen.end()) continue;
    seen.push_back(offer.row);
    const auto caps = caps_of(*offer.row, false);
    const auto* const structure = gst_caps_get_structure(caps.get(), 0);
    const auto* const format = gst_structure_get_string(structure, "format");
    add_once(names, format != nullptr ? format : gst_structure_get_name(structure));
  }
  return list_of(names);
}

std::string sizes_text(std::span<const OfferedMode> offers, const CapsPtr& formats) {
  std::vector<std::string> sizes;
  for (const auto& offer : offers) {
    if (gst_caps_can_intersect(caps_of(offer).get(), formats.get()) == FALSE) continue;
    const auto name = [](v4l2::Size size) {
      return std::to_string(size.width) + "x" + std::to_string(size.height);
    };
    auto size = name(offer.sizes.smallest);
    if (!offer.sizes.single()) size += " to " + name(offer.sizes.largest);
    add_once(sizes, std::move(size));
  }
  return list_of(sizes);
}

std::string rate_text(v4l2::Interval interval) {
  const auto rate = rate_of(interval);
  std::array<char, 32> digits{};
  g_ascii_formatd(digits.data(), digits.size(), "%.4g", rate);
  return digits.data();
}

std::string rates_text(std::span<const OfferedMode> offers, const CapsPtr& sizes) {
  std::vector<std::string> rates;
  for (const auto& offer : offers) {
    if (gst_caps_can_intersect(caps_of(offer).get(), sizes.get()) == FALSE) continue;
    for (const auto& interval : offer.intervals) {
      auto rate = rate_text(interval.shortest);
      if (!interval.single()) rate.insert(0, rate_text(interval.longest).append(" to "));
      add_once(rates, std::move(rate));
    }
  }
  auto text = list_of(rates);
  return text.empty() ? text : text.append(" frames per second");
}

bool asks_for_raw(const GstCaps* wanted) {
  for (guint i = 0; i < gst_caps_get_size(wanted); ++i)
    if (gst_structure_has_name(gst_caps_get_structure(wanted, i), "video/x-raw") != FALSE)
      return true;
  return false;
}

/// Returns the element to insert behind a stream of `row` to get raw video.
std::string decoder_of(const FormatRow& row) {
  const auto caps = caps_of(row, false);
  const auto* const structure = gst_caps_get_structure(caps.get(), 0);
  if (gst_structure_has_name(structure, "image/jpeg") != FALSE) return "jpegdec";
  if (gst_structure_has_name(structure, "video/x-bayer") != FALSE) return "bayer2rgb";
  return "decodebin";
}

/// Returns true if an offer meets a structure of `wanted`, whatever its format. The rate counts
/// only if `with_rate` is true. Colours, fields and pixel aspect do not count.
bool meets_otherwise(const OfferedMode& offer, const GstCaps* wanted, bool with_rate) {
  const auto ours = caps_of(offer);
  const auto* const mine = gst_caps_get_structure(ours.get(), 0);
  for (guint i = 0; i < gst_caps_get_size(wanted); ++i) {
    const StructurePtr theirs{gst_structure_copy(gst_caps_get_structure(wanted, i))};
    gst_structure_set_name(theirs.get(), gst_structure_get_name(mine));
    for (const auto* const field : {"format", "significant-bits", "colorimetry", "interlace-mode",
                                    "pixel-aspect-ratio", "chroma-site"})
      gst_structure_remove_field(theirs.get(), field);
    if (!with_rate) gst_structure_remove_field(theirs.get(), "framerate");
    if (gst_structure_can_intersect(mine, theirs.get()) != FALSE) return true;
  }
  return false;
}

/// Returns advice for a wish for raw video that only another kind of format meets. Empty if
/// decoding would not help.
std::string decode_advice(std::span<const OfferedMode> near, const GstCaps* wanted,
                          bool with_rate) {
  if (!asks_for_raw(wanted)) return {};
  const auto raw = [](const OfferedMode& offer) {
    return offer.row->raw();
  };
  const auto meets = [&](const OfferedMode& offer) {
    return meets_otherwise(offer, wanted, with_rate);
  };
  // Another raw format is easier to convert.
  if (std::ranges::any_of(near,
                          [&](const OfferedMode& offer) { return raw(offer) && meets(offer); }))
    return {};
  const auto found = std::ranges::find_if(
      near, [&](const OfferedMode& offer) { return !raw(offer) && meets(offer); });
  if (found == near.end()) return {};
  return "The device has it as " + shown(*found, wanted) + ": ask for that and insert " +
         decoder_of(*found->row) + " behind it.";
}

std::string advice_for(const Refusal& refusal, std::span<const OfferedMode> near,
                       const GstCaps* wanted) {
  const auto& field = refusal.field;
  if (refusal.nearest.empty())
    return "No element can take that. libv4l converts many such formats: start the program with "
           "LD_PRELOAD set to its v4l2convert.so.";
  if (field == "media type" || field == "format" || field == "size" || field == "framerate")
    if (auto advice = decode_advice(near, wanted, field == "framerate"); !advice.empty())
      return advice;
  if (field == "media type")
    return "Ask for one of these, and insert what converts it (decodebin, videoconvert, an "
           "encoder).";
  if (field == "format") return "Ask for one of these, or insert videoconvert behind one.";
  if (field == "size") return "Ask for one of these sizes, or insert videoscale behind one.";
  if (field == "framerate") return "Ask for one of these rates, or insert videorate behind one.";
  if (field == "interlace-mode")
    return "Leave interlace-mode out of the caps, and insert deinterlace for progressive frames or "
           "interlace for others.";
  if (field == "pixel-aspect-ratio")
    return "Leave pixel-aspect-ratio out of the caps, insert videoscale, or, if the device is "
           "wrong, set the property 'pixel-aspect-ratio' or 'force-aspect-ratio=false'.";
  if (field == "colorimetry")
    return "Leave colorimetry out of the caps, insert videoconvert, or, if the device is wrong "
           "about itself, set the property 'colorimetry' to what it is.";
  if (field == "features")
    return "Insert an element that takes system memory, such as videoconvert or glupload.";
  return "Ask for one of these.";
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

namespace {

/// Returns `caps` without the parts that nobody reads. These are long lists, such as all formats
/// that videoconvert knows, and alternatives beyond the second.
std::string abridged(const std::string& caps) {
  constexpr std::size_t most_entries = 6;
  std::string text;
  std::size_t entries{};
  std::size_t structures{1};
  bool in_list{};
  for (const char letter : caps) {
    if (letter == '{') {
      in_list = true;
      entries = 0;
    } else if (letter == '}') {
      if (in_list && entries >= most_entries) text += ", … ";
      in_list = false;
    } else if (in_list && letter == ',') {
      ++entries;
    } else if (!in_list && letter == ';' && ++structures > 2) {
      return text + "; …";
    }
    if (!in_list || entries < most_entries) text += letter;
  }
  return text;
}

}  // namespace

std::string text_of(const Refusal& refusal, std::string_view path) {
  std::string text =
      "The device at '" + std::string{path} + "' has no mode that downstream takes: ";
  const bool nothing_else = refusal.nearest.empty() && !refusal.inexpressible.empty();
  if (nothing_else)
    text += "GStreamer has no caps for what it gives: " + list_of(refusal.inexpressible) + ".";
  else if (refusal.field == "mode")
    text += "no single one has all that is asked.";
  else if (!refusal.answer.empty())
    text += "none has that " + refusal.field + "; " + refusal.answer + ".";
  else if (refusal.has.empty())
    text += "none has that " + refusal.field + ".";
  else
    text += "none has that " + refusal.field + "; it has " + refusal.has + ".";
  if (refusal.asked != "ANY") text += " Asked for: " + abridged(refusal.asked) + ".";
  if (!refusal.nearest.empty()) {
    text += " Nearest:";
    for (std::size_t i = 0; i < refusal.nearest.size(); ++i)
      text += (i == 0 ? " " : "; ") + refusal.nearest[i];
    text += ".";
  }
  if (!nothing_else && !refusal.inexpressible.empty())
    text += " GStreamer has no caps for what it also has: " + list_of(refusal.inexpressible) + ".";
  return text + " " + refusal.advice;
}

Report not_negotiated(const std::string& path, Refusal refusal) {
  auto text = text_of(refusal, path);
  return {.domain = GST_STREAM_ERROR,
          .code = GST_STREAM_ERROR_FORMAT,
          .cause = Cause::not_negotiated,
          .text = std::move(text),
          .debug = {},
          .device = path,
          .error = {},
          .details = {{"asked", std::move(refusal.asked)},
                      {"field", std::move(refusal.field)},
                      {"has", std::move(refusal.has)},
                      {"advice", std::move(refusal.advice)},
                      {"nearest", std::move(refusal.nearest)},
                      {"inexpressible", std::move(refusal.inexpressible)}}};
}

}  // namespace v4l2gst
