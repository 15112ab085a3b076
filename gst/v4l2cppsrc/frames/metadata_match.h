#pragma once

#include <chrono>
#include <cstdint>

namespace v4l2gst {

/// The number and the time by which metadata is paired with its frame.
struct CaptureLabel {
  std::uint32_t sequence{};
  std::chrono::nanoseconds timestamp{};  ///< 0 for none
};

/// Metadata, seen from a frame.
enum class MetadataMatch {
  same,   ///< it is that of the frame
  older,  ///< it is that of an earlier frame
  newer,  ///< it is that of a later frame
};

/// Tells whether metadata is that of a frame. Frames come each `interval`; 0 if unknown.
///
/// Most drivers give both the same time. uvcvideo corrects the frame's time later
/// (hwtimestamps=1), but gives both the same number. vivid numbers each node from its own start,
/// and the times of the two differ by less than a frame.
constexpr MetadataMatch match(const CaptureLabel& metadata, const CaptureLabel& frame,
                              std::chrono::nanoseconds interval) {
  using std::chrono::nanoseconds;
  const auto step =
      static_cast<std::int32_t>(metadata.sequence - frame.sequence);  // also if it wraps
  const bool timed =
      metadata.timestamp > nanoseconds::zero() && frame.timestamp > nanoseconds::zero();
  const auto ahead = metadata.timestamp - frame.timestamp;
  // Neighbours are a whole interval apart.
  const auto tolerance = step == 0 ? interval * 3 / 4 : interval / 4;
  const auto apart = ahead < nanoseconds::zero() ? -ahead : ahead;
  if (timed && apart <= tolerance) return MetadataMatch::same;
  if (step == 0 && (!timed || interval == nanoseconds::zero())) return MetadataMatch::same;
  const bool is_older = timed ? ahead < nanoseconds::zero() : step < 0;
  return is_older ? MetadataMatch::older : MetadataMatch::newer;
}

}  // namespace v4l2gst
