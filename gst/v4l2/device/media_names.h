#pragma once

#include <cstdint>
#include <string>

#include "device/media_graph.h"

namespace v4l2 {

/// Returns the name of a media bus code: "SBGGR8_1X8" for MEDIA_BUS_FMT_SBGGR8_1X8, "0x50aa" for a
/// code without a name here.
std::string code_name(std::uint32_t code);

/// Returns true if the code has a name. media-ctl reads no other codes (1.22).
bool has_name(std::uint32_t code);

/// Returns media-ctl's name of an enum v4l2_field: "none", "interlaced".
std::string field_name(std::uint32_t field);

/// Returns the format for media-ctl: "SBGGR8_1X8/640x480 field:none colorspace:srgb". A property
/// without a name is left out.
std::string media_ctl_format(const PadFormat& format);

/// Returns the pad for media-ctl: "\"Sensor A\":0". The entity's number replaces a name that could
/// mean something to a shell or to media-ctl, or that another entity has too.
std::string media_ctl_pad(const MediaGraph& graph, std::size_t pad);

}  // namespace v4l2
