#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "formats/offered_mode.h"
#include "kernel/error.h"

namespace v4l2 {
class Modes;
}

namespace v4l2gst {

/// Returns the offers of `modes` that `wanted` may take. Null takes anything. The driver is asked
/// only for these. Caps of system memory come first. For a range of sizes, the intervals are those
/// of one size, see size_within().
v4l2::Result<std::vector<OfferedMode>> offers_within(v4l2::Modes& modes, const GstCaps* wanted,
                                                     CapsKinds kinds,
                                                     std::optional<v4l2::Size> native);

/// Returns all formats and sizes of the device, in system memory. Frame intervals are not
/// enumerated. The result is for messages, not for choosing a mode.
v4l2::Result<std::vector<OfferedMode>> all_offers(v4l2::Modes& modes);

/// Returns the formats that caps can't express, each with the driver's description: "Y10P (10-bit
/// Greyscale (MIPI Packed))".
v4l2::Result<std::vector<std::string>> inexpressible_formats(v4l2::Modes& modes);

/// Returns the size to choose from those that `offer` and `wanted` have in common. Returns nullopt
/// if there are none. fix_size() chooses from a range, by `native`.
std::optional<v4l2::Size> size_within(const OfferedMode& offer, const GstCaps* wanted,
                                      std::optional<v4l2::Size> native);

/// Fixes the size of a structure. Width and height become those nearest to `native`, or to
/// 1920x1080 if `native` is nullopt.
void fix_size(GstStructure* structure, std::optional<v4l2::Size> native);

}  // namespace v4l2gst
