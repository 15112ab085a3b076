// These steps list and set inputs, standards, timings, EDIDs, audio inputs and tuners. They also
// set rectangles and the controls of extension units, from what a user may write.

#include <algorithm>
#include <array>
#include <string>

#include "fuzz/scenario.h"
#include "settings/audio_inputs.h"
#include "settings/edid.h"
#include "settings/extension_unit.h"
#include "settings/rectangle.h"
#include "settings/selection.h"
#include "settings/standards.h"
#include "settings/timings.h"
#include "settings/tuner.h"

namespace fuzz {
namespace {

constexpr std::array texts{"0",           "1",         "HDMI",   "s-video",        "1920x1080p60",
                           "720x576i50",  "1920x1080", "hdmi",   "00ffffffffffff", "320,0,640x480",
                           "(8,8)/16x16", "-1,-1,1x1", "xu:4:2", "xu:0x4:0x102",   ""};

std::string text_of(std::uint8_t how) {
  return texts[how % texts.size()];
}

}  // namespace

void Scenario::choose_input(std::uint8_t how) {
  if (!device_) return;
  const auto& node = *device_->node();
  const auto inputs = v4l2::list_inputs(node);
  if (!good(inputs)) return;
  std::vector<std::string> names;
  for (const auto& input : *inputs)
    names.push_back(input.name);
  const auto found = v4l2::find_by_name(names, text_of(how));
  check(!found || *found < names.size(), "a name is one of those that there are");
  if (found) static_cast<void>(good(v4l2::select_input(node, (*inputs)[*found].index)));
  if (!input_) return;
  const auto signal = v4l2::look_at_signal(node, *input_);
  if (good(signal) && signal->lacks_picture())
    check(signal->certain, "only a driver that is sure says that there is no picture");
}

void Scenario::choose_signal(std::uint8_t how) {
  if (!device_) return;
  const auto& node = *device_->node();
  const auto standards = v4l2::standards();
  const auto& standard = standards[how % standards.size()];
  check(!v4l2::name_of_standard(standard.mask).empty(), "a standard has a name");
  static_cast<void>(v4l2::standards_within(standard.mask));
  static_cast<void>(good(v4l2::set_standard(node, standard.mask)));
  const auto timings = v4l2::list_timings(node);
  if (good(timings)) {
    for (const auto& one : *timings)
      static_cast<void>(v4l2::name_of_timings(one));
    const auto found = v4l2::find_timings(*timings, text_of(how));
    if (found) static_cast<void>(good(v4l2::set_timings(node, *found)));
  }
  const auto audio = v4l2::list_audio_inputs(node, how);
  if (good(audio) && !audio->empty())
    static_cast<void>(good(v4l2::select_audio_input(node, audio->front().index)));
  const auto tuner = v4l2::Tuner::read(node, how % 2U);
  if (!good(tuner) || !*tuner) return;
  static_cast<void>(good((*tuner)->frequency(node)));
  static_cast<void>(good((*tuner)->tune(node, std::uint64_t{how} * 4'000'000)));
}

void Scenario::exchange_edid(std::uint8_t how) {
  if (!device_) return;
  const auto& node = *device_->node();
  const auto known = v4l2::read_edid(node, how % 2U);
  if (good(known) && *known)
    check((*known)->size() % v4l2::edid_block == 0, "an EDID has whole blocks");
  auto wanted = v4l2::default_edid(text_of(how));
  if (!wanted) wanted = v4l2::parse_edid(text_of(how));
  if (wanted) static_cast<void>(good(v4l2::set_edid(node, how % 2U, *wanted)));
}

void Scenario::set_by_text(std::uint8_t how) {
  if (!device_) return;
  const auto& node = *device_->node();
  const auto text = text_of(how);
  if (const auto rectangle = v4l2::parse_rectangle(text)) {
    check(v4l2::parse_rectangle(v4l2::rectangle_text(*rectangle)).has_value(),
          "what is written of a rectangle can be read");
    static_cast<void>(v4l2::without(*rectangle, {.top = how, .left = 1, .bottom = 0, .right = 2}));
    const auto target = how % 2 == 0 ? V4L2_SEL_TGT_CROP : V4L2_SEL_TGT_COMPOSE;
    static_cast<void>(good(v4l2::set_selection(node, target, *rectangle)));
  }
  if (const auto address = v4l2::extension_address(text)) {
    const v4l2::ControlWish wish{.name = text, .value = "0a:1b"};
    static_cast<void>(good(v4l2::set_extension(node, *address, wish, how % 2 == 0)));
  }
}

}  // namespace fuzz
