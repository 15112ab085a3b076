#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "common/handles.h"
#include "negotiation/offers.h"

namespace v4l2gst {

/// Returns at most `most` offers of `all` that are nearest to `wanted`, nearest first. Only format
/// and size count. The intervals of these offers are worth enumerating.
std::vector<OfferedMode> nearest_offers(std::span<const OfferedMode> all, const GstCaps* wanted,
                                        std::size_t most);

/// Returns true if two raw modes differ only in the arrangement of their bytes.
bool much_alike(const OfferedMode& one, const OfferedMode& other);

/// Returns an offer as caps for users to copy. The sizes and the rates become one size and one
/// rate, the nearest to `wanted`. If `wanted` is null, these are 1920x1080 and the highest rate.
std::string shown(const OfferedMode& offer, const GstCaps* wanted);

/// Returns caps as users write them, without types: "image/jpeg, width=640, height=480".
std::string short_caps(const GstCaps* caps);

}  // namespace v4l2gst
