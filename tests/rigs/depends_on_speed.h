#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include <gst/gst.h>

namespace rig {

/// Whether a WARNING with this cause comes with single frames. Which frames a machine loses depends
/// on its speed.
inline bool depends_on_speed(std::string_view cause) {
  constexpr std::array<std::string_view, 4> causes{"lost-starved", "lost-device", "damaged-frame",
                                                   "other-rate"};
  return std::ranges::find(causes, cause) != causes.end();
}

/// The same of a WARNING of any element.
inline bool depends_on_speed(GstMessage* warning) {
  const GstStructure* details{};
  gst_message_parse_warning_details(warning, &details);
  const auto* const cause =
      details != nullptr ? gst_structure_get_string(details, "cause") : nullptr;
  return cause != nullptr && depends_on_speed(std::string_view{cause});
}

}  // namespace rig
