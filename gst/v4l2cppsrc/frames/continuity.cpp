#include "frames/continuity.h"

namespace v4l2gst {
namespace {

constexpr bool is_field(std::uint32_t field) {
  return field == V4L2_FIELD_TOP || field == V4L2_FIELD_BOTTOM;
}

/// Returns true for the two fields of a frame, or of two frames.
constexpr bool opposite(std::uint32_t one, std::uint32_t other) {
  return is_field(one) && is_field(other) && one != other;
}

}  // namespace

/// Returns how many frames are missing between two whose numbers differ. Where two fields share a
/// number, each number stands for two of them.
std::uint64_t Continuity::lost_between(const Position& before, const Position& now) const {
  const std::uint64_t step =
      now.sequence - before.sequence;  // modulo 2^32: a wrap is a step of one
  if (second_field_ == V4L2_FIELD_NONE || !is_field(before.field) || !is_field(now.field))
    return step - 1;
  const auto place = [&](std::uint32_t field) {
    return field == second_field_ ? 1U : 0U;
  };
  return 2 * step + place(now.field) - place(before.field) - 1;
}

Continuity::Verdict Continuity::observe(std::uint32_t sequence, std::uint32_t field) {
  const Position now{.sequence = sequence, .field = field};
  Verdict verdict{.offset = next_offset_};
  if (!last_) {
    // A first number other than 0 is no loss: the driver skipped frames of its own accord.
    verdict.discontinuous = true;
  } else {
    constexpr std::uint32_t half = 1U << 31U;
    const auto step = sequence - last_->sequence;  // modulo 2^32
    if (step == 0) {
      if (opposite(last_->field, field)) second_field_ = field;
    } else if (step >= half || (step > 1 && !counts_)) {
      verdict.discontinuous = true;
    } else {
      verdict.lost = lost_between(*last_, now);
    }
  }
  verdict.offset += verdict.lost;
  verdict.discontinuous = verdict.discontinuous || verdict.lost > 0 || withheld_;
  withheld_ = false;
  last_ = now;
  counts_ = counts_ || sequence != 0;
  next_offset_ = verdict.offset + 1;
  return verdict;
}

}  // namespace v4l2gst
