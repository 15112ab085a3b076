#pragma once

#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "device/fourcc.h"
#include "device/modes.h"
#include "fake/model.h"
#include "formats/caps.h"
#include "formats/offered_mode.h"

namespace corpus {

/// A ListedSize is a size or a range of sizes, with its intervals. The list is empty if the driver
/// has none.
struct ListedSize {
  v4l2::SizeRange sizes;
  std::vector<v4l2::IntervalRange> intervals;
};

/// A ListedFormat is a pixel format with its sizes. The list is empty if the driver has none.
struct ListedFormat {
  v4l2::Fourcc fourcc;
  std::vector<ListedSize> sizes;
};

/// A ModeList has all modes of a device, in the driver's order.
using ModeList = std::vector<ListedFormat>;

/// A Recording has a device's modes and the expected answers of the ranking. Its text has a line "#
/// SUMMARY", a line "# QUESTION: ANSWER" for each answer, and the list.
struct Recording {
  std::string summary;
  /// The answers by their question.
  std::map<std::string, std::string> answers;
  ModeList modes;
};

/// Parses the output of v4l2-ctl --list-formats-ext, in its present form and in its older one. Any
/// other line is an error, which names the line. A rate of three decimals becomes the fraction that
/// it stands for. So 29.970 frames per second are an interval of 1001/30000 s.
std::expected<ModeList, std::string> parse_mode_list(std::string_view text);

/// Parses a recording.
std::expected<Recording, std::string> parse_recording(std::string_view text);

/// Returns the modes that caps of system memory can express, as v4l2gst::offers_within() does.
std::vector<v4l2gst::OfferedMode> offers_of(const ModeList& modes);

/// Returns a camera with those of `modes` that the fake supports. These are known formats of one
/// memory plane, at discrete sizes with discrete intervals.
fake::Model model_of(const ModeList& modes);

}  // namespace corpus
