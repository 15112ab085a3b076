#include "facts/raw_lists.h"

#include "device/device.h"
#include "facts/enumerator.h"

namespace v4l2describe {
namespace {

/// Returns the sizes whose intervals are asked for.
std::vector<v4l2::Size> sizes_of(const v4l2_frmsizeenum& answer) {
  if (answer.type == V4L2_FRMSIZE_TYPE_DISCRETE)
    return {{.width = answer.discrete.width, .height = answer.discrete.height}};
  const auto& range = answer.stepwise;
  return {{.width = range.min_width, .height = range.min_height},
          {.width = range.max_width, .height = range.max_height}};
}

v4l2::Result<> add_sizes(Enumerator& driver, RawFormat& format) {
  v4l2_frmsizeenum question{};
  question.pixel_format = format.answer.pixelformat;
  auto sizes = driver.list(v4l2::request::enum_framesizes, question, [](const auto& answer) {
    return answer.type != V4L2_FRMSIZE_TYPE_DISCRETE;  // a range is the only entry
  });
  if (!sizes) return std::unexpected{sizes.error()};
  format.sizes = std::move(*sizes);
  for (const auto& answer : format.sizes.answers) {
    for (const auto size : sizes_of(answer)) {
      v4l2_frmivalenum wanted{};
      wanted.pixel_format = format.answer.pixelformat;
      wanted.width = size.width;
      wanted.height = size.height;
      auto intervals = driver.list(v4l2::request::enum_frameintervals, wanted, [](const auto& one) {
        return one.type != V4L2_FRMIVAL_TYPE_DISCRETE;
      });
      if (!intervals) return std::unexpected{intervals.error()};
      format.intervals.push_back({.size = size, .list = std::move(*intervals)});
    }
  }
  return {};
}

/// Returns whether the driver's list of controls goes on to larger ids until it ends.
v4l2::Result<bool> controls_end(const v4l2::Node& node) {
  constexpr int most_controls = 1024;
  std::uint32_t last{};
  for (int i = 0; i < most_controls; ++i) {
    v4l2_queryctrl control{};
    control.id = last | V4L2_CTRL_FLAG_NEXT_CTRL;
    const auto more = node.ask_in_passing(v4l2::request::query_ctrl, control);
    if (!more) return std::unexpected{more.error()};
    if (!*more) return true;
    if (control.id <= last) return false;
    last = control.id;
  }
  return false;
}

}  // namespace

v4l2::Result<RawLists> read_raw_lists(const v4l2::Device& device) {
  Enumerator driver{*device.node()};
  RawLists lists;
  v4l2_fmtdesc question{};
  question.type = v4l2::to_wire(device.buffer_type());
  const auto formats = driver.list(v4l2::request::enum_fmt, question);
  if (!formats) return std::unexpected{formats.error()};
  lists.formats.endless = formats->endless;
  for (const auto& answer : formats->answers) {
    RawFormat format{.answer = answer, .sizes = {}, .intervals = {}};
    if (const auto added = add_sizes(driver, format); !added) return std::unexpected{added.error()};
    lists.lists_sizes = lists.lists_sizes || !format.sizes.answers.empty();
    lists.formats.answers.push_back(std::move(format));
  }
  lists.cut = driver.spent();
  const auto ends = controls_end(*device.node());
  if (!ends) return std::unexpected{ends.error()};
  if (!*ends) lists.endless.emplace_back(v4l2::request::query_ctrl.name);
  return lists;
}

}  // namespace v4l2describe
