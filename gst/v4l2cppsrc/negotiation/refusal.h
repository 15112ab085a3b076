#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/handles.h"
#include "messages/report.h"
#include "negotiation/nearness.h"

namespace v4l2gst {

/// Why the device and downstream found no mode in common, as a person and a program shall read it.
struct Refusal {
  /// What downstream takes, as caps.
  std::string asked;
  /// The field of it that no mode of the device meets: "media type", "format", "size", "framerate",
  /// "interlace-mode", "pixel-aspect-ratio", "colorimetry", or "features" for memory that the
  /// element can't give; "mode" where no single field is to blame.
  std::string field;
  /// What the device has instead, in that field, where it is known: "MJPG, YUYV".
  std::string has;
  /// Where the driver has not done what it was asked for, how: "it lists 30/1, but set 20/1 when
  /// asked for it".
  std::string answer{};
  /// Up to three modes that come nearest, as caps.
  std::vector<std::string> nearest;
  /// Formats of the device that caps can't express.
  std::vector<std::string> inexpressible;
  /// What to change, a sentence or two.
  std::string advice;
};

/// `all` is what the device has, without intervals; `near` those of nearest_offers(), with them.
Refusal refuse(std::span<const OfferedMode> all, std::span<const OfferedMode> near,
               std::vector<std::string> inexpressible, const GstCaps* wanted);

/// A field and what the device has in it.
struct Blame {
  std::string field;  ///< empty where it is to be found out
  std::string has;
  // What may have led to it: how the driver came to have another rate, or another format, than it
  // was asked for.
  std::string rate_answer{};
  std::string format_answer{};
};

/// The driver settled on `given`, one structure, which `wanted` does not take: names the field that
/// differs.
Refusal refuse_given(const CapsPtr& given, const Blame& blame, std::span<const OfferedMode> all,
                     std::span<const OfferedMode> near, std::vector<std::string> inexpressible,
                     const GstCaps* wanted);

/// The ERROR for it.
Report not_negotiated(const std::string& path, Refusal refusal);

/// The whole text, for the device at `path`.
std::string text_of(const Refusal& refusal, std::string_view path);

}  // namespace v4l2gst
