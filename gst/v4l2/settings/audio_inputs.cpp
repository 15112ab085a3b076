#include "settings/audio_inputs.h"

#include <linux/videodev2.h>

#include "device/text.h"
#include "kernel/node.h"

namespace v4l2 {

Result<std::vector<AudioInput>> list_audio_inputs(const Node& node, std::uint32_t possible) {
  constexpr std::uint32_t most = 32;  // the bits of v4l2_input.audioset
  std::vector<AudioInput> found;
  for (std::uint32_t index = 0; possible != 0 && index < most; ++index) {
    v4l2_audio wire{};
    wire.index = index;
    const auto more = node.ask_in_passing(request::enum_audio, wire);
    if (!more) return std::unexpected{more.error()};
    if (!*more) break;
    if ((possible >> index & 1U) != 0)
      found.push_back({.index = index, .name = text_of(wire.name)});
  }
  return found;
}

Result<bool> select_audio_input(const Node& node, std::uint32_t index) {
  v4l2_audio wire{};
  const auto known = node.ask_in_passing(request::g_audio, wire);
  if (!known) return std::unexpected{known.error()};
  if (*known && wire.index == index) return true;
  wire = {};
  wire.index = index;
  const auto set = node.call(request::s_audio, wire);
  if (!set && set.error().gone()) return std::unexpected{set.error()};
  return set.has_value();
}

}  // namespace v4l2
