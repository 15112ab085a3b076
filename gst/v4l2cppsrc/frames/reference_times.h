#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <gst/gst.h>

#include "common/handles.h"
#include "common/settings.h"

namespace v4l2gst {

/// Writes the capture time of a frame on other clocks to its buffer, as GstReferenceTimestampMeta.
///
/// The metas stay on the buffers of a pool (GST_META_FLAG_POOLED) and are written anew for each
/// frame, so nothing is allocated. The stamper owns it.
class ReferenceTimes {
public:
  using Nanoseconds = std::chrono::nanoseconds;

  /// The times of one frame. A time that is not set has no meta.
  struct Times {
    std::optional<Nanoseconds> monotonic{};  ///< the driver's timestamp, on CLOCK_MONOTONIC
    std::optional<Nanoseconds> stream{};     ///< a timestamp that the driver has copied
    std::optional<Nanoseconds> wall{};       ///< on the clock that the user has chosen
  };

  /// Notes that a stream of the driver of that name begins.
  void stream_began(const std::string& driver, WallClock wall);

  /// Writes the metas of `buffer`, which nobody else has.
  void write(GstBuffer* buffer, const Times& times) const;

private:
  [[nodiscard]] GstReferenceTimestampMeta* find(GstBuffer* buffer, GstCaps* reference) const;
  void put(GstBuffer* buffer, GstCaps* reference,
           std::optional<std::chrono::nanoseconds> time) const;

  std::string driver_;
  WallClock wall_{};
  // The reference of each kind of time. Null before the first stream, and without a wall clock.
  CapsPtr monotonic_caps_;
  CapsPtr stream_caps_;
  CapsPtr wall_caps_;
};

}  // namespace v4l2gst
