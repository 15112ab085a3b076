#include "frames/continuity.h"

namespace v4l2gst {

Continuity::Verdict Continuity::observe(std::uint32_t sequence) {
  Verdict verdict{.offset = next_offset_};
  if (!last_) {
    // A first number other than 0 is no loss: the driver skipped frames of its own accord.
    verdict.discontinuous = true;
  } else {
    constexpr std::uint32_t half = 1U << 31U;
    const auto step = sequence - *last_;  // modulo 2^32, so that a wrap is a step of one
    if (step >= half || (step > 1 && !counts_))
      verdict.discontinuous = true;
    else if (step > 1)
      verdict.lost = step - 1;
  }
  verdict.offset += verdict.lost;
  verdict.discontinuous = verdict.discontinuous || verdict.lost > 0 || withheld_;
  withheld_ = false;
  last_ = sequence;
  counts_ = counts_ || sequence != 0;
  next_offset_ = verdict.offset + 1;
  return verdict;
}

}  // namespace v4l2gst
