#include "facts/pipeline.h"

#include <algorithm>
#include <array>

#include "common/handles.h"
#include "common/newer_gstreamer.h"
#include "formats/caps.h"
#include "formats/format_row.h"
#include "formats/frame_rate.h"
#include "negotiation/nearness.h"

namespace v4l2describe {
namespace {

bool plain(std::string_view text) {
  constexpr std::string_view others{"/_.:+-,=@%"};
  return !text.empty() && std::ranges::all_of(text, [others](char letter) {
    return g_ascii_isalnum(letter) != FALSE || others.contains(letter);
  });
}

/// Returns the caps without spaces, so that they are one word.
std::string compact(const GstCaps* caps) {
  auto text = v4l2gst::short_caps(caps);
  std::erase(text, ' ');
  return text;
}

v4l2gst::CapsPtr caps_of(const v4l2gst::FormatRow& row) {
  auto caps = v4l2gst::caps_of(row, false);
  if (gst_caps_is_empty(caps.get()) != FALSE) return v4l2gst::caps_of(row, true);
  // Every JPEG of a device is parsed. The field would only make the pipeline longer.
  if (row.jpeg()) gst_structure_remove_field(gst_caps_get_structure(caps.get(), 0), "parsed");
  return caps;
}

/// Returns the elements that turn frames of the format into a picture on the screen.
std::string_view shown_by(const v4l2gst::FormatRow& row) {
  constexpr std::string_view nothing{"fakesink"};
  if (!row.has_system_caps()) return nothing;
  if (row.raw()) return "videoconvert ! autovideosink";
  if (row.jpeg()) return "queue ! jpegdec ! videoconvert ! autovideosink";
  if (row.bits_per_pixel == 8 || (row.bits_per_pixel != 0 && GSTREAMER_SHOWS_DEEP_BAYER))
    return "bayer2rgb ! videoconvert ! autovideosink";
  // Vendors' own codings have no decoder.
  constexpr std::array undecoded{V4L2_PIX_FMT_SN9C10X, V4L2_PIX_FMT_PWC1, V4L2_PIX_FMT_PWC2};
  const bool has_decoder = std::ranges::find(undecoded, row.fourcc) == undecoded.end();
  if (row.bits_per_pixel != 0 || !has_decoder) return nothing;
  return "queue ! decodebin ! videoconvert ! autovideosink";
}

}  // namespace

std::string shell_word(std::string_view text) {
  if (plain(text)) return std::string{text};
  const v4l2gst::TextPtr quoted{g_shell_quote(std::string{text}.c_str())};
  return quoted.get();
}

std::string property_word(std::string_view name, std::string_view value) {
  auto word = std::string{name} + "=";
  if (plain(value)) return word.append(value);
  // gst_parse_launch() takes a value in quotes, with a backslash before each quote and backslash.
  word += '"';
  for (const char letter : value) {
    if (letter == '"' || letter == '\\') word += '\\';
    word += letter;
  }
  return shell_word(word + '"');
}

std::string media_caps(const v4l2gst::FormatRow& row) {
  const auto caps = caps_of(row);
  return gst_caps_is_empty(caps.get()) != FALSE ? std::string{} : compact(caps.get());
}

std::string mode_caps(const v4l2gst::FormatRow& row, v4l2::Size size, v4l2::Interval interval) {
  const auto caps = caps_of(row);
  gst_caps_set_simple(caps.get(), "width", G_TYPE_INT, static_cast<gint>(size.width), "height",
                      G_TYPE_INT, static_cast<gint>(size.height), nullptr);
  if (v4l2gst::fits_fraction(interval)) {
    const auto named = v4l2gst::usual(interval);
    gst_caps_set_simple(caps.get(), "framerate", GST_TYPE_FRACTION,
                        static_cast<gint>(named.denominator), static_cast<gint>(named.numerator),
                        nullptr);
  }
  return compact(caps.get());
}

std::string pipeline(const std::string& path, const v4l2gst::FormatRow& row,
                     const std::string& caps) {
  return "gst-launch-1.0 v4l2cppsrc " + property_word("device", path) + " ! " + shell_word(caps) +
         " ! " + std::string{shown_by(row)};
}

}  // namespace v4l2describe
