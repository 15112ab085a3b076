#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// URIs of devices: "v4l2cpp:///dev/video0", "v4l2cpp://serial=A1?prefer=raw&min-buffers=8". An
// application may take a URI from a stranger, so it names V4L2 nodes only, and sets only properties
// that do no harm. Pure.

namespace v4l2gst {

inline constexpr const char* uri_scheme = "v4l2cpp";

/// The content of a URI.
struct ParsedUri {
  std::string device;  ///< a path, a link or a selector; empty for the first camera
  std::vector<std::pair<std::string, std::string>> properties;
};

/// Reads a URI. The error says what is wrong with it. Values are not checked.
std::expected<ParsedUri, std::string> parse_uri(std::string_view uri);

/// Returns the URI of a device, which is a path, a link or a selector.
std::string uri_of(const std::string& device);

/// Returns true for a property that a URI may set. These are the mode, buffers and policies. Files,
/// descriptors, controls and what stays set in the device are left out.
bool may_be_in_uri(std::string_view property);

}  // namespace v4l2gst
