#include "device/modes.h"

#include <algorithm>

#include "device/text.h"
#include "kernel/node.h"

namespace v4l2 {
namespace {

/// No driver has longer lists. The limit is for one that never says "no more".
constexpr std::uint32_t most_entries = 512;
/// No driver has so many lists. vivid has the most and needs 7,000 questions.
constexpr std::uint32_t most_questions = 16384;

/// Returns true if `one` is the shorter interval.
bool shorter(Interval one, Interval other) {
  return std::uint64_t{one.numerator} * other.denominator <
         std::uint64_t{other.numerator} * one.denominator;
}

/// Returns false for sizes that no picture can have.
bool plausible(const SizeRange& range) {
  return range.smallest.width != 0 && range.smallest.height != 0 &&
         range.smallest.width <= range.largest.width &&
         range.smallest.height <= range.largest.height;
}

bool plausible(const IntervalRange& range) {
  return range.shortest.known() && range.longest.known() && !shorter(range.longest, range.shortest);
}

template <class T>
void add_once(std::vector<T>& entries, const T& entry) {
  if (std::ranges::find(entries, entry) == entries.end()) entries.push_back(entry);
}

}  // namespace

/// Walks an enumeration: asks with index 0, 1, 2, ... and gives each answer to `keep`, which
/// returns false when it has had enough.
template <class Argument, class Keep>
Result<> Modes::enumerate(const Request<Argument>& request, Argument argument, Keep keep) {
  for (std::uint32_t index = 0; index < most_entries && questions_ < most_questions; ++index) {
    Argument answer = argument;
    answer.index = index;
    ++questions_;
    const auto more = node_->ask(request, answer);
    if (!more) return std::unexpected{more.error()};
    if (!*more || !keep(answer)) break;
  }
  return {};
}

Result<Format> Modes::current() {
  const MutexLock lock{mutex_};
  return current_locked();
}

Result<Format> Modes::current_locked() {
  if (current_) return *current_;
  v4l2_format wire{};
  wire.type = to_wire(type_);
  const auto done = node_->call(request::g_fmt, wire);
  if (!done) return std::unexpected{done.error()};
  return current_.emplace(from_wire(wire));
}

Colorimetry OfferedFormat::convertible(const Colorimetry& wish, const Colorimetry& own) const {
  // The other parts are not left at DEFAULT, though the specification says so ("shall be set to
  // *_DEFAULT"). The kernel forgets the other three where no colorspace is named
  // (v4l_sanitize_colorspace() in v4l2-ioctl.c).
  auto asked = own;
  const auto ask = [](std::uint32_t& part, std::uint32_t wished, bool converts) {
    if (converts && wished != 0) part = wished;  // 0 is DEFAULT of all four
  };
  ask(asked.colorspace, wish.colorspace, converts_colorspace());
  ask(asked.transfer, wish.transfer, converts_transfer());
  ask(asked.encoding, wish.encoding, converts_encoding());
  ask(asked.quantization, wish.quantization, converts_quantization());
  return asked;
}

/// Returns the formats for a media bus code. Code 0 stands for all formats.
Result<std::vector<OfferedFormat>> Modes::formats_for(std::uint32_t media_bus_code) {
  std::vector<OfferedFormat> found;
  v4l2_fmtdesc question{};
  question.type = to_wire(type_);
  question.mbus_code = media_bus_code;
  const auto done = enumerate(request::enum_fmt, question, [&](const v4l2_fmtdesc& answer) {
    if (std::ranges::find(found, answer.pixelformat, [](const OfferedFormat& format) {
          return format.fourcc.code;
        }) == found.end())
      found.push_back({.fourcc = {answer.pixelformat},
                       .flags = answer.flags,
                       .description = text_of(answer.description)});
    return true;
  });
  if (!done) return std::unexpected{done.error()};
  return found;
}

Result<std::span<const OfferedFormat>> Modes::formats() {
  const MutexLock lock{mutex_};
  if (formats_known_) return formats_;
  auto found = formats_for(delivered_ ? delivered_->code : 0);
  // The driver may list none for what the graph sends. All are listed then: VIDIOC_STREAMON fails,
  // and the graph shows why.
  if (found && found->empty() && delivered_) found = formats_for(0);
  if (!found) return std::unexpected{found.error()};
  if (found->empty()) {
    const auto current = current_locked();
    if (!current) return std::unexpected{current.error()};
    found->push_back({.fourcc = current->fourcc, .description = {}});
  }
  formats_ = std::move(*found);
  formats_known_ = true;
  return formats_;
}

Result<std::span<const SizeRange>> Modes::sizes(Fourcc fourcc) {
  const MutexLock lock{mutex_};
  if (const auto known = sizes_.find(fourcc); known != sizes_.end()) return known->second;
  std::vector<SizeRange> found;
  if (delivered_) {
    auto size = delivered_->size;
    if (delivered_->field == V4L2_FIELD_ALTERNATE) size.height *= 2;
    if (const SizeRange offered{.smallest = size, .largest = size}; plausible(offered)) {
      found.push_back(offered);
      return sizes_.emplace(fourcc, std::move(found)).first->second;
    }
  }
  v4l2_frmsizeenum question{};
  question.pixel_format = fourcc.code;
  const auto done =
      enumerate(request::enum_framesizes, question, [&](const v4l2_frmsizeenum& answer) {
        if (answer.type == V4L2_FRMSIZE_TYPE_DISCRETE) {
          const Size size{.width = answer.discrete.width, .height = answer.discrete.height};
          if (const SizeRange offered{.smallest = size, .largest = size}; plausible(offered))
            add_once(found, offered);
          return true;
        }
        const auto& range = answer.stepwise;
        // Some drivers say a step of 0 for "any".
        const SizeRange offered{
            .smallest = {range.min_width, range.min_height},
            .largest = {range.max_width, range.max_height},
            .step = {std::max(range.step_width, 1U), std::max(range.step_height, 1U)}};
        if (plausible(offered)) found.push_back(offered);
        return false;  // a range is the only entry (V4L2 specification, VIDIOC_ENUM_FRAMESIZES)
      });
  if (!done) return std::unexpected{done.error()};
  return sizes_.emplace(fourcc, std::move(found)).first->second;
}

Result<std::span<const IntervalRange>> Modes::intervals(Fourcc fourcc, Size size) {
  const MutexLock lock{mutex_};
  const std::pair key{fourcc, size};
  if (const auto known = intervals_.find(key); known != intervals_.end()) return known->second;
  std::vector<IntervalRange> found;
  v4l2_frmivalenum question{};
  question.pixel_format = fourcc.code;
  question.width = size.width;
  question.height = size.height;
  const auto done =
      enumerate(request::enum_frameintervals, question, [&](const v4l2_frmivalenum& answer) {
        if (answer.type == V4L2_FRMIVAL_TYPE_DISCRETE) {
          const Interval interval{answer.discrete.numerator, answer.discrete.denominator};
          if (const IntervalRange offered{.shortest = interval, .longest = interval};
              plausible(offered))
            add_once(found, offered);
          return true;
        }
        const auto& range = answer.stepwise;
        const IntervalRange offered{
            .shortest = {range.min.numerator, range.min.denominator},
            .longest = {range.max.numerator, range.max.denominator},
            .step = answer.type == V4L2_FRMIVAL_TYPE_CONTINUOUS
                        ? Interval{}
                        : Interval{range.step.numerator, range.step.denominator}};
        if (plausible(offered)) found.push_back(offered);
        return false;
      });
  if (!done) return std::unexpected{done.error()};
  return intervals_.emplace(key, std::move(found)).first->second;
}

}  // namespace v4l2
