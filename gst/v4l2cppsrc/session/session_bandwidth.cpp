// How a session takes another mode when the USB bus has no room for the one that was chosen.

#include <utility>

#include "camera/camera.h"
#include "common/log.h"
#include "common/settings.h"
#include "formats/stream_config.h"
#include "kernel/waker.h"
#include "messages/failures.h"
#include "negotiation/bandwidth.h"
#include "negotiation/candidates.h"
#include "session/session.h"

namespace v4l2gst {

/// Gives up the mode and its buffers if `refusal` is for lack of bandwidth. There must be modes
/// that may be tried instead. Returns the Step by which the next one is negotiated, or nullopt if
/// `refusal` stands.
std::optional<Step> Session::give_up_mode(Report& refusal) {
  if (refusal.cause != Cause::bandwidth) return std::nullopt;
  const auto wishes = settings();
  auto& shortage = run_.shortage;
  const auto mode = mode_of(*config());
  const auto stands = [&] {
    if (wishes.on_no_bandwidth == OnNoBandwidth::error || keeps_flowing_caps()) return true;
    if (shortage && shortage->refused + 1 >= Shortage::most_tries) return true;
    // If the modes can't be listed now, the refusal is at least reported.
    const auto cheaper = cheaper_modes_of(*camera(), wishes, wanted(), demand_of(mode));
    return !cheaper || cheaper->empty();
  }();
  if (shortage && stands) refusal.text += tries(shortage->refused + 1);
  if (stands) return std::nullopt;
  GST_DEBUG_OBJECT(surroundings_.element, "no room on the USB bus for %s", describe(mode).c_str());
  if (!shortage)
    shortage = Shortage{.mode = describe(mode),
                        .bytes_per_second = bytes_per_second(config()->format, mode.interval),
                        .refusal = {}};
  shortage->refusal = std::move(refusal);
  shortage->demand = demand_of(mode);
  ++shortage->refused;
  // The driver takes no other format while there are buffers.
  step_down();
  publish();
  const auto& waker = surroundings_.waker;
  if (waker.raised(v4l2::Waker::flush) || waker.raised(v4l2::Waker::pause)) return Halted{};
  return Unallocated{};
}

/// Ends a shortage, since the device streams. One WARNING names the mode that was taken instead.
void Session::end_shortage(const StreamConfig& config) {
  const auto& shortage = run_.shortage;
  if (!shortage) return;
  const auto mode = mode_of(config);
  messages_.warn(narrower(camera()->path(), shortage->refusal.error,
                          {shortage->mode, shortage->bytes_per_second},
                          {describe(mode), caps_text_of(mode)}));
  run_.shortage.reset();
}

}  // namespace v4l2gst
