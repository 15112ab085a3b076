#include "settings/inputs.h"

#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <utility>

#include "device/text.h"
#include "kernel/node.h"
#include "settings/timings.h"

namespace v4l2 {
namespace {

/// This limit is for a driver that never says "no more".
constexpr std::uint32_t most_inputs = 256;

Input described(const v4l2_input& answer) {
  Input input{.index = answer.index,
              .name = text_of(answer.name),
              .standards = answer.std,
              .dv_timings = (answer.capabilities & V4L2_IN_CAP_DV_TIMINGS) != 0,
              .no_signal = (answer.status &
                            (V4L2_IN_ST_NO_POWER | V4L2_IN_ST_NO_SIGNAL | V4L2_IN_ST_NO_SYNC)) != 0,
              .status = answer.status,
              .audio = answer.audioset};
  if (answer.type == V4L2_INPUT_TYPE_TUNER) input.tuner = answer.tuner;
  return input;
}

/// Returns the letters and digits of a name, in lower case.
std::string key_of(std::string_view name) {
  std::string key;
  for (const char letter : name)
    if (const auto byte = static_cast<unsigned char>(letter); std::isalnum(byte) != 0)
      key += static_cast<char>(std::tolower(byte));
  return key;
}

}  // namespace

Result<std::optional<Input>> current_input(const Node& node) {
  int index{};
  const auto has_inputs = node.ask_in_passing(request::g_input, index);
  if (!has_inputs) return std::unexpected{has_inputs.error()};
  if (!*has_inputs || index < 0) return std::nullopt;
  v4l2_input answer{};
  answer.index = static_cast<std::uint32_t>(index);
  const auto known = node.ask_in_passing(request::enum_input, answer);
  if (!known) return std::unexpected{known.error()};
  if (!*known) return std::nullopt;
  return described(answer);
}

Result<std::vector<Input>> list_inputs(const Node& node) {
  std::vector<Input> found;
  for (std::uint32_t index = 0; index < most_inputs; ++index) {
    v4l2_input answer{};
    answer.index = index;
    const auto more = node.ask_in_passing(request::enum_input, answer);
    if (!more) return std::unexpected{more.error()};
    if (!*more) break;
    found.push_back(described(answer));
  }
  return found;
}

std::optional<std::size_t> find_by_name(const std::vector<std::string>& names,
                                        std::string_view text) {
  const auto wanted = key_of(text);
  if (wanted.empty()) return std::nullopt;
  std::optional<std::size_t> begins;
  bool ambiguous{};
  for (std::size_t place = 0; place < names.size(); ++place) {
    const auto key = key_of(names[place]);
    if (key == wanted) return place;
    if (!key.starts_with(wanted)) continue;
    ambiguous = begins.has_value();
    begins = place;
  }
  std::size_t number{};
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem == std::errc{} && end == text.data() + text.size())
    return number < names.size() ? std::optional{number} : std::nullopt;
  return ambiguous ? std::nullopt : begins;
}

Result<bool> select_input(const Node& node, std::uint32_t index) {
  int current{};
  const auto known = node.ask_in_passing(request::g_input, current);
  if (!known) return std::unexpected{known.error()};
  if (*known && current == static_cast<int>(index)) return true;
  auto wanted = static_cast<int>(index);
  const auto set = node.call(request::s_input, wanted);
  if (set) return true;
  if (set.error().gone() || set.error().code == EBUSY) return std::unexpected{set.error()};
  return false;
}

bool bottom_field_first(const Node& node, const Input& input) {
  if (input.standards == 0) return false;
  v4l2_std_id standard{};
  const auto known = node.ask_in_passing(request::g_std, standard);
  return known && *known && (standard & V4L2_STD_525_60) != 0;
}

Result<InputSettings> InputSettings::read(const Node& node, const Input& input) {
  InputSettings feed{.input = input, .standard = 0, .timings = std::nullopt};
  if (input.standards != 0) {
    const auto known = node.ask_in_passing(request::g_std, feed.standard);
    if (!known) return std::unexpected{known.error()};
    if (!*known) feed.standard = 0;
  }
  if (input.dv_timings) {
    v4l2_dv_timings timings{};
    const auto known = node.ask_in_passing(request::g_dv_timings, timings);
    if (!known) return std::unexpected{known.error()};
    if (*known) feed.timings = timings;
  }
  return feed;
}

Result<std::vector<std::string>> InputSettings::restore(const Node& node) const {
  std::vector<std::string> refused;
  const auto set = [&](const auto& request, auto value, std::string name) -> Result<> {
    const auto done = node.call(request, value);
    if (!done && done.error().gone()) return std::unexpected{done.error()};
    if (!done) refused.push_back(std::move(name));
    return {};
  };
  const auto current = current_input(node);
  if (!current) return std::unexpected{current.error()};
  if (const auto& now = *current; !now || now->index != input.index) {
    const auto done = set(request::s_input, static_cast<int>(input.index), "input " + input.name);
    if (!done) return std::unexpected{done.error()};
    if (!refused.empty()) return refused;  // the rest belongs to that input
  }
  const auto is = read(node, input);
  if (!is) return std::unexpected{is.error()};
  if (standard != 0 && is->standard != standard)
    if (const auto done = set(request::s_std, standard, "standard"); !done)
      return std::unexpected{done.error()};
  const auto& set_to = is->timings;
  if (timings && !(set_to && same(*set_to, *timings)))
    if (const auto done = set(request::s_dv_timings, *timings, "timings"); !done)
      return std::unexpected{done.error()};
  return refused;
}

}  // namespace v4l2
