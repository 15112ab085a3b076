#include "negotiation/live_geometry.h"

#include <utility>
#include <vector>

#include "camera/camera.h"
#include "camera/geometry.h"
#include "common/settings.h"
#include "formats/stream_config.h"
#include "messages/messages.h"
#include "negotiation/format_setter.h"

namespace v4l2gst {
namespace {

/// Returns the mode with the new shape of its pixels, if `changed` rectangles have given them one.
Outcome<ConfigPtr> reshape_pixels(const LiveGeometry& parts, const StreamConfig& agreed,
                                  const GstCaps* wanted,
                                  const std::vector<Geometry::Former>& changed) {
  const auto* const now = gst_caps_get_structure(agreed.caps.get(), 0);
  const bool carried = gst_structure_has_field(now, "pixel-aspect-ratio") != FALSE;
  if (changed.empty() || !carried || !parts.settings.pixel_aspect_ratio.empty()) return nullptr;
  const auto aspect = pixel_aspect_of(parts.camera, agreed.format, parts.geometry);
  if (!aspect) return std::unexpected{aspect.error()};
  CapsPtr caps{gst_caps_copy(agreed.caps.get())};
  gst_caps_set_simple(caps.get(), "pixel-aspect-ratio", GST_TYPE_FRACTION,
                      static_cast<gint>(aspect->width), static_cast<gint>(aspect->height), nullptr);
  if (gst_caps_is_equal(caps.get(), agreed.caps.get()) != FALSE) return nullptr;
  if (gst_caps_is_subset(caps.get(), wanted) == FALSE) {
    if (auto back = parts.geometry.put_back(parts.camera, changed); !back)
      return std::unexpected{std::move(back.error())};
    return nullptr;
  }
  auto reshaped = agreed.copy();
  reshaped.caps = std::move(caps);
  return std::make_shared<const StreamConfig>(std::move(reshaped));
}

}  // namespace

Outcome<ConfigPtr> set_rectangles(const LiveGeometry& parts, const StreamConfig* agreed,
                                  const GstCaps* wanted) {
  const auto& [camera, geometry, settings, messages] = parts;
  if (auto wished = geometry.wish(camera, settings); !wished)
    return std::unexpected{std::move(wished.error())};
  ConfigPtr reshaped;
  if (agreed == nullptr) {
    if (auto set = geometry.set(camera); !set) return std::unexpected{std::move(set.error())};
  } else {
    const auto changed = geometry.change(camera, agreed->format);
    if (!changed) return std::unexpected{changed.error()};
    auto shape = reshape_pixels(parts, *agreed, wanted, *changed);
    if (!shape) return shape;
    reshaped = std::move(*shape);
  }
  if (auto told = geometry.report(camera, agreed != nullptr, messages); !told)
    return std::unexpected{std::move(told.error())};
  return reshaped;
}

}  // namespace v4l2gst
