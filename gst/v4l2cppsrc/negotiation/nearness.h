#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "common/handles.h"
#include "negotiation/offers.h"

namespace v4l2gst {

/// The offers of `all` that come nearest to what `wanted` asks for, nearest first, by format and
/// size alone: those whose intervals are worth asking for.
std::vector<OfferedMode> nearest_offers(std::span<const OfferedMode> all, const GstCaps* wanted,
                                        std::size_t most);

/// Whether two modes differ in no more than the arrangement of their bytes.
bool much_alike(const OfferedMode& one, const OfferedMode& other);

/// An offer as caps for people to copy: one size of a range, and the rate nearest to what `wanted`,
/// if it is not null, asks for.
std::string shown(const OfferedMode& offer, const GstCaps* wanted);

/// Caps as people write them, without types: "image/jpeg, width=640, height=480".
std::string short_caps(const GstCaps* caps);

}  // namespace v4l2gst
