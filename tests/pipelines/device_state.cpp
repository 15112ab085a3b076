#include "pipelines/device_state.h"

#include <cctype>
#include <numeric>

#include <fcntl.h>
#include <sys/ioctl.h>

namespace pipelines {
namespace {

/// Returns a control's name as v4l2-ctl prints it. Letters are small, and each row of other
/// characters is one underscore.
std::string printed_name(const std::string& name) {
  std::string printed;
  bool gap = false;
  for (const char letter : name) {
    if (std::isalnum(static_cast<unsigned char>(letter)) == 0) {
      gap = true;
      continue;
    }
    if (gap && !printed.empty()) printed += '_';
    gap = false;
    printed += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  }
  return printed;
}

std::string size_text(std::uint32_t width, std::uint32_t height) {
  return std::to_string(width) + "x" + std::to_string(height);
}

std::string fourcc_text(std::uint32_t fourcc) {
  std::string text;
  for (unsigned shift = 0; shift < 32; shift += 8)
    text += static_cast<char>(fourcc >> shift & 0x7fU);
  while (text.ends_with(' '))
    text.pop_back();
  return text;
}

}  // namespace

DeviceState::DeviceState(const std::string& path)
    : descriptor_{open(path.c_str(), O_RDWR | O_CLOEXEC)} {}

template <class Argument>
bool DeviceState::call(unsigned long request, Argument& argument) const {
  return ioctl(descriptor_.get(), request, &argument) == 0;
}

std::uint32_t DeviceState::buffer_type() const {
  v4l2_capability capability{};
  if (!call(VIDIOC_QUERYCAP, capability)) return 0;
  return (capability.device_caps & V4L2_CAP_VIDEO_CAPTURE_MPLANE) != 0
             ? V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE
             : V4L2_BUF_TYPE_VIDEO_CAPTURE;
}

std::optional<DeviceState::Format> DeviceState::format() const {
  v4l2_format format{};
  format.type = buffer_type();
  if (!call(VIDIOC_G_FMT, format)) return {};
  // Both APIs have the size at the same place, but not the fourcc.
  if (format.type == V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE)
    return Format{.fourcc = fourcc_text(format.fmt.pix_mp.pixelformat),
                  .size = size_text(format.fmt.pix_mp.width, format.fmt.pix_mp.height)};
  return Format{.fourcc = fourcc_text(format.fmt.pix.pixelformat),
                .size = size_text(format.fmt.pix.width, format.fmt.pix.height)};
}

std::optional<std::string> DeviceState::rate() const {
  v4l2_streamparm parameters{};
  parameters.type = buffer_type();
  if (!call(VIDIOC_G_PARM, parameters)) return {};
  const auto& interval = parameters.parm.capture.timeperframe;
  const auto divisor = std::gcd(interval.numerator, interval.denominator);
  if (divisor == 0) return {};
  return std::to_string(interval.denominator / divisor) + "/" +
         std::to_string(interval.numerator / divisor);
}

std::optional<v4l2_std_id> DeviceState::standard() const {
  v4l2_std_id standard{};
  if (!call(VIDIOC_G_STD, standard)) return {};
  return standard;
}

std::optional<v4l2_query_ext_ctrl> DeviceState::find(const std::string& name) const {
  v4l2_query_ext_ctrl control{};
  control.id = V4L2_CTRL_FLAG_NEXT_CTRL;
  while (call(VIDIOC_QUERY_EXT_CTRL, control)) {
    if (printed_name(&control.name[0]) == name) return control;
    control.id |= V4L2_CTRL_FLAG_NEXT_CTRL;
  }
  return {};
}

std::optional<std::int64_t> DeviceState::control(const std::string& name) const {
  const auto found = find(name);
  if (!found) return {};
  v4l2_ext_control value{};
  value.id = found->id;
  v4l2_ext_controls values{};
  values.count = 1;
  values.controls = &value;
  if (!call(VIDIOC_G_EXT_CTRLS, values)) return {};
  return found->type == V4L2_CTRL_TYPE_INTEGER64 ? value.value64 : value.value;
}

void DeviceState::reset_control(const std::string& name) const {
  const auto found = find(name);
  if (!found) return;
  v4l2_control value{.id = found->id, .value = static_cast<int>(found->default_value)};
  static_cast<void>(call(VIDIOC_S_CTRL, value));
}

void DeviceState::leave_standard(v4l2_std_id standard) const {
  v4l2_std_id other = (standard & V4L2_STD_NTSC) != 0 ? V4L2_STD_PAL : V4L2_STD_NTSC;
  static_cast<void>(call(VIDIOC_S_STD, other));
}

std::optional<std::string> DeviceState::crop() const {
  v4l2_selection selection{};
  selection.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  selection.target = V4L2_SEL_TGT_CROP;
  if (!call(VIDIOC_G_SELECTION, selection)) return {};
  const auto& rectangle = selection.r;
  return std::to_string(rectangle.left) + "," + std::to_string(rectangle.top) + " " +
         size_text(rectangle.width, rectangle.height);
}

void DeviceState::reset_crop() const {
  v4l2_selection selection{};
  selection.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  selection.target = V4L2_SEL_TGT_CROP_DEFAULT;
  if (!call(VIDIOC_G_SELECTION, selection)) return;
  selection.target = V4L2_SEL_TGT_CROP;
  static_cast<void>(call(VIDIOC_S_SELECTION, selection));
}

}  // namespace pipelines
