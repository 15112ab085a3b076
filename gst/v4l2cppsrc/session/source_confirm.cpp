// How a Source makes sure of what the driver has settled on.

#include <utility>

#include "session/source.h"

namespace v4l2gst {

/// The rate in caps is the driver's: what VIDIOC_S_PARM has set, or, where that is refused or can't
/// set any, what VIDIOC_G_PARM tells. Of a driver that has refused and tells none, it is unknown,
/// 0/1 in caps. One that knows of no rates at all has refused nothing: there the rate is
/// downstream's business, and its wish is as good as any.
Source::Outcome<v4l2::IntervalAnswer> Source::settle_interval(v4l2::Interval wanted) const {
  if (!wanted.known()) {
    const auto current = device().interval();
    return v4l2::IntervalAnswer{.interval = current.value_or(v4l2::Interval{})};
  }
  auto answer = device().set_interval(wanted);
  if (!answer) return std::unexpected{failed(path(), answer.error(), "to set the frame rate")};
  if (!answer->interval.known() && !answer->refused) answer->interval = wanted;
  return *answer;
}

/// What the device is set to after the last call that may have changed it: VIDIOC_S_PARM of some
/// drivers sets another format (akvcam), VIDIOC_S_SELECTION another size.
Source::Outcome<v4l2::Format> Source::confirm_format(const v4l2::Format& format) const {
  auto now = device().format();
  if (!now) return std::unexpected{failed(path(), now.error(), "to ask for its format")};
  now->convert = format.convert && same_picture(*now, format);  // for who asks again
  now->from_pad = format.from_pad;
  return *now;
}

/// What the driver made of the wish for a rate, for a refusal.
Source::Outcome<std::string> Source::tell_rate(const Choice& choice,
                                               const v4l2::IntervalAnswer& rate) const {
  const auto listed = device().modes()->intervals({choice.row->fourcc}, choice.size);
  if (!listed) return std::unexpected{failed(path(), listed.error(), "to list its frame rates")};
  return rate_answer(choice.interval, rate, *listed);
}

/// False where a control that was restored has changed the format that was agreed on.
Source::Outcome<bool> Source::holds() const {
  const auto now = confirm_format(agreement().format);
  if (!now) return std::unexpected{now.error()};
  return same_picture(*now, agreement().format);
}

}  // namespace v4l2gst
