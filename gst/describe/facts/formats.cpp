#include "facts/formats.h"

#include <algorithm>

#include "device/modes.h"
#include "facts/pipeline.h"
#include "formats/caps.h"
#include "formats/format_table.h"
#include "formats/inexpressible.h"

namespace v4l2describe {
namespace {

bool within(v4l2::Size size, const v4l2::SizeRange& range) {
  return size.width >= range.smallest.width && size.width <= range.largest.width &&
         size.height >= range.smallest.height && size.height <= range.largest.height;
}

/// Returns the sizes to describe: see FormatFacts::sizes.
std::vector<v4l2::Size> sizes_of(const std::vector<v4l2::SizeRange>& ranges,
                                 const v4l2::Result<v4l2::Format>& current) {
  const auto present =
      current ? v4l2::Size{current->size.width, v4l2::frame_height(*current)} : v4l2::Size{};
  std::vector<v4l2::Size> sizes;
  const auto add = [&sizes](v4l2::Size size) {
    if (size.width != 0 && size.height != 0 && std::ranges::find(sizes, size) == sizes.end())
      sizes.push_back(size);
  };
  for (const auto& range : ranges) {
    add(range.smallest);
    if (!range.single() && within(present, range)) add(present);
    add(range.largest);
  }
  if (ranges.empty()) add(present);
  return sizes;
}

std::vector<v4l2::Interval> intervals_of(const std::vector<v4l2::IntervalRange>& ranges) {
  std::vector<v4l2::Interval> intervals;
  for (const auto& range : ranges) {
    intervals.push_back(range.shortest);
    if (!range.single()) intervals.push_back(range.longest);
  }
  if (intervals.empty()) intervals.emplace_back();
  return intervals;
}

/// Returns the modes of a size. They have no caps without a row, and beyond the size of caps.
std::vector<ModeFacts> modes_of(const v4l2gst::FormatRow* row, const SizeFacts& at,
                                const std::string& path) {
  constexpr auto most = static_cast<std::uint32_t>(v4l2gst::most_pixels);
  if (at.size.width > most || at.size.height > most) row = nullptr;
  std::vector<ModeFacts> modes;
  for (const auto interval : intervals_of(at.intervals)) {
    ModeFacts mode{.interval = interval, .caps = {}, .pipeline = {}};
    if (row != nullptr) {
      mode.caps = mode_caps(*row, at.size, interval);
      mode.pipeline = pipeline(path, *row, mode.caps);
    }
    modes.push_back(std::move(mode));
  }
  return modes;
}

FormatFacts facts_of(const v4l2::OfferedFormat& format, const v4l2gst::FormatRow* row) {
  FormatFacts facts{.fourcc = format.fourcc,
                    .flags = format.flags,
                    .description = format.description,
                    .caps = row == nullptr ? std::string{} : media_caps(*row),
                    .why_not = {},
                    .ranges = {},
                    .sizes = {}};
  if (!facts.caps.empty()) return facts;
  const auto* const reason = v4l2gst::why_not(format.fourcc.code);
  if (row != nullptr)
    facts.why_not = "needs GStreamer 1.24";
  else
    facts.why_not = reason != nullptr ? reason : "unknown to this release";
  return facts;
}

}  // namespace

v4l2::Result<std::vector<FormatFacts>> read_formats(v4l2::Modes& modes, const std::string& path) {
  std::vector<FormatFacts> all;
  const auto formats = modes.formats();
  if (!formats) {
    if (formats.error().gone()) return std::unexpected{formats.error()};
    return all;
  }
  const auto current = modes.current();
  for (const auto& format : *formats) {
    const auto* const row = v4l2gst::row_of(format.fourcc.code);
    auto facts = facts_of(format, row);
    // Any other error than that of a lost device means that the driver can't say.
    if (const auto ranges = modes.sizes(format.fourcc))
      facts.ranges.assign(ranges->begin(), ranges->end());
    else if (ranges.error().gone())
      return std::unexpected{ranges.error()};
    for (const auto size : sizes_of(facts.ranges, current)) {
      SizeFacts at{.size = size, .intervals = {}, .modes = {}};
      if (const auto intervals = modes.intervals(format.fourcc, size))
        at.intervals.assign(intervals->begin(), intervals->end());
      else if (intervals.error().gone())
        return std::unexpected{intervals.error()};
      at.modes = modes_of(facts.caps.empty() ? nullptr : row, at, path);
      facts.sizes.push_back(std::move(at));
    }
    all.push_back(std::move(facts));
  }
  return all;
}

}  // namespace v4l2describe
