#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "device/format.h"
#include "device/ranges.h"

namespace v4l2describe {

// The words that both the text and the JSON have for V4L2's numbers. A bit without a word is
// written as a number.

/// V4L2_CAP_* of a device or a node: "video capture".
std::vector<std::string> capability_words(std::uint32_t bits);

/// V4L2_IN_ST_*: "no signal".
std::vector<std::string> status_words(std::uint32_t bits);

/// V4L2_FMT_FLAG_*: "compressed".
std::vector<std::string> format_words(std::uint32_t bits);

/// V4L2_CTRL_FLAG_*: "read-only".
std::vector<std::string> control_flag_words(std::uint32_t bits);

/// V4L2_INPUT_TYPE_*: "camera".
std::string input_type(std::uint32_t type);

/// V4L2_CTRL_TYPE_*: "integer", "menu".
std::string control_type(std::uint32_t type);

/// "640x480".
std::string text_of(v4l2::Size size);

/// "640x480", or "16x16 to 1920x1080 in steps of 2x2".
std::string text_of(const v4l2::SizeRange& range);

/// The rate of an interval as caps have it: "30/1". "?" if the interval is unknown.
std::string rate_text(v4l2::Interval interval);

/// KERNEL_VERSION() as text: "6.1.0".
std::string version_text(std::uint32_t version);

/// Joins words with a separator.
std::string joined(const std::vector<std::string>& words, std::string_view separator = ", ");

}  // namespace v4l2describe
