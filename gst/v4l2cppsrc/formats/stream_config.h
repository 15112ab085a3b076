#pragma once

#include <optional>

#include "common/handles.h"
#include "device/format.h"
#include "formats/format_row.h"
#include "formats/interlacing.h"
#include "formats/layout.h"

namespace v4l2gst {

/// The mode on which the driver and downstream agreed.
struct StreamConfig {
  const FormatRow* row{};
  v4l2::Format format;
  v4l2::Interval interval;
  CapsPtr caps;
  std::optional<Layout> layout;  ///< nullopt for formats without lines
  Interlacing interlacing;
  /// The caps promise DMABuf memory. No buffer of another kind may follow, not even a copy.
  bool dmabuf_caps{};

  /// Returns a copy with its own reference to the caps.
  [[nodiscard]] StreamConfig copy() const {
    return {.row = row,
            .format = format,
            .interval = interval,
            .caps = CapsPtr{gst_caps_ref(caps.get())},
            .layout = layout,
            .interlacing = interlacing,
            .dmabuf_caps = dmabuf_caps};
  }

  /// Returns the size of a whole frame, both fields together.
  [[nodiscard]] v4l2::Size frame_size() const {
    return {.width = format.size.width, .height = frame_height(format)};
  }
};

/// Returns the duration of a buffer, which holds a frame or one of its two fields. Returns
/// GST_CLOCK_TIME_NONE if the rate is unknown.
inline GstClockTime duration_of(const StreamConfig& config) {
  const auto interval = config.interval;
  if (!interval.known()) return GST_CLOCK_TIME_NONE;
  // This runs for each frame. No 32-bit numerator overflows the product, so general scaling is not
  // needed.
  const auto frame = GST_SECOND * interval.numerator / interval.denominator;
  return config.format.field == V4L2_FIELD_ALTERNATE ? frame / 2 : frame;
}

}  // namespace v4l2gst
