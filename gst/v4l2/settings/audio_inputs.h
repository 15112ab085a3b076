#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernel/error.h"

namespace v4l2 {

class Node;

/// An audio input of a video device (VIDIOC_ENUMAUDIO).
struct AudioInput {
  std::uint32_t index{};
  std::string name;
};

/// Returns the audio inputs that a video input can be combined with. `possible` has their bits
/// (v4l2_input.audioset). Empty if there are none. Error: the device is gone.
Result<std::vector<AudioInput>> list_audio_inputs(const Node& node, std::uint32_t possible);

/// Selects an audio input, unless it is selected (VIDIOC_S_AUDIO). Returns false if the driver
/// refuses. Error: the device is gone.
Result<bool> select_audio_input(const Node& node, std::uint32_t index);

}  // namespace v4l2
