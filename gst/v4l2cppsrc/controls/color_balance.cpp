#include "controls/color_balance.h"

#include <algorithm>
#include <utility>

#include <linux/videodev2.h>

#include "common/log.h"

namespace v4l2gst {
namespace {

struct Control {
  const char* label;  ///< as videobalance and the sinks name the channel
  const char* key;
  std::uint32_t id;
};

constexpr std::array<Control, 4> controls{{{"BRIGHTNESS", "brightness", V4L2_CID_BRIGHTNESS},
                                           {"CONTRAST", "contrast", V4L2_CID_CONTRAST},
                                           {"SATURATION", "saturation", V4L2_CID_SATURATION},
                                           {"HUE", "hue", V4L2_CID_HUE}}};

int value_of(GstV4l2CppControl* control) {
  const auto read = gst_v4l2_cpp_control_read(control);
  const auto* const number = read ? std::get_if<std::int64_t>(&*read) : nullptr;
  return number != nullptr ? static_cast<int>(*number) : 0;
}

}  // namespace

ColorBalance::~ColorBalance() {
  for (auto* const list : lists_)
    g_list_free(list);
  for (auto* const channel : channels_)
    if (channel != nullptr) g_object_unref(channel);
}

const GList* ColorBalance::channels() {
  std::array<std::optional<v4l2::ControlInfo>, count> found;
  for (std::size_t i = 0; i < count; ++i)
    if (auto* const child = children_.find(controls.at(i).id))
      found.at(i) = gst_v4l2_cpp_control_info(child);
  const v4l2::MutexLock lock{mutex_};
  std::size_t set{};
  for (std::size_t i = 0; i < count; ++i) {
    const auto& control = found.at(i);
    if (!control) continue;
    set |= std::size_t{1} << i;
    auto*& channel = channels_.at(i);
    if (channel == nullptr) {
      channel = GST_COLOR_BALANCE_CHANNEL(g_object_new(GST_TYPE_COLOR_BALANCE_CHANNEL, nullptr));
      channel->label = g_strdup(controls.at(i).label);
    }
    channel->min_value = static_cast<int>(control->minimum);
    channel->max_value = static_cast<int>(control->maximum);
  }
  auto*& list = lists_.at(set);
  if (list == nullptr)
    for (std::size_t i = count; i-- > 0;)
      if (found.at(i)) list = g_list_prepend(list, channels_.at(i));
  return list;
}

/// Returns the place of a channel; `count` for a channel of another element.
std::size_t ColorBalance::place_of(const GstColorBalanceChannel* channel) {
  const v4l2::MutexLock lock{mutex_};
  if (channel == nullptr) return count;
  return static_cast<std::size_t>(std::ranges::find(channels_, channel) - channels_.begin());
}

/// A device that lacks the control of the channel refuses the wish, and that is reported.
void ColorBalance::set(const GstColorBalanceChannel* channel, int value) {
  const auto place = place_of(channel);
  if (place < count)
    access_.wish("color-balance", {{.name = controls.at(place).key, .value = std::int64_t{value}}});
  else
    GST_WARNING("this is a channel of another element");
}

int ColorBalance::get(const GstColorBalanceChannel* channel) {
  const auto place = place_of(channel);
  auto* const control = place < count ? children_.find(controls.at(place).id) : nullptr;
  return control != nullptr ? value_of(control) : 0;
}

void ColorBalance::emit(GstColorBalance* balance, std::size_t channel) {
  auto* const known = [&] {
    const v4l2::MutexLock lock{mutex_};
    return channels_.at(channel);
  }();
  auto* const control = known != nullptr ? children_.find(controls.at(channel).id) : nullptr;
  if (control != nullptr) gst_color_balance_value_changed(balance, known, value_of(control));
}

void ColorBalance::changed(GstColorBalance* balance,
                           std::span<const v4l2::ControlChanged> changes) {
  for (const auto& change : changes) {
    const auto found = std::ranges::find(controls, change.id, &Control::id);
    if (found != controls.end() && (change.changes & V4L2_EVENT_CTRL_CH_VALUE) != 0)
      emit(balance, static_cast<std::size_t>(found - controls.begin()));
  }
}

void ColorBalance::all_changed(GstColorBalance* balance) {
  for (std::size_t i = 0; i < count; ++i)
    emit(balance, i);
}

}  // namespace v4l2gst
