// The checks of lists of formats, sizes and intervals.

#include <algorithm>

#include "checks/complaints.h"
#include "device/text.h"
#include "facts/raw_lists.h"
#include "formats/format_table.h"
#include "formats/inexpressible.h"

namespace v4l2describe {
namespace {

std::string text_of(v4l2::Size size) {
  return std::to_string(size.width) + "x" + std::to_string(size.height);
}

std::string text_of(v4l2_fract fraction) {
  return std::to_string(fraction.numerator) + "/" + std::to_string(fraction.denominator) + " s";
}

/// A Reporter adds complaints about one subject.
struct Reporter {
  std::vector<std::string>& found;
  std::string subject;

  void operator()(const std::string& fault) const { found.push_back(subject + ": " + fault); }
};

bool is_range(std::uint32_t type, std::uint32_t stepwise, std::uint32_t continuous) {
  return type == stepwise || type == continuous;
}

void check_size(const Reporter& report, const v4l2_frmsizeenum& answer) {
  if (answer.type == V4L2_FRMSIZE_TYPE_DISCRETE) {
    const v4l2::Size size{answer.discrete.width, answer.discrete.height};
    if (size.width == 0 || size.height == 0) report("there is a size of " + text_of(size));
    return;
  }
  if (!is_range(answer.type, V4L2_FRMSIZE_TYPE_STEPWISE, V4L2_FRMSIZE_TYPE_CONTINUOUS)) {
    report("a size has the unknown type " + std::to_string(answer.type));
    return;
  }
  const auto& range = answer.stepwise;
  const v4l2::Size least{range.min_width, range.min_height};
  const v4l2::Size most{range.max_width, range.max_height};
  if (least.width == 0 || least.height == 0) report("the sizes begin at " + text_of(least));
  if (least.width > most.width || least.height > most.height)
    report("the sizes end at " + text_of(most) + ", before they begin at " + text_of(least));
  if (range.step_width == 0 || range.step_height == 0)
    report("the sizes have a step of " + text_of(v4l2::Size{range.step_width, range.step_height}));
}

bool known(v4l2_fract interval) {
  return interval.numerator != 0 && interval.denominator != 0;
}

void check_interval(const Reporter& report, const v4l2_frmivalenum& answer) {
  if (answer.type == V4L2_FRMIVAL_TYPE_DISCRETE) {
    if (!known(answer.discrete)) report("there is an interval of " + text_of(answer.discrete));
    return;
  }
  if (!is_range(answer.type, V4L2_FRMIVAL_TYPE_STEPWISE, V4L2_FRMIVAL_TYPE_CONTINUOUS)) {
    report("an interval has the unknown type " + std::to_string(answer.type));
    return;
  }
  const auto& range = answer.stepwise;
  if (!known(range.min) || !known(range.max))
    report("the intervals are " + text_of(range.min) + " to " + text_of(range.max));
  else if (std::uint64_t{range.max.numerator} * range.min.denominator <
           std::uint64_t{range.min.numerator} * range.max.denominator)
    report("the intervals end at " + text_of(range.max) + ", before they begin at " +
           text_of(range.min));
  if (answer.type == V4L2_FRMIVAL_TYPE_STEPWISE && !known(range.step))
    report("the intervals have a step of " + text_of(range.step));
}

void check_sizes(const Reporter& report, const RawList<v4l2_frmsizeenum>& sizes) {
  std::vector<v4l2::Size> seen;
  for (const auto& answer : sizes.answers) {
    check_size(report, answer);
    if (answer.type != V4L2_FRMSIZE_TYPE_DISCRETE) continue;
    const v4l2::Size size{answer.discrete.width, answer.discrete.height};
    if (std::ranges::find(seen, size) != seen.end())
      report("the size " + text_of(size) + " is listed twice");
    seen.push_back(size);
  }
  if (sizes.endless) report("the list of sizes does not end");
}

void check_intervals(const Reporter& report, const RawList<v4l2_frmivalenum>& intervals) {
  std::vector<v4l2::Interval> seen;
  for (const auto& answer : intervals.answers) {
    check_interval(report, answer);
    if (answer.type != V4L2_FRMIVAL_TYPE_DISCRETE) continue;
    const v4l2::Interval interval{answer.discrete.numerator, answer.discrete.denominator};
    if (std::ranges::find(seen, interval) != seen.end())
      report("the interval " + text_of(answer.discrete) + " is listed twice");
    seen.push_back(interval);
  }
  if (intervals.endless) report("the list of intervals does not end");
}

void check_format(const Reporter& report, const RawFormat& format, bool lists_sizes) {
  const auto code = format.answer.pixelformat;
  if (v4l2gst::row_of(code) == nullptr && v4l2gst::why_not(code) == nullptr)
    report("the code " + v4l2::hex(code) + " is not one of Linux");
  if (lists_sizes && format.sizes.answers.empty()) report("no size is listed");
  check_sizes(report, format.sizes);
}

}  // namespace

std::vector<std::string> list_complaints(const RawLists& raw) {
  std::vector<std::string> found;
  std::vector<std::uint32_t> seen;
  for (const auto& format : raw.formats.answers) {
    const auto code = format.answer.pixelformat;
    const auto name = v4l2::Fourcc{code}.to_string();
    const Reporter report{found, "format " + name};
    // A fault of a format is said once, and not again for each repetition.
    if (std::ranges::find(seen, code) != seen.end()) {
      report("it is listed twice");
      continue;
    }
    seen.push_back(code);
    check_format(report, format, raw.lists_sizes);
    for (const auto& at : format.intervals)
      check_intervals({found, "format " + name + " at " + text_of(at.size)}, at.list);
  }
  if (raw.formats.endless) found.emplace_back("VIDIOC_ENUM_FMT: the list does not end");
  for (const auto& call : raw.endless)
    found.push_back(call + ": the list does not end");
  if (raw.cut) found.emplace_back("the lists of formats have more than 16384 entries");
  return found;
}

}  // namespace v4l2describe
