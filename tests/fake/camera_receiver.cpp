// The inputs and what belongs to them: their timings, EDID, audio and tuner.

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "fake/camera.h"

namespace fake {
namespace {

constexpr std::size_t edid_block = 128;

void put_text(std::span<std::uint8_t> field, const std::string& text) {
  std::ranges::fill(field, 0);
  std::memcpy(field.data(), text.data(), std::min(text.size(), field.size() - 1));
}

}  // namespace

unsigned Camera::input_count() const {
  const auto& unlike = model_.unlike_inputs;
  return unlike.empty() ? model_.inputs : static_cast<unsigned>(unlike.size());
}

ModelInput Camera::input_at(unsigned index) const {
  if (!model_.unlike_inputs.empty()) return model_.unlike_inputs.at(index);
  return {.name = model_.card,
          .capabilities = model_.input_capabilities,
          .standards = model_.standards};
}

int Camera::enum_input(v4l2_input& answer) const {
  if (answer.index >= input_count()) return EINVAL;
  const auto index = answer.index;
  const auto input = input_at(index);
  answer = {};
  answer.index = index;
  put_text(answer.name, input.name);
  answer.type = input.has_tuner ? V4L2_INPUT_TYPE_TUNER : V4L2_INPUT_TYPE_CAMERA;
  answer.capabilities = input.capabilities;
  answer.std = input.standards;
  answer.audioset = input.audio;
  if (index == input_ || model_.unlike_inputs.empty()) answer.status = model_.input_status;
  return 0;
}

/// Another input has other formats: those of its timings or standard, or the camera's own.
int Camera::s_input(int wanted) {
  if (wanted < 0 || static_cast<unsigned>(wanted) >= input_count()) return EINVAL;
  if (queue_.busy()) return EBUSY;
  const bool moved = input_ != static_cast<unsigned>(wanted);
  input_ = static_cast<unsigned>(wanted);
  if (!moved || model_.unlike_inputs.empty()) return 0;
  if (own_formats_.empty()) own_formats_ = model_.formats;
  const auto input = input_at(input_);
  model_.formats = own_formats_;
  if ((input.capabilities & V4L2_IN_CAP_DV_TIMINGS) != 0) {
    if (timings_.bt.width == 0 && !model_.timings.empty()) timings_ = model_.timings.front();
    take_timings();
  } else if (input.standards != 0) {
    if (standard_ == 0) standard_ = V4L2_STD_PAL;
    take_standard();
  } else {
    set_first_format();
  }
  return 0;
}

unsigned Camera::audio_input() {
  const std::lock_guard lock{mutex_};
  return audio_input_;
}

std::uint32_t Camera::frequency() {
  const std::lock_guard lock{mutex_};
  return frequency_;
}

std::vector<std::uint8_t> Camera::edid(unsigned input) {
  const std::lock_guard lock{mutex_};
  return edids_[input];
}

int Camera::receiver_ioctl(unsigned long request, void* argument) {
  switch (request) {
    case VIDIOC_ENUM_DV_TIMINGS:
      return enum_dv_timings(*static_cast<v4l2_enum_dv_timings*>(argument));
    case VIDIOC_G_EDID:
      return edid_ioctl(false, *static_cast<v4l2_edid*>(argument));
    case VIDIOC_S_EDID:
      return edid_ioctl(true, *static_cast<v4l2_edid*>(argument));
    case VIDIOC_ENUMAUDIO:
    case VIDIOC_G_AUDIO:
    case VIDIOC_S_AUDIO:
      return audio_ioctl(request, *static_cast<v4l2_audio*>(argument));
    case VIDIOC_G_TUNER:
      return g_tuner(*static_cast<v4l2_tuner*>(argument));
    case VIDIOC_G_FREQUENCY:
      return frequency_ioctl(false, *static_cast<v4l2_frequency*>(argument));
    case VIDIOC_S_FREQUENCY:
      return frequency_ioctl(true, *static_cast<v4l2_frequency*>(argument));
    default:
      return ENOTTY;
  }
}

int Camera::enum_dv_timings(v4l2_enum_dv_timings& answer) const {
  if ((input_at(input_).capabilities & V4L2_IN_CAP_DV_TIMINGS) == 0) return ENODATA;
  if (answer.index >= model_.timings.size()) return EINVAL;
  answer.timings = model_.timings[answer.index];
  return 0;
}

int Camera::edid_ioctl(bool set, v4l2_edid& argument) {
  if (model_.edid_blocks == 0) return ENOTTY;
  if (argument.pad >= input_count() ||
      (input_at(argument.pad).capabilities & V4L2_IN_CAP_DV_TIMINGS) == 0)
    return EINVAL;
  auto& edid = edids_[argument.pad];
  const auto has = static_cast<std::uint32_t>(edid.size() / edid_block);
  if (!set) {
    if (has == 0) return ENODATA;
    if (argument.start_block >= has) return EINVAL;
    argument.blocks = std::min(argument.blocks, has - argument.start_block);
    std::memcpy(argument.edid, edid.data() + argument.start_block * edid_block,
                argument.blocks * edid_block);
    return 0;
  }
  if (argument.start_block != 0) return EINVAL;
  if (argument.blocks > model_.edid_blocks) {
    argument.blocks = model_.edid_blocks;
    return E2BIG;
  }
  edid.assign(argument.edid, argument.edid + argument.blocks * edid_block);
  return 0;
}

int Camera::audio_ioctl(unsigned long request, v4l2_audio& argument) {
  if (model_.audio_inputs.empty()) return ENOTTY;
  const auto possible = input_at(input_).audio;
  auto index = argument.index;
  if (request != VIDIOC_ENUMAUDIO && possible == 0) return EINVAL;
  if (request == VIDIOC_G_AUDIO) index = audio_input_;
  if (index >= model_.audio_inputs.size()) return EINVAL;
  if (request == VIDIOC_S_AUDIO) {
    if ((possible >> index & 1U) == 0) return EINVAL;
    audio_input_ = index;
  }
  argument = {};
  argument.index = index;
  put_text(argument.name, model_.audio_inputs[index]);
  return 0;
}

int Camera::g_tuner(v4l2_tuner& answer) const {
  if (answer.index != 0) return EINVAL;
  if (!input_at(input_).has_tuner) return EINVAL;
  answer = {};
  put_text(answer.name, "TV Tuner");
  answer.type = V4L2_TUNER_ANALOG_TV;
  answer.capability = model_.tuner.capabilities;
  answer.rangelow = model_.tuner.least;
  answer.rangehigh = model_.tuner.most;
  return 0;
}

int Camera::frequency_ioctl(bool set, v4l2_frequency& argument) {
  if (argument.tuner != 0 || !input_at(input_).has_tuner) return EINVAL;
  if (set) {
    if (argument.type != V4L2_TUNER_ANALOG_TV) return EINVAL;
    frequency_ = std::clamp(argument.frequency, model_.tuner.least, model_.tuner.most);
    return 0;
  }
  argument.type = V4L2_TUNER_ANALOG_TV;
  argument.frequency = frequency_;
  return 0;
}

}  // namespace fake
