#pragma once

#include <optional>
#include <span>
#include <vector>

#include "device/modes.h"
#include "format_table.h"
#include "handles.h"

namespace v4l2gst {

/// One thing that a device offers and caps can express: a format at a size, or a range of sizes,
/// with the intervals that it comes in; no intervals where the driver does not say.
struct Offer {
  const FormatRow* row{};
  v4l2::SizeRange sizes;
  std::vector<v4l2::IntervalRange> intervals;
  /// With caps of DMABuf memory and a DRM format.
  bool dmabuf_caps{};
};

/// All that the element could ever give, by the table alone.
CapsPtr template_caps();

/// A row's caps without size and rate, "video/x-raw, format=NV12"; empty where there are none.
CapsPtr caps_of(const FormatRow& row, bool dmabuf_caps);

/// An offer as one structure, with ranges and lists where there is a choice.
CapsPtr caps_of(const Offer& offer);

/// What a device offers, as caps.
CapsPtr caps_of(std::span<const Offer> offers);

/// The fixed caps of what the driver settled on; empty where there are none. `rate` 0/1 where it is
/// not known.
CapsPtr fixed_caps(const FormatRow& row, bool dmabuf_caps, const v4l2::Format& format, int rate_n,
                   int rate_d);

/// What of `modes` could meet `wanted` (null: anything): asks the driver only for those. Those with
/// `dmabuf_caps`, if any are wanted, come last.
v4l2::Result<std::vector<Offer>> offers_within(v4l2::Modes& modes, const GstCaps* wanted,
                                               bool dmabuf_caps);

}  // namespace v4l2gst
