#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/handles.h"
#include "common/settings.h"
#include "device/format.h"
#include "formats/frame_rate.h"
#include "negotiation/offers.h"

namespace v4l2gst {

/// One mode, fixed: what VIDIOC_S_FMT and VIDIOC_S_PARM are asked for.
struct Candidate {
  const FormatRow* row{};
  /// Of whole frames.
  v4l2::Size size;
  /// Unknown where neither the driver nor downstream names a rate.
  v4l2::Interval interval;
  /// With caps of DMABuf memory and a DRM format.
  bool dmabuf_caps{};
  /// V4L2_FIELD_* to ask for: ANY where downstream leaves it to the driver.
  std::uint32_t field{V4L2_FIELD_ANY};
  /// The colorimetry that downstream wants, as GStreamer writes it; empty where it does not care.
  std::string colorimetry;

  friend bool operator==(const Candidate&, const Candidate&) = default;
};

/// How to choose where downstream leaves a choice.
struct Preference {
  Prefer prefer{Prefer::balanced};
  /// The size that the device's source sends, which is better than any to which it could be scaled.
  std::optional<v4l2::Size> native;
};

/// At this rate and above a picture moves for the eye.
inline constexpr double smooth_rate = 24.0;

/// What `wanted` and the offers have in common, best first: downstream's order of structures, then
/// caps of system memory, then as `preference` says, at the rate that downstream prefers, then the
/// format table's order. Pure, and independent of the order of the offers.
std::vector<Candidate> ranked_candidates(std::span<const OfferedMode> offers, const GstCaps* wanted,
                                         const Preference& preference = {});

/// Where downstream's first structure names one format and one size, the choices that could mean
/// it, to be tried without asking the driver what it has. Those with a rate that is not fixed, or
/// merely preferred, have an unknown interval and `wanted`'s rates are still to be matched.
std::vector<Candidate> direct_candidates(const GstCaps* wanted, bool multiplanar, CapsKinds kinds);

/// The best of `offered` intervals whose rate `wanted` takes. Where the driver names none, the rate
/// that `wanted` names first; unknown where that is more than one.
v4l2::Interval best_interval(std::span<const v4l2::IntervalRange> offered,
                             const Candidate& candidate, const GstCaps* wanted);

/// "MJPG 1920x1080 at 30/1": for messages.
std::string describe(const Candidate& candidate);

}  // namespace v4l2gst
