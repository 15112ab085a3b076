#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <gst/gst.h>

#include "common/settings.h"
#include "device/format.h"

namespace v4l2 {
struct IntervalRange;
}

namespace v4l2gst {

struct CapsKinds;
struct FormatRow;
struct OfferedMode;
struct StreamConfig;

/// One fixed mode, as VIDIOC_S_FMT and VIDIOC_S_PARM are asked for it.
struct Candidate {
  const FormatRow* row{};
  /// The size of whole frames.
  v4l2::Size size;
  /// The interval is unknown if neither the driver nor downstream names a rate.
  v4l2::Interval interval;
  /// The caps have DMABuf memory and a DRM format.
  bool dmabuf_caps{};
  /// The V4L2_FIELD_* to ask for. ANY leaves the choice to the driver.
  std::uint32_t field{V4L2_FIELD_ANY};
  /// The colorimetry that downstream wants, as GStreamer writes it. Empty if any will do.
  std::string colorimetry;

  friend bool operator==(const Candidate&, const Candidate&) = default;
};

/// The ranking of modes where downstream leaves a choice.
struct Preference {
  Prefer prefer{Prefer::balanced};
  /// The size that the device's source sends. Any size to which the device could scale is worse.
  std::optional<v4l2::Size> native;
};

/// The rate from which on motion looks smooth, in frames per second.
inline constexpr double smooth_rate = 24.0;

/// Returns the modes that `wanted` and `offers` have in common, the best first. Downstream's order
/// of structures counts first, then caps of system memory before others. Then `preference` counts,
/// at the rate that downstream prefers, and last the format table's order. Pure, and independent of
/// the order of `offers`.
std::vector<Candidate> ranked_candidates(std::span<const OfferedMode> offers, const GstCaps* wanted,
                                         const Preference& preference = {});

/// Returns the modes that downstream's first structure may mean. They can be tried without listing
/// the driver's modes. The result is empty unless that structure names one format and one size. If
/// its rate is not fixed, or merely preferred, the interval is unknown. The rates of `wanted` are
/// still to be matched then.
std::vector<Candidate> direct_candidates(const GstCaps* wanted, bool multiplanar, CapsKinds kinds);

/// Returns the best of the `offered` intervals whose rate `wanted` takes. If the driver offers
/// none, returns the rate that `wanted` names first. The result is unknown if that is more than one
/// rate, or if no interval matches.
v4l2::Interval best_interval(std::span<const v4l2::IntervalRange> offered,
                             const Candidate& candidate, const GstCaps* wanted);

/// Returns the mode of `config` as a Candidate.
Candidate mode_of(const StreamConfig& config);

/// Returns "MJPG 1920x1080 at 30/1", for messages.
std::string describe(const Candidate& candidate);

}  // namespace v4l2gst
