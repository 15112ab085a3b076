#include "frames/frame_filter.h"

#include "common/settings.h"
#include "formats/stream_config.h"
#include "frames/key_frame.h"
#include "stream/frame.h"

namespace v4l2gst {

bool FrameFilter::looks_at_damage(const StreamConfig& config, OnCorrupt policy) {
  return policy != OnCorrupt::pass && config.row->jpeg();
}

bool FrameFilter::looks_into_frames(const StreamConfig& config, OnCorrupt policy,
                                    bool on_key_frame) {
  return looks_at_damage(config, policy) || (on_key_frame && shows_units(config.row->fourcc));
}

bool FrameFilter::looks_for_key_frame(const v4l2::Frame& frame) const {
  return awaits_key_frame() && unit_of(frame.flags()) == Unit::unknown;
}

/// A picture goes downstream at its whole length. The memory is there, and downstream could not map
/// less than its caps say. A part that the driver did not write shows an older picture. Bytes
/// behind the picture are no part of it.
FrameFilter::Judgement FrameFilter::judge(v4l2::Frame& frame, const StreamConfig& config,
                                          OnCorrupt policy, std::span<const std::byte> bytes) {
  const auto& layout = config.layout;
  const auto payloads = frame.payloads();
  FrameFacts facts{.flags = frame.flags(),
                   .impossible = frame.impossible(),
                   .payloads = payloads,
                   .needed = {},
                   .jpeg = bytes};
  std::span<const std::size_t> whole;
  if (layout) {
    facts.needed = std::span{layout->least}.first(payloads.size());
    whole = layout->needed;
  }
  const auto damage = damage_of(facts);
  Judgement judgement{.action = action_for(damage, policy), .damage = damage};
  for (std::uint32_t plane = 0; plane < facts.needed.size(); ++plane) {
    const auto length = payloads[plane].length;
    judgement.bytes += length;
    judgement.needed += facts.needed[plane];
    if (judgement.action == FrameAction::leave_out || length == whole[plane]) continue;
    if (!frame.set_length(plane, whole[plane]) && length < facts.needed[plane])
      judgement.action = FrameAction::leave_out;
  }
  return judgement;
}

bool FrameFilter::admits(const v4l2::Frame& frame, const StreamConfig& config,
                         std::span<const std::byte> bytes) const {
  if (!awaits_key_frame()) return true;
  auto unit = unit_of(frame.flags());
  if (unit == Unit::unknown) unit = unit_of(config.row->fourcc, bytes);
  return start_.admits(unit);
}

void FrameFilter::leave_out_damaged(const Judgement& found) {
  left_out_ = {.count = left_out_.count + 1,
               .damage = found.damage,
               .bytes = found.bytes,
               .needed = found.needed};
}

}  // namespace v4l2gst
