#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include <gst/gst.h>

namespace rig {

/// Whether a WARNING with this cause is about lost frames or their rate. On a clock that runs,
/// these depend on the speed of the machine.
inline bool depends_on_speed(std::string_view cause) {
  constexpr std::array<std::string_view, 3> causes{"lost-starved", "lost-device", "other-rate"};
  return std::ranges::find(causes, cause) != causes.end();
}

/// The same of a message of any element.
inline bool depends_on_speed(GstMessage* message) {
  if (GST_MESSAGE_TYPE(message) != GST_MESSAGE_WARNING) return false;
  const GstStructure* details{};
  gst_message_parse_warning_details(message, &details);
  const auto* const cause =
      details != nullptr ? gst_structure_get_string(details, "cause") : nullptr;
  return cause != nullptr && depends_on_speed(std::string_view{cause});
}

}  // namespace rig
