#include "negotiation/negotiation.h"

#include <cerrno>
#include <utility>

#include "camera/camera.h"
#include "messages/failures.h"
#include "negotiation/negotiator.h"

namespace v4l2gst {

Outcome<std::shared_ptr<const Overrides>> read_overrides(const Settings& settings,
                                                         const std::string& path) {
  auto overrides = Overrides::of(settings, path);
  if (!overrides) return std::unexpected{std::move(overrides.error())};
  return std::make_shared<const Overrides>(std::move(*overrides));
}

Negotiated negotiate(const NegotiationParts& parts, const Wish& wish,
                     const PrepareFormat& prepare) {
  const auto& device = parts.camera.device;
  Negotiator negotiator{parts, prepare};
  auto agreed = negotiator.negotiate(wish);
  auto accepted_caps = negotiator.take_accepted_caps();
  if (agreed) {
    ConfigPtr config;
    if (auto& set = *agreed) config = std::make_shared<const StreamConfig>(std::move(*set));
    return {.config = std::move(config), .accepted_caps = std::move(accepted_caps)};
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
