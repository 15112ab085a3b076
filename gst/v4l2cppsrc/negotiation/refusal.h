#pragma once

#include <span>
#include <string>
#include <vector>

#include "common/handles.h"

namespace v4l2gst {

struct OfferedMode;

/// The reasons why the device and downstream have no mode in common. Both users and programs read
/// them.
struct Refusal {
  /// The caps that downstream takes.
  std::string asked;
  /// The field of `asked` that no mode of the device meets. It is "media type", "format", "size",
  /// "framerate", "interlace-mode", "pixel-aspect-ratio" or "colorimetry". "features" stands for
  /// memory that the element can't give. "mode" means that no single field is to blame.
  std::string field;
  /// The values that the device has in that field, if they are known: "MJPG, YUYV".
  std::string has;
  /// The driver's deviation from what it was asked for. Example: "it lists 30/1, but set 20/1 when
  /// asked for it". Empty if there is none.
  std::string answer{};
  /// Up to three modes that are nearest, as caps.
  std::vector<std::string> nearest;
  /// Formats of the device that caps can't express.
  std::vector<std::string> inexpressible;
  /// Advice on what to change, in a sentence or two.
  std::string advice;
};

/// Returns why no mode suits `wanted`. `all` holds the offers of the device, without intervals.
/// `near` holds those of nearest_offers(), with intervals.
Refusal refuse(std::span<const OfferedMode> all, std::span<const OfferedMode> near,
               std::vector<std::string> inexpressible, const GstCaps* wanted);

/// A field, and what the device has in it.
struct Blame {
  std::string field;  ///< empty if refuse_given() has to find it
  std::string has;
  // The driver's reasons for another rate, or another format, than it was asked for.
  std::string rate_answer{};
  std::string format_answer{};
};

/// Returns why `wanted` does not take `given`, the caps that the driver set. The refusal names the
/// field that differs. `given` has one structure, or none if `blame` names the field.
Refusal refuse_given(const CapsPtr& given, const Blame& blame, std::span<const OfferedMode> all,
                     std::span<const OfferedMode> near, std::vector<std::string> inexpressible,
                     const GstCaps* wanted);

}  // namespace v4l2gst
