#pragma once

#include <optional>
#include <string>

#include <gst/video/video.h>

#include "device/format.h"
#include "messages/report.h"

namespace v4l2gst {

struct Settings;

/// The user's settings that replace values which the driver returned.
struct Overrides {
  std::optional<v4l2::PixelAspect> pixel_aspect{};
  bool carry_pixel_aspect{true};
  std::optional<GstVideoColorimetry> colorimetry{};
  std::string colorimetry_text{};

  /// Parses `settings`. Returns an error if a property can't be parsed. `path` is the device's.
  static Outcome<Overrides> of(const Settings& settings, const std::string& path);
};

}  // namespace v4l2gst
