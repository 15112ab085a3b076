#include "element/uri.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include <glib.h>

#include "device/selector.h"
#include "messages/report.h"

namespace v4l2gst {
namespace {

constexpr auto harmless = std::to_array<std::string_view>({"cache-hints",
                                                           "colorimetry",
                                                           "first-frame-timeout",
                                                           "force-aspect-ratio",
                                                           "frame-metadata",
                                                           "io-mode",
                                                           "leaky",
                                                           "max-buffers",
                                                           "min-buffers",
                                                           "num-buffers",
                                                           "on-corrupt",
                                                           "on-disconnect",
                                                           "on-no-bandwidth",
                                                           "on-no-signal",
                                                           "on-stall",
                                                           "on-starved",
                                                           "pixel-aspect-ratio",
                                                           "prefer",
                                                           "reconnect-timeout",
                                                           "skip-frames",
                                                           "stall-timeout",
                                                           "start-on-keyframe",
                                                           "stats-interval",
                                                           "timestamp-mode",
                                                           "wall-clock"});

struct FreeText {
  void operator()(gchar* text) const { g_free(text); }
};

using Text = std::unique_ptr<gchar, FreeText>;

/// Decodes "%20". Returns nullopt for what is no text then.
std::optional<std::string> decoded(std::string_view text) {
  const Text plain{g_uri_unescape_segment(text.data(), text.data() + text.size(), nullptr)};
  if (!plain || g_utf8_validate(plain.get(), -1, nullptr) == FALSE) return std::nullopt;
  return plain.get();
}

/// Returns true for the path of a video node, or of a link that udev makes to one. Opening another
/// file may have effects: /dev/watchdog starts to count down to a restart of the machine.
bool is_video_path(std::string_view path) {
  return (path.starts_with("/dev/video") || path.starts_with("/dev/v4l/")) &&
         path.find("..") == std::string_view::npos;
}

std::expected<std::pair<std::string, std::string>, std::string> parse_field(
    std::string_view field) {
  const auto equals = field.find('=');
  if (equals == std::string_view::npos || equals == 0)
    return std::unexpected{quoted(std::string{field}) + " in the URI is not property=value."};
  auto name = decoded(field.substr(0, equals));
  auto value = decoded(field.substr(equals + 1));
  if (!name || !value)
    return std::unexpected{quoted(std::string{field}) + " in the URI is not well percent-encoded."};
  if (!may_be_in_uri(*name))
    return std::unexpected{
        "A URI may not set the property " + quoted(*name) +
        ". Since it may come from a stranger, it sets only the mode, buffers and policies. Set "
        "other properties on the element."};
  return std::pair{std::move(*name), std::move(*value)};
}

}  // namespace

bool may_be_in_uri(std::string_view property) {
  return std::ranges::find(harmless, property) != harmless.end();
}

std::expected<ParsedUri, std::string> parse_uri(std::string_view uri) {
  const std::string start = std::string{uri_scheme} + "://";
  if (uri.size() < start.size() ||
      g_ascii_strncasecmp(uri.data(), start.c_str(), start.size()) != 0)
    return std::unexpected{quoted(std::string{uri}) + " does not begin with '" + start + "'."};
  auto rest = uri.substr(start.size());
  if (rest.find('#') != std::string_view::npos)
    return std::unexpected{std::string{"A URI of a device has no '#'. In a name, write %23."}};
  const auto question = rest.find('?');
  const auto device = decoded(rest.substr(0, question));
  if (!device) return std::unexpected{quoted(std::string{uri}) + " is not well percent-encoded."};
  if (!device->empty() && !v4l2::Selector::is_meant(*device) && !is_video_path(*device))
    return std::unexpected{
        "The URI names " + quoted(*device) +
        ", which is neither /dev/video…, nor a link under /dev/v4l, nor a selector such as "
        "serial=A1. Set other paths by the property 'device'."};
  ParsedUri parsed{.device = *device, .properties = {}};
  if (question == std::string_view::npos) return parsed;
  rest.remove_prefix(question + 1);
  for (std::size_t end{}; end != std::string_view::npos && !rest.empty();) {
    end = rest.find('&');
    auto field = parse_field(rest.substr(0, end));
    if (!field) return std::unexpected{std::move(field.error())};
    parsed.properties.push_back(std::move(*field));
    if (end != std::string_view::npos) rest.remove_prefix(end + 1);
  }
  return parsed;
}

std::string uri_of(const std::string& device) {
  const Text escaped{g_uri_escape_string(device.c_str(), "/:=,*@!$'()+;", FALSE)};
  return std::string{uri_scheme} + "://" + escaped.get();
}

}  // namespace v4l2gst
