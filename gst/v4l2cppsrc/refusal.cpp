#include "refusal.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <tuple>

#include "negotiation.h"

namespace v4l2gst {
namespace {

constexpr std::size_t most_shown = 3;

/// Only these fields of one structure, which is the part that a question is about.
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

/// As `caps`, in whatever memory.
CapsPtr in_any_memory(const GstCaps* caps) {
  CapsPtr copy{gst_caps_copy(caps)};
  for (guint i = 0; i < gst_caps_get_size(copy.get()); ++i)
    gst_caps_set_features(copy.get(), i, gst_caps_features_new_any());
  return copy;
}

bool any_meets(std::span<const Offer> offers, const CapsPtr& wanted) {
  return std::ranges::any_of(offers, [&](const Offer& offer) {
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

/// The nearest to `asked` in what a structure says of a size; nothing where it says nothing.
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

/// How far one number is from another, as people see it: half is as far as double.
double distance(double one, double other) {
  return one > 0 && other > 0 ? std::abs(std::log2(one / other)) : 0;
}

/// How far an offer is from a structure: another kind of format counts more than any size.
double distance(const Offer& offer, const GstStructure* structure) {
  const auto ours = caps_of(*offer.row, false);
  const auto* const mine = gst_caps_get_structure(ours.get(), 0);
  double far{};
  const bool same_kind = gst_structure_has_name(mine, gst_structure_get_name(structure)) != FALSE;
  const StructurePtr theirs{gst_structure_copy(structure)};
  gst_structure_remove_fields(theirs.get(), "width", "height", "framerate", "colorimetry",
                              "pixel-aspect-ratio", "interlace-mode", nullptr);
  if (!same_kind)
    far += 3;
  else if (gst_structure_can_intersect(mine, theirs.get()) == FALSE)
    far += 1;
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

double distance(const Offer& offer, const GstCaps* wanted) {
  if (wanted == nullptr || gst_caps_get_size(wanted) == 0) return 0;
  double nearest = distance(offer, gst_caps_get_structure(wanted, 0));
  for (guint i = 1; i < gst_caps_get_size(wanted); ++i)
    nearest = std::min(nearest, distance(offer, gst_caps_get_structure(wanted, i)));
  return nearest;
}

/// An offer as caps for people to copy: one size of a range, and the rate nearest to the wanted.
std::string shown(const Offer& offer, const GstCaps* wanted) {
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

std::string names_of(std::span<const Offer> offers) {
  std::string names;
  std::vector<const FormatRow*> seen;
  for (const auto& offer : offers) {
    if (std::ranges::find(seen, offer.row) != seen.end()) continue;
    seen.push_back(offer.row);
    const auto caps = caps_of(*offer.row, false);
    const auto* const structure = gst_caps_get_structure(caps.get(), 0);
    const auto* const format = gst_structure_get_string(structure, "format");
    names += names.empty() ? "" : ", ";
    names += format != nullptr ? format : gst_structure_get_name(structure);
  }
  return names;
}

std::string sizes_text(std::span<const Offer> offers, const CapsPtr& formats) {
  std::string text;
  int count{};
  for (const auto& offer : offers) {
    if (gst_caps_can_intersect(caps_of(offer).get(), formats.get()) == FALSE) continue;
    const auto name = [](v4l2::Size size) {
      return std::to_string(size.width) + "x" + std::to_string(size.height);
    };
    auto size = name(offer.sizes.smallest);
    if (!offer.sizes.single()) size += " to " + name(offer.sizes.largest);
    if (text.find(size) != std::string::npos) continue;
    constexpr int most_sizes = 8;
    if (++count > most_sizes) return text + ", …";
    text += (text.empty() ? "" : ", ") + size;
  }
  return text;
}

std::string rate_text(v4l2::Interval interval) {
  const auto rate = rate_of(interval);
  std::array<char, 32> digits{};
  g_ascii_formatd(digits.data(), digits.size(), "%.4g", rate);
  return digits.data();
}

std::string rates_text(std::span<const Offer> offers, const CapsPtr& sizes) {
  std::string text;
  for (const auto& offer : offers) {
    if (gst_caps_can_intersect(caps_of(offer).get(), sizes.get()) == FALSE) continue;
    for (const auto& interval : offer.intervals) {
      auto rate = rate_text(interval.shortest);
      if (!interval.single()) rate = rate_text(interval.longest) + " to " + rate;
      if ((", " + text + ",").find(", " + rate + ",") != std::string::npos) continue;
      text += (text.empty() ? "" : ", ") + rate;
    }
  }
  return text.empty() ? text : text + " frames per second";
}

bool asks_for_raw(const GstCaps* wanted) {
  for (guint i = 0; i < gst_caps_get_size(wanted); ++i)
    if (gst_structure_has_name(gst_caps_get_structure(wanted, i), "video/x-raw") != FALSE)
      return true;
  return false;
}

/// What to insert behind a compressed stream to get raw video.
std::string decoder_of(const FormatRow& row) {
  const auto caps = caps_of(row, false);
  const auto* const structure = gst_caps_get_structure(caps.get(), 0);
  if (gst_structure_has_name(structure, "image/jpeg") != FALSE) return "jpegdec";
  if (gst_structure_has_name(structure, "video/x-bayer") != FALSE) return "bayer2rgb";
  return "decodebin";
}

/// Advice for who wants raw video that fits only another way; empty where that would not help.
std::string decode_advice(std::span<const Offer> near, const GstCaps* wanted, bool with_rate) {
  if (!asks_for_raw(wanted)) return {};
  for (const auto& offer : near) {
    if (offer.row->raw()) continue;
    const auto ours = caps_of(offer);
    const auto* const mine = gst_caps_get_structure(ours.get(), 0);
    for (guint i = 0; i < gst_caps_get_size(wanted); ++i) {
      const StructurePtr theirs{gst_structure_copy(gst_caps_get_structure(wanted, i))};
      gst_structure_set_name(theirs.get(), gst_structure_get_name(mine));
      for (const auto* const field :
           {"format", "colorimetry", "interlace-mode", "pixel-aspect-ratio", "chroma-site"})
        gst_structure_remove_field(theirs.get(), field);
      if (!with_rate) gst_structure_remove_field(theirs.get(), "framerate");
      if (gst_structure_can_intersect(mine, theirs.get()) == FALSE) continue;
      return "The device has it as " + shown(offer, wanted) + ": ask for that and insert " +
             decoder_of(*offer.row) + " behind it.";
    }
  }
  return {};
}

std::string advice_for(const Refusal& refusal, std::span<const Offer> near, const GstCaps* wanted) {
  const auto& field = refusal.field;
  if (refusal.nearest.empty())
    return "GStreamer has no caps for anything that this device gives, so no element can take it.";
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
    return "Leave interlace-mode out, and insert deinterlace if frames must be progressive.";
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

/// The first field, in the order in which people think of them, that nothing meets.
std::string broken_field(std::span<const Offer> all, std::span<const Offer> near,
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

void fill_in(Refusal& refusal, std::span<const Offer> all, std::span<const Offer> near,
             const GstCaps* wanted) {
  refusal.asked = short_caps(wanted);
  for (const auto& offer : near) {
    const auto text = shown(offer, wanted);
    if (std::ranges::find(refusal.nearest, text) != refusal.nearest.end()) continue;
    if (refusal.nearest.size() == most_shown) break;
    refusal.nearest.push_back(text);
  }
  const auto anywhere = in_any_memory(wanted);
  if (refusal.has.empty()) {
    if (refusal.field == "media type" || refusal.field == "format")
      refusal.has = names_of(all);
    else if (refusal.field == "size")
      refusal.has = sizes_text(all, formats_of(anywhere.get()));
    else if (refusal.field == "framerate")
      refusal.has = rates_text(near, sizes_of(anywhere.get()));
  }
  refusal.advice = advice_for(refusal, near, wanted);
}

}  // namespace

std::string short_caps(const GstCaps* caps) {
  const TextPtr text{gst_caps_to_string(caps)};
  std::string short_text{text.get()};
  for (const std::string_view type : {"(int)", "(string)", "(fraction)", "(boolean)"})
    for (auto at = short_text.find(type); at != std::string::npos; at = short_text.find(type))
      short_text.erase(at, type.size());
  return short_text;
}

std::vector<Offer> nearest_offers(std::span<const Offer> all, const GstCaps* wanted,
                                  std::size_t most) {
  std::vector<std::tuple<double, const FormatRow*, double, const Offer*>> ranked;
  for (const auto& offer : all) {
    const auto& size = offer.sizes.largest;
    // Of those that are equally near, the larger picture is the more likely wish.
    ranked.emplace_back(distance(offer, wanted), offer.row,
                        -static_cast<double>(size.width) * size.height, &offer);
  }
  std::ranges::sort(ranked);
  std::vector<Offer> nearest;
  for (const auto& entry : ranked) {
    if (nearest.size() == most) break;
    nearest.push_back(*std::get<const Offer*>(entry));
  }
  return nearest;
}

Refusal refuse(std::span<const Offer> all, std::span<const Offer> near,
               std::vector<std::string> inexpressible, const GstCaps* wanted) {
  Refusal refusal;
  refusal.inexpressible = std::move(inexpressible);
  refusal.field = broken_field(all, near, wanted);
  fill_in(refusal, all, near, wanted);
  return refusal;
}

Refusal refuse_given(const CapsPtr& given, const Blame& blame, std::span<const Offer> all,
                     std::span<const Offer> near, std::vector<std::string> inexpressible,
                     const GstCaps* wanted) {
  Refusal refusal;
  refusal.inexpressible = std::move(inexpressible);
  refusal.field = blame.field.empty() ? "mode" : blame.field;
  refusal.has = blame.has;

  // The field without which the two would agree.
  struct Part {
    const char* name;
    std::vector<const char*> fields;
  };

  const std::array parts{Part{"colorimetry", {"colorimetry"}},
                         Part{"pixel-aspect-ratio", {"pixel-aspect-ratio"}},
                         Part{"interlace-mode", {"interlace-mode", "field-order"}},
                         Part{"framerate", {"framerate"}},
                         Part{"size", {"width", "height"}},
                         Part{"format", {"format", "drm-format"}}};
  for (const auto& part : parts) {
    if (!blame.field.empty()) break;
    const CapsPtr rest{gst_caps_copy(given.get())};
    auto* const structure = gst_caps_get_structure(rest.get(), 0);
    std::string has;
    for (const auto* const field : part.fields) {
      if (const auto* const value = gst_structure_get_value(structure, field)) {
        const TextPtr text{gst_value_serialize(value)};
        has += (has.empty() ? "" : " ") + std::string{text.get()};
      }
      gst_structure_remove_field(structure, field);
    }
    const auto anywhere = in_any_memory(rest.get());
    if (gst_caps_can_intersect(anywhere.get(), wanted) == FALSE) continue;
    refusal.field = part.name;
    refusal.has = has;
    break;
  }
  fill_in(refusal, all, near, wanted);
  return refusal;
}

std::string text_of(const Refusal& refusal, std::string_view path) {
  std::string text =
      "The device at '" + std::string{path} + "' has no mode that downstream takes: ";
  if (refusal.field == "mode")
    text += "no single one has all that is asked.";
  else if (refusal.has.empty())
    text += "none has that " + refusal.field + ".";
  else
    text += "its " + refusal.field + " would be " + refusal.has + ".";
  text += " Asked for: " + refusal.asked + ".";
  if (!refusal.nearest.empty()) {
    text += " Nearest:";
    for (std::size_t i = 0; i < refusal.nearest.size(); ++i)
      text += (i == 0 ? " " : "; ") + refusal.nearest[i];
    text += ".";
  }
  if (!refusal.inexpressible.empty()) {
    text += " GStreamer has no caps for what it also has:";
    for (std::size_t i = 0; i < refusal.inexpressible.size(); ++i)
      text += (i == 0 ? " " : ", ") + refusal.inexpressible[i];
    text += ".";
  }
  return text + " " + refusal.advice;
}

}  // namespace v4l2gst
