// The sources of the inputs and their events.

#include <algorithm>
#include <cerrno>
#include <ranges>

#include "fake/camera.h"

namespace fake {
namespace {

constexpr std::uint32_t no_signal_bits = V4L2_IN_ST_NO_POWER | V4L2_IN_ST_NO_SIGNAL |
                                         V4L2_IN_ST_NO_SYNC | V4L2_IN_ST_NO_H_LOCK |
                                         V4L2_IN_ST_NO_V_LOCK;

}  // namespace

void Camera::change_source(std::vector<ModelFormat> formats) {
  const std::lock_guard lock{mutex_};
  model_.formats = std::move(formats);
  send_source_change();
}

void Camera::feed(std::vector<ModelFormat> formats) {
  const std::lock_guard lock{mutex_};
  model_.formats = std::move(formats);
  if (!model_.formats.empty()) set_first_format();
  changed();
}

void Camera::change_timings(const v4l2_dv_timings& timings) {
  const std::lock_guard lock{mutex_};
  incoming_ = timings;
  no_signal_ = 0;
  send_source_change();
}

void Camera::lose_signal(int error) {
  const std::lock_guard lock{mutex_};
  no_signal_ = error;
  send_source_change();
}

void Camera::change_standard(v4l2_std_id standard) {
  const std::lock_guard lock{mutex_};
  incoming_standard_ = standard;
  send_source_change();
}

void Camera::change_status(std::uint32_t status) {
  const std::lock_guard lock{mutex_};
  model_.input_status = status;
  send_source_change();
}

bool Camera::lacks_producer() const {
  return !model_.reserves && (model_.input_status & no_signal_bits) != 0;
}

void Camera::send_source_change() {
  v4l2_event event{};
  event.type = V4L2_EVENT_SOURCE_CHANGE;
  event.u.src_change.changes = V4L2_EVENT_SRC_CH_RESOLUTION;
  for (auto& subscriber : events_ | std::views::values)
    if (std::ranges::find(subscriber.wants, V4L2_EVENT_SOURCE_CHANGE,
                          &v4l2_event_subscription::type) != subscriber.wants.end())
      subscriber.waiting.push_back(event);
  changed();
}

unsigned Camera::input() {
  const std::lock_guard lock{mutex_};
  return input_;
}

v4l2_std_id Camera::standard() {
  const std::lock_guard lock{mutex_};
  return standard_;
}

v4l2_dv_timings Camera::timings() {
  const std::lock_guard lock{mutex_};
  return timings_;
}

int Camera::source_ioctl(const Opener& opener, unsigned long request, void* argument) {
  const auto input = input_at(input_);
  const bool dv = (input.capabilities & V4L2_IN_CAP_DV_TIMINGS) != 0;
  const bool analog = input.standards != 0;
  switch (request) {
    case VIDIOC_CROPCAP:
      return cropcap(*static_cast<v4l2_cropcap*>(argument));
    case VIDIOC_G_SELECTION:
      return g_selection(*static_cast<v4l2_selection*>(argument));
    case VIDIOC_S_SELECTION:
      return s_selection(*static_cast<v4l2_selection*>(argument));
    case VIDIOC_SUBSCRIBE_EVENT:
      if (!model_.has_controls) return ENOTTY;
      return subscribe(opener, *static_cast<v4l2_event_subscription*>(argument));
    case VIDIOC_DQEVENT:
      if (!model_.has_controls) return ENOTTY;
      return dqevent(opener, *static_cast<v4l2_event*>(argument));
    case VIDIOC_QUERY_DV_TIMINGS:
      return dv ? query_dv_timings(*static_cast<v4l2_dv_timings*>(argument)) : ENODATA;
    case VIDIOC_G_DV_TIMINGS:
      if (!dv) return ENODATA;
      *static_cast<v4l2_dv_timings*>(argument) = timings_;
      return 0;
    case VIDIOC_S_DV_TIMINGS:
      return dv ? s_dv_timings(*static_cast<const v4l2_dv_timings*>(argument)) : ENODATA;
    case VIDIOC_QUERYSTD:
      if (!analog) return ENODATA;
      *static_cast<v4l2_std_id*>(argument) =
          (model_.input_status & no_signal_bits) != 0 ? V4L2_STD_UNKNOWN : incoming_standard_;
      return 0;
    case VIDIOC_G_STD:
      if (!analog) return ENODATA;
      *static_cast<v4l2_std_id*>(argument) = standard_;
      return 0;
    case VIDIOC_S_STD:
      return analog ? s_std(*static_cast<const v4l2_std_id*>(argument)) : ENODATA;
    default:
      return receiver_ioctl(request, argument);
  }
}

int Camera::query_dv_timings(v4l2_dv_timings& answer) const {
  if (no_signal_ != 0) return no_signal_;
  answer = incoming_;
  return 0;
}

int Camera::s_dv_timings(const v4l2_dv_timings& wanted) {
  if (queue_.busy()) return EBUSY;
  timings_ = wanted;
  take_timings();
  if (model_.echoes) send_source_change();
  return 0;
}

void Camera::take_timings() {
  const auto& bt = timings_.bt;
  const auto total = (bt.width + bt.hfrontporch + bt.hsync + bt.hbackporch) *
                     (bt.height + bt.vfrontporch + bt.vsync + bt.vbackporch);
  interval_ = {total, static_cast<std::uint32_t>(bt.pixelclock)};
  for (auto& format : model_.formats) {
    format.modes = {{.size = {bt.width, bt.height}, .intervals = {interval_}}};
    format.step = {};
  }
  set_format(nearest(format_));
}

int Camera::s_std(v4l2_std_id wanted) {
  if ((wanted & input_at(input_).standards) == 0) return EINVAL;
  if (queue_.busy()) return EBUSY;
  standard_ = wanted;
  take_standard();
  return 0;
}

void Camera::take_standard() {
  const bool lines_525 = (standard_ & V4L2_STD_525_60) != 0;
  interval_ = lines_525 ? v4l2::Interval{1001, 30000} : v4l2::Interval{1, 25};
  for (auto& format : model_.formats) {
    format.modes = {{.size = {720, lines_525 ? 480U : 576U}, .intervals = {interval_}}};
    format.step = {};
  }
  set_format(nearest(format_));
}

int Camera::subscribe(const Opener& opener, const v4l2_event_subscription& wanted) {
  const auto input = input_at(input_);
  const bool has_source =
      input.standards != 0 || (input.capabilities & V4L2_IN_CAP_DV_TIMINGS) != 0;
  const bool source =
      wanted.type == V4L2_EVENT_SOURCE_CHANGE && (has_source || model_.tells_changes);
  const bool control =
      wanted.type == V4L2_EVENT_CTRL && !model_.old_controls && find_control(wanted.id) != nullptr;
  if (!source && !control) return EINVAL;
  auto& wants = events_[&opener].wants;
  const bool twice = std::ranges::any_of(wants, [&](const v4l2_event_subscription& one) {
    return one.type == wanted.type && one.id == wanted.id;
  });
  if (!twice) wants.push_back(wanted);
  return 0;
}

int Camera::dqevent(const Opener& opener, v4l2_event& answer) {
  const auto subscriber = events_.find(&opener);
  if (subscriber == events_.end() || subscriber->second.waiting.empty()) return ENOENT;
  auto& waiting = subscriber->second.waiting;
  answer = waiting.front();
  waiting.pop_front();
  answer.pending = static_cast<std::uint32_t>(waiting.size());
  changed();
  return 0;
}

}  // namespace fake
