#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "device/modes.h"
#include "formats/caps.h"

namespace v4l2gst {

/// What of `modes` could meet `wanted` (null: anything): asks the driver only for those. Caps of
/// system memory come first. Where sizes are a range, the intervals are those of the size that
/// would be taken: `native`, if that is known and possible, or the one nearest to 1920x1080.
v4l2::Result<std::vector<OfferedMode>> offers_within(v4l2::Modes& modes, const GstCaps* wanted,
                                                     CapsKinds kinds,
                                                     std::optional<v4l2::Size> native);

/// Everything that the device has in caps of system memory, without asking for intervals: for who
/// wants to know what there is, not to choose from it.
v4l2::Result<std::vector<OfferedMode>> all_offers(v4l2::Modes& modes);

/// The formats that caps can't express, each with the driver's description: "Y10P (10-bit Greyscale
/// (MIPI Packed))".
v4l2::Result<std::vector<std::string>> inexpressible_formats(v4l2::Modes& modes);

/// The size that would be taken from those that `offer` and `wanted` have in common.
std::optional<v4l2::Size> size_within(const OfferedMode& offer, const GstCaps* wanted,
                                      std::optional<v4l2::Size> native);

/// Makes the sizes of a structure one: `native`, if that is known and possible, or the one nearest
/// to 1920x1080.
void fix_size(GstStructure* structure, std::optional<v4l2::Size> native);

}  // namespace v4l2gst
