#include "facts/inputs.h"

#include "device/device.h"
#include "device/text.h"
#include "facts/enumerator.h"
#include "settings/audio_inputs.h"
#include "settings/edid.h"
#include "settings/inputs.h"
#include "settings/signal.h"
#include "settings/timings.h"
#include "settings/tuner.h"

namespace v4l2describe {
namespace {

InputFacts facts_of(const v4l2_input& answer, int current) {
  return {.index = answer.index,
          .name = v4l2::text_of(answer.name),
          .type = answer.type,
          .status = answer.status,
          .capabilities = answer.capabilities,
          .standards = answer.std,
          .current = current >= 0 && answer.index == static_cast<std::uint32_t>(current)};
}

StandardFacts facts_of(const v4l2_standard& answer) {
  return {.id = answer.id,
          .name = v4l2::text_of(answer.name),
          .frame_period = {answer.frameperiod.numerator, answer.frameperiod.denominator},
          .lines = answer.framelines};
}

TimingsFacts facts_of(const v4l2_dv_timings& timings) {
  // A copy, since the struct is packed: a reference to the member may be misaligned.
  const v4l2_bt_timings bt = timings.bt;
  return {.width = bt.width,
          .height = bt.height,
          .interlaced = bt.interlaced != 0,
          .pixel_clock = bt.pixelclock,
          .rate = v4l2::rate_of(timings),
          .name = v4l2::name_of_timings(timings)};
}

std::string word_of(v4l2::Signal signal) {
  switch (signal) {
    case v4l2::Signal::present:
      return "ok";
    case v4l2::Signal::no_cable:
      return "no-cable";
    case v4l2::Signal::none:
      return "no-signal";
    case v4l2::Signal::unstable:
      return "no-lock";
    case v4l2::Signal::out_of_range:
      return "out-of-range";
    case v4l2::Signal::unknown:
      break;
  }
  return {};
}

/// Adds audio, tuner and EDID to an input. Reads them only, so the input need not be the current
/// one.
v4l2::Result<> add_company(InputFacts& facts, const v4l2_input& answer, const v4l2::Node& node) {
  const auto audio = v4l2::list_audio_inputs(node, answer.audioset);
  if (!audio) return std::unexpected{audio.error()};
  for (const auto& each : *audio)
    facts.audio.push_back(each.name);
  if (answer.type == V4L2_INPUT_TYPE_TUNER) {
    const auto tuner = v4l2::Tuner::read(node, answer.tuner);
    if (!tuner) return std::unexpected{tuner.error()};
    if (const auto& there = *tuner) {
      const auto frequency = there->frequency(node);
      if (!frequency) return std::unexpected{frequency.error()};
      facts.tuner = {
          .least = there->least, .most = there->most, .frequency = frequency->value_or(0)};
    }
  }
  if ((answer.capabilities & V4L2_IN_CAP_DV_TIMINGS) == 0) return {};
  const auto edid = v4l2::read_edid(node, answer.index);
  if (!edid) return std::unexpected{edid.error()};
  if (const auto& bytes = *edid) facts.edid_size = bytes->size();
  return {};
}

v4l2::Result<> add_signal(InputLists& lists, const v4l2::Node& node) {
  const auto input = v4l2::current_input(node);
  if (!input) return std::unexpected{input.error()};
  const auto& current = *input;
  if (!current) return {};
  const auto status = v4l2::look_at_signal(node, *current);
  if (!status) return std::unexpected{status.error()};
  lists.signal = word_of(status->signal);
  return {};
}

v4l2::Result<> add_standards(InputLists& lists, Enumerator& driver, const v4l2::Node& node) {
  const auto standards = driver.list(v4l2::request::enum_std, v4l2_standard{});
  if (!standards) return std::unexpected{standards.error()};
  if (standards->endless) lists.endless.emplace_back(v4l2::request::enum_std.name);
  for (const auto& answer : standards->answers)
    lists.standards.push_back(facts_of(answer));
  v4l2_std_id current{};
  const auto known = node.ask_in_passing(v4l2::request::g_std, current);
  if (!known) return std::unexpected{known.error()};
  lists.standard = *known ? current : 0;
  return {};
}

v4l2::Result<> add_timings(InputLists& lists, Enumerator& driver, const v4l2::Node& node) {
  const auto timings = driver.list(v4l2::request::enum_dv_timings, v4l2_enum_dv_timings{});
  if (!timings) return std::unexpected{timings.error()};
  if (timings->endless) lists.endless.emplace_back(v4l2::request::enum_dv_timings.name);
  for (const auto& answer : timings->answers)
    lists.timings.push_back(facts_of(answer.timings));
  v4l2_dv_timings current{};
  const auto known = node.ask_in_passing(v4l2::request::g_dv_timings, current);
  if (!known) return std::unexpected{known.error()};
  if (*known) lists.current_timings = facts_of(current);
  return {};
}

}  // namespace

v4l2::Result<InputLists> read_inputs(const v4l2::Device& device) {
  const auto& node = *device.node();
  Enumerator driver{node};
  InputLists lists;
  int current{};
  const auto known = node.ask_in_passing(v4l2::request::g_input, current);
  if (!known) return std::unexpected{known.error()};
  const auto inputs = driver.list(v4l2::request::enum_input, v4l2_input{});
  if (!inputs) return std::unexpected{inputs.error()};
  if (inputs->endless) lists.endless.emplace_back(v4l2::request::enum_input.name);
  for (const auto& answer : inputs->answers) {
    auto& facts = lists.inputs.emplace_back(facts_of(answer, *known ? current : -1));
    if (const auto added = add_company(facts, answer, node); !added)
      return std::unexpected{added.error()};
  }
  if (const auto added = add_signal(lists, node); !added) return std::unexpected{added.error()};
  if (const auto added = add_standards(lists, driver, node); !added)
    return std::unexpected{added.error()};
  if (const auto added = add_timings(lists, driver, node); !added)
    return std::unexpected{added.error()};
  return lists;
}

}  // namespace v4l2describe
