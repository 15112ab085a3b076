#include "negotiation/negotiation.h"

#include <cerrno>
#include <utility>

#include "camera/camera.h"
#include "camera/geometry.h"
#include "camera/producer.h"
#include "messages/failures.h"
#include "negotiation/negotiator.h"

namespace v4l2gst {
namespace {

/// Asks for the bounds of the crop rectangle where they may depend on the mode, or on what comes
/// in. Returns true if they are new.
Outcome<bool> look_again_at_bounds(const NegotiationParts& parts) {
  auto& camera = parts.camera;
  if (!camera.crop_bounds && !camera.follows_source()) return false;
  return look_at_bounds(camera, parts.messages);
}

}  // namespace

Outcome<std::shared_ptr<const Overrides>> read_overrides(const Settings& settings,
                                                         const std::string& path) {
  auto overrides = Overrides::of(settings, path);
  if (!overrides) return std::unexpected{std::move(overrides.error())};
  return std::make_shared<const Overrides>(std::move(*overrides));
}

Negotiated negotiate(const NegotiationParts& parts, const Wish& wish,
                     const PrepareFormat& prepare) {
  const auto& device = parts.camera.device;
  if (is_unfed(device)) return {.config = std::unexpected{unfed(device.path())}};
  Negotiator negotiator{parts, prepare};
  auto agreed = negotiator.negotiate(wish);
  auto accepted_caps = negotiator.take_accepted_caps();
  if (agreed) {
    auto& set = *agreed;
    if (!set) return {.config = nullptr, .accepted_caps = std::move(accepted_caps)};
    const auto other_bounds = look_again_at_bounds(parts);
    if (!other_bounds)
      return {.config = std::unexpected{other_bounds.error()},
              .accepted_caps = std::move(accepted_caps)};
    return {.config = std::make_shared<const StreamConfig>(std::move(*set)),
            .accepted_caps = std::move(accepted_caps),
            .other_bounds = *other_bounds};
  }
  const int code = agreed.error().error.code;
  auto report = (code == EINVAL || code == EBUSY) && device.lacks_format()
                    ? no_format(device.path())
                    : std::move(agreed.error());
  return {.config = std::unexpected{std::move(report)}, .accepted_caps = std::move(accepted_caps)};
}

bool keeps_caps(const StreamConfig& config, const GstCaps* flowing) {
  return flowing != nullptr && gst_caps_is_equal(flowing, config.caps.get()) != FALSE;
}

}  // namespace v4l2gst
