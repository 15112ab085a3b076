#pragma once

#include <cstdint>
#include <string>

#include "device/media_graph.h"

namespace v4l2 {

/// "SBGGR8_1X8" for MEDIA_BUS_FMT_SBGGR8_1X8, "0x50aa" for a code that has no name here.
std::string code_name(std::uint32_t code);

/// Whether it has a name: media-ctl reads nothing else (1.22).
bool has_name(std::uint32_t code);

/// "none", "interlaced": as media-ctl calls an enum v4l2_field.
std::string field_name(std::uint32_t field);

/// "SBGGR8_1X8/640x480 field:none colorspace:srgb", for media-ctl. What it has no name for is left
/// out.
std::string media_ctl_format(const PadFormat& format);

/// "\"Sensor A\":0". An entity whose name could mean something to a shell or to media-ctl, or that
/// is the name of another one too, goes by its number.
std::string media_ctl_pad(const MediaGraph& graph, std::size_t pad);

}  // namespace v4l2
