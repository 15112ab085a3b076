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

namespace corpus {

/// A size or a range of sizes, and the intervals that it comes in; none where the driver names
/// none.
struct ListedSize {
  v4l2::SizeRange sizes;
  std::vector<v4l2::IntervalRange> intervals;
};

/// A pixel format and its sizes; none where the driver names none.
struct ListedFormat {
  v4l2::Fourcc fourcc;
  std::vector<ListedSize> sizes;
};

/// What a device offers, in the driver's order.
using ModeList = std::vector<ListedFormat>;

/// A recorded device: what it is, what is expected of the chooser, and its modes. The recording is
/// a text of lines "# SUMMARY", then "# QUESTION: ANSWER" for each expectation, then the list.
struct Recording {
  std::string summary;
  /// By question.
  std::map<std::string, std::string> answers;
  ModeList modes;
};

/// Reads what `v4l2-ctl --list-formats-ext` prints, in its present form and in its older one. Any
/// other line is an error, which names the line. A rate of three decimals becomes the
/// fraction that it stands for, so 29.970 frames per second are an interval of 1001/30000 s.
std::expected<ModeList, std::string> parse_mode_list(std::string_view text);

/// Reads a recording.
std::expected<Recording, std::string> parse_recording(std::string_view text);

/// What of `modes` caps of system memory can express, as v4l2gst::offers_within() would give it.
std::vector<v4l2gst::OfferedMode> offers_of(const ModeList& modes);

/// A camera with those of `modes` that the fake can have: formats of one memory plane that it
/// knows, at discrete sizes with discrete intervals.
fake::Model model_of(const ModeList& modes);

}  // namespace corpus
