#include "negotiation/shortage.h"

#include <utility>

#include "camera/camera.h"
#include "common/log.h"
#include "common/settings.h"
#include "formats/stream_config.h"
#include "messages/failures.h"
#include "negotiation/bandwidth.h"
#include "negotiation/candidates.h"

namespace v4l2gst {
namespace {

/// Returns true if no other mode is to be tried.
bool stands(const std::optional<Shortage>& so_far, const ModeInUse& mode, double demand) {
  if (mode.settings.on_no_bandwidth == OnNoBandwidth::error || mode.keeps_caps) return true;
  if (so_far && so_far->refused + 1 >= Shortage::most_tries) return true;
  // If the modes can't be listed now, the refusal is at least reported.
  const auto cheaper = cheaper_modes_of(mode.camera, mode.settings, mode.wanted, demand);
  return !cheaper || cheaper->empty();
}

}  // namespace

Outcome<Shortage> take_less(const std::optional<Shortage>& so_far, Report refusal,
                            const ModeInUse& mode) {
  const auto refused = mode_of(mode.config);
  if (stands(so_far, mode, demand_of(refused))) {
    if (so_far) refusal.text += tries(so_far->refused + 1);
    return std::unexpected{std::move(refusal)};
  }
  GST_DEBUG_OBJECT(mode.element, "no room on the USB bus for %s", describe(refused).c_str());
  auto shortage = so_far.value_or(
      Shortage{.mode = describe(refused),
               .bytes_per_second = bytes_per_second(mode.config.format, refused.interval),
               .refusal = {}});
  shortage.refusal = std::move(refusal);
  shortage.demand = demand_of(refused);
  ++shortage.refused;
  return shortage;
}

Report narrower_mode(const Shortage& shortage, const StreamConfig& taken, const std::string& path) {
  const auto mode = mode_of(taken);
  return narrower(path, shortage.refusal.error, {shortage.mode, shortage.bytes_per_second},
                  {describe(mode), caps_text_of(mode)});
}

}  // namespace v4l2gst
