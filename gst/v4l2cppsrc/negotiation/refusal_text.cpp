#include "negotiation/refusal_text.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "formats/caps.h"
#include "formats/format_row.h"
#include "formats/frame_rate.h"
#include "formats/offered_mode.h"
#include "negotiation/nearness.h"
#include "negotiation/refusal.h"

namespace v4l2gst {
namespace {

void add_once(std::vector<std::string>& texts, std::string text) {
  if (std::ranges::find(texts, text) == texts.end()) texts.push_back(std::move(text));
}

std::string rate_text(v4l2::Interval interval) {
  const auto rate = rate_of(interval);
  std::array<char, 32> digits{};
  g_ascii_formatd(digits.data(), digits.size(), "%.4g", rate);
  return digits.data();
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
  const auto ours = comparable(caps_of(offer), wanted);
  const auto* const name = gst_structure_get_name(gst_caps_get_structure(ours.get(), 0));
  for (guint i = 0; i < gst_caps_get_size(wanted); ++i) {
    const StructurePtr theirs{gst_structure_copy(gst_caps_get_structure(wanted, i))};
    gst_structure_set_name(theirs.get(), name);
    for (const auto* const field : {"format", "significant-bits", "colorimetry", "interlace-mode",
                                    "pixel-aspect-ratio", "chroma-site"})
      gst_structure_remove_field(theirs.get(), field);
    if (!with_rate) gst_structure_remove_field(theirs.get(), "framerate");
    for (guint j = 0; j < gst_caps_get_size(ours.get()); ++j)
      if (gst_structure_can_intersect(gst_caps_get_structure(ours.get(), j), theirs.get()) != FALSE)
        return true;
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
