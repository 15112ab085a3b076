#include "negotiation/overrides.h"

#include "common/settings.h"
#include "formats/colorimetry.h"
#include "formats/interlacing.h"
#include "messages/failures.h"

namespace v4l2gst {

Outcome<Overrides> Overrides::of(const Settings& wishes, const std::string& path) {
  Overrides result{.pixel_aspect = std::nullopt,
                   .carry_pixel_aspect = wishes.force_aspect_ratio,
                   .colorimetry = std::nullopt,
                   .colorimetry_text = {}};
  if (!wishes.pixel_aspect_ratio.empty()) {
    result.pixel_aspect = parse_pixel_aspect(wishes.pixel_aspect_ratio);
    if (!result.pixel_aspect)
      return std::unexpected{bad_setting(path, "pixel-aspect-ratio", wishes.pixel_aspect_ratio,
                                         "a ratio such as 59/54")};
  }
  if (!wishes.colorimetry.empty()) {
    result.colorimetry = parse_colorimetry(wishes.colorimetry);
    if (!result.colorimetry)
      return std::unexpected{bad_setting(path, "colorimetry", wishes.colorimetry,
                                         "a name such as bt709, or four numbers such as 2:4:7:1")};
    result.colorimetry_text = v4l2gst::colorimetry_text(*result.colorimetry).get();
  }
  return result;
}

}  // namespace v4l2gst
