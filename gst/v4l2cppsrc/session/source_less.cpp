// How a Source does with less where its USB bus has no room.

#include <utility>

#include "common/log.h"
#include "negotiation/bandwidth.h"
#include "session/source.h"

namespace v4l2gst {

Choice Source::agreed_mode() const {
  const auto& agreed = agreement();
  return {.row = agreed.row,
          .size = {agreed.format.size.width, frame_height(agreed.format)},
          .interval = agreed.interval,
          .dmabuf_caps = agreed.dmabuf_caps,
          .colorimetry = {}};
}

/// Once a frame has gone downstream with these caps they stay, whatever is refused: a muxer takes
/// no others, and nothing tells who would.
bool Source::keeps_caps() const {
  return agreement_ && flowing_caps_ &&
         gst_caps_is_equal(flowing_caps_.get(), agreement().caps.get()) != FALSE;
}

Source::Outcome<std::vector<Choice>> Source::cheaper_modes_for(const GstCaps* wanted,
                                                               double demand) const {
  const auto native = native_size();
  if (!native) return std::unexpected{native.error()};
  const auto offers = offers_within(*device().modes(), wanted, caps_kinds(), *native);
  if (!offers) return std::unexpected{failed(path(), offers.error(), "to list its modes")};
  return cheaper_choices(*offers, wanted, demand, {.prefer = settings().prefer, .native = *native});
}

/// The device did not start, and `refusal` says why. Where that is a lack of bandwidth, and there
/// are modes that may be tried instead: gives up the mode and its buffers, and says what create()
/// shall do next, which is to negotiate again. Nothing where the refusal stands.
std::optional<GstFlowReturn> Source::give_up_mode(Report& refusal) {
  if (refusal.cause != Cause::bandwidth) return std::nullopt;
  const auto mode = agreed_mode();
  const auto stands = [&] {
    if (settings().on_no_bandwidth == OnNoBandwidth::error || keeps_caps()) return true;
    if (shortage_ && shortage_->refused + 1 >= Shortage::most_tries) return true;
    // Who can't say now what else there is has told of the refusal at least.
    const auto cheaper = cheaper_modes_for(wanted_.get(), demand_of(mode));
    return !cheaper || cheaper->empty();
  }();
  if (shortage_ && stands) refusal.text += tries(shortage_->refused + 1);
  if (stands) return std::nullopt;
  GST_DEBUG_OBJECT(element_, "no room on the USB bus for %s", describe(mode).c_str());
  if (!shortage_)
    shortage_ = Shortage{.mode = describe(mode),
                         .bytes_per_second = bytes_per_second(agreement().format, mode.interval),
                         .refusal = {}};
  shortage_->refusal = std::move(refusal);
  shortage_->demand = demand_of(mode);
  ++shortage_->refused;
  // As long as there are buffers the driver takes no other format.
  capture_.reset();
  agreement_.reset();
  update_facts();
  if (waker_.raised(v4l2::Waker::flush) || waker_.raised(v4l2::Waker::pause)) return interrupted;
  return unallocated;
}

/// It streams. What was taken instead is told once.
void Source::end_shortage() {
  const auto shortage = std::exchange(shortage_, std::nullopt);
  if (!shortage) return;
  const auto mode = agreed_mode();
  warnings_.push_back(narrower(path(), shortage->refusal.error,
                               {shortage->mode, shortage->bytes_per_second},
                               {describe(mode), caps_text_of(mode)}));
}

}  // namespace v4l2gst
