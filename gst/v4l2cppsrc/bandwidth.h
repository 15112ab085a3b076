#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "negotiation.h"

namespace v4l2gst {

/// How many bytes a second the driver's pictures take, those of a compressed format at most; 0
/// where it names no rate.
std::uint64_t bytes_per_second(const v4l2::Format& format, v4l2::Interval interval);

/// "18.4 MB/s".
std::string megabytes(std::uint64_t bytes_per_second);

/// Up to three modes, as caps and best first, that take clearly less of a bus than `taken` and that
/// `wanted` takes as well. `offers` with all their intervals.
std::vector<std::string> cheaper_modes(std::span<const Offer> offers, const GstCaps* wanted,
                                       const Choice& taken, const Preference& preference);

}  // namespace v4l2gst
