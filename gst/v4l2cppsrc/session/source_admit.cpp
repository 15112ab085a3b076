// Which frames go downstream, and what is asked of the device between two of them.

#include <span>

#include "common/log.h"
#include "frames/frame_check.h"
#include "frames/key_frame.h"
#include "session/source.h"
#include "settings/key_frame.h"

namespace v4l2gst {

/// A picture goes downstream at its whole length: the memory is there, and downstream could not map
/// less than its caps say. What the driver did not write of it is of an older picture; what it
/// wrote behind it is no part of it.
Source::Judgement Source::judge(v4l2::Frame& frame) const {
  const auto policy = capture_->on_corrupt();
  const auto& layout = agreement().layout;
  const auto payloads = frame.payloads();
  Evidence evidence{.flags = frame.flags(),
                    .impossible = frame.impossible(),
                    .payloads = payloads,
                    .needed = {},
                    .jpeg = {}};
  std::span<const std::size_t> whole;
  if (layout) {
    evidence.needed = std::span{layout->least}.first(payloads.size());
    whole = layout->needed;
  }
  if (policy != OnCorrupt::pass && agreement().row->jpeg()) evidence.jpeg = capture_->look(frame);
  const auto damage = damage_of(evidence);
  Judgement judgement{.fate = fate_of(damage, policy), .damage = damage, .bytes = {}, .needed = {}};
  for (std::uint32_t plane = 0; plane < evidence.needed.size(); ++plane) {
    const auto length = payloads[plane].length;
    judgement.bytes += length;
    judgement.needed += evidence.needed[plane];
    if (judgement.fate == Fate::leave_out || length == whole[plane]) continue;
    if (!frame.set_length(plane, whole[plane]) && length < evidence.needed[plane])
      judgement.fate = Fate::leave_out;
  }
  if (damage == Damage::none) return judgement;  // as most are
  GST_DEBUG_OBJECT(element_, "frame %u is damaged (%s)%s", frame.sequence(), name_of(damage),
                   judgement.fate == Fate::leave_out ? " and left out" : "");
  return judgement;
}

/// Only while a stream waits for its first frame is the picture itself looked at.
bool Source::may_begin_with(const v4l2::Frame& frame) const {
  if (!beginning_.awaits_key_frame()) return true;
  auto unit = unit_of(frame.flags());
  if (unit == Unit::unknown) unit = unit_of(agreement().row->fourcc, capture_->look(frame));
  return beginning_.admits(unit);
}

bool Source::ask_for_key_frame() {
  if (!forces_key_frames_) return false;
  waker_.raise(v4l2::Waker::errand);
  return true;
}

void Source::run_errands() {
  if (!waker_.raised(v4l2::Waker::errand)) return;  // on most frames
  waker_.lower(v4l2::Waker::errand);
  const auto forced = v4l2::force_key_frame(*device().node());
  if (forced && *forced) return;
  // A device that is gone says so again when the next frame is waited for.
  GST_INFO_OBJECT(element_, "the device forces no key frame: %s",
                  forced ? "it has no such control" : g_strerror(forced.error().code));
  if (forced) forces_key_frames_ = false;
}

}  // namespace v4l2gst
