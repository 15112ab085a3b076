#include "frames/frame_pace.h"

#include <algorithm>

namespace v4l2gst {

void FramePace::expect(Nanoseconds nominal) {
  if (nominal == nominal_) return;
  nominal_ = nominal;
  interval_ = nominal;
  measured_ = 0;
}

FramePace::Nanoseconds FramePace::remember(Nanoseconds time, std::uint64_t steps) {
  if (last_ && time > *last_) {
    recent_[measured_ % enough] = (time - *last_) / static_cast<Nanoseconds::rep>(steps);
    ++measured_;
  }
  last_ = time;
  return time;
}

void FramePace::note(Nanoseconds time, std::uint64_t steps) {
  if (last_ && nominal_ != Nanoseconds::zero()) {
    const auto passed = (time - *last_) / static_cast<Nanoseconds::rep>(steps);
    interval_ = std::clamp(interval_ + (passed - interval_) / 8, nominal_ / 2, nominal_ * 2);
  }
  remember(time, steps);
}

FramePace::Nanoseconds FramePace::estimate(Nanoseconds seen, Nanoseconds latest,
                                           std::uint64_t steps) {
  if (!last_) return remember(std::min(seen, latest), steps);
  const auto in_order = [&](Nanoseconds time) {
    return remember(std::min(std::max(time, *last_), latest), steps);
  };
  if (nominal_ == Nanoseconds::zero()) return in_order(seen);
  // An alpha-beta filter. These gains damp it critically, near enough.
  constexpr int alpha = 8;
  constexpr int beta = 128;
  constexpr Nanoseconds most{10'000'000};
  const auto count = static_cast<Nanoseconds::rep>(steps);
  const auto predicted = *last_ + count * interval_;
  const auto error = seen - predicted;
  interval_ = std::clamp(interval_ + error / (beta * count), nominal_ / 2, nominal_ * 2);
  const auto limit = std::min(interval_ / 4, most);
  return in_order(std::clamp(predicted + error / alpha, seen - limit, seen + limit));
}

FramePace::Nanoseconds FramePace::interval() const {
  const bool promised = nominal_ != Nanoseconds::zero();
  if (measured_ == 0 || (promised && measured_ < enough)) return nominal_;
  const auto latest = recent_[(measured_ - 1) % enough];
  if (measured_ < enough) return latest;
  const auto [a, b, c] = recent_;
  const auto median = std::max(std::min(a, b), std::min(std::max(a, b), c));
  if (!promised) return median;
  // Frames that come in a burst have no interval. No camera is twice as fast as it promises.
  const bool burst = median < nominal_ / 2;
  return burst || std::chrono::abs(median - nominal_) <= nominal_ / 10 ? nominal_ : median;
}

}  // namespace v4l2gst
