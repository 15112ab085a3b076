#pragma once

#include <string>
#include <string_view>

#include "device/format.h"

namespace v4l2gst {
struct FormatRow;
}

namespace v4l2describe {

/// Returns a word as a shell reads it back. Quotes it only if it needs quotes.
std::string shell_word(std::string_view text);

/// Returns "NAME=VALUE" as one word, for a shell that passes it to gst-launch-1.0.
std::string property_word(std::string_view name, std::string_view value);

/// Returns the caps of a format without size and rate: "video/x-raw,format=YUY2". If GStreamer has
/// a name for it only in DMABuf memory, these are the caps. Empty if there are none.
std::string media_caps(const v4l2gst::FormatRow& row);

/// Returns the caps of one mode, as users write them. An unknown interval, and one beyond what caps
/// can express, is left out.
std::string mode_caps(const v4l2gst::FormatRow& row, v4l2::Size size, v4l2::Interval interval);

/// Returns a command line that shows the mode with `caps` of the device at `path`. Where GStreamer
/// has no element that shows the format, it ends in a fakesink.
std::string pipeline(const std::string& path, const v4l2gst::FormatRow& row,
                     const std::string& caps);

}  // namespace v4l2describe
