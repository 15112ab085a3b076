// This file has the capabilities, modes and inputs of the device.

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <string_view>

#include "fuzz/device.h"

namespace fuzz {
namespace {

constexpr std::array fourccs{std::uint32_t{V4L2_PIX_FMT_YUYV}, std::uint32_t{V4L2_PIX_FMT_MJPEG},
                             std::uint32_t{V4L2_PIX_FMT_NV12M}};

void write(std::span<std::uint8_t> field, std::string_view text) {
  std::ranges::copy(text.substr(0, field.size() - 1), field.begin());
}

}  // namespace

int Device::query(v4l2_capability& answer) const {
  write(answer.driver, "fuzz");
  write(answer.card, "Caméra");
  write(answer.bus_info, "usb-1.2");
  const std::uint32_t picture =
      has(multiplanar) ? V4L2_CAP_VIDEO_CAPTURE_MPLANE : V4L2_CAP_VIDEO_CAPTURE;
  // No bit is left for a trait of its own.
  const std::uint32_t graph = has(old) && has(encodes) ? V4L2_CAP_IO_MC : 0U;
  answer.device_caps = graph | picture | V4L2_CAP_READWRITE |
                       (has(read_only) ? 0U : std::uint32_t{V4L2_CAP_STREAMING});
  answer.capabilities = answer.device_caps | V4L2_CAP_DEVICE_CAPS;
  return 0;
}

int Device::enumerate(v4l2_fmtdesc& answer) const {
  if (has(lacking)) return ENOTTY;
  if (answer.index >= (has(multiplanar) ? 3U : 2U)) return EINVAL;
  answer.pixelformat = fourccs[answer.index];
  answer.flags = answer.index == 1 ? V4L2_FMT_FLAG_COMPRESSED : V4L2_FMT_FLAG_CSC_COLORSPACE;
  write(answer.description, "A format");
  return 0;
}

int Device::enumerate(v4l2_frmsizeenum& answer) const {
  if (has(lacking)) return ENOTTY;
  if (!has(ranges)) {
    if (answer.index >= 3) return EINVAL;
    answer.type = V4L2_FRMSIZE_TYPE_DISCRETE;
    answer.discrete = {.width = 16U << answer.index, .height = 16};
    return 0;
  }
  answer.type = V4L2_FRMSIZE_TYPE_STEPWISE;
  answer.stepwise = {.min_width = 16,
                     .max_width = 64,
                     .step_width = 2,
                     .min_height = 8,
                     .max_height = 16,
                     .step_height = 2};
  return 0;
}

int Device::enumerate(v4l2_frmivalenum& answer) const {
  if (has(lacking)) return ENOTTY;
  if (!has(ranges)) {
    if (answer.index >= 3) return EINVAL;
    answer.type = V4L2_FRMIVAL_TYPE_DISCRETE;
    answer.discrete = {.numerator = answer.index + 1, .denominator = 30};
    return 0;
  }
  answer.type = answer.pixel_format == V4L2_PIX_FMT_MJPEG ? V4L2_FRMIVAL_TYPE_CONTINUOUS
                                                          : V4L2_FRMIVAL_TYPE_STEPWISE;
  answer.stepwise = {.min = {.numerator = 1, .denominator = 60},
                     .max = {.numerator = 1, .denominator = 1},
                     .step = {.numerator = 1, .denominator = 60}};
  return 0;
}

int Device::tell(v4l2_format& answer) const {
  if (!has(multiplanar)) {
    auto& pix = answer.fmt.pix;
    pix.pixelformat = fourcc_;
    pix.width = size_.width;
    pix.height = size_.height;
    pix.field = V4L2_FIELD_NONE;
    pix.colorspace = V4L2_COLORSPACE_REC709;
    pix.bytesperline = 2 * size_.width;
    pix.sizeimage = image_size();
    return 0;
  }
  auto& pix = answer.fmt.pix_mp;
  pix.pixelformat = fourcc_;
  pix.width = size_.width;
  pix.height = size_.height;
  pix.field = V4L2_FIELD_NONE;
  pix.colorspace = V4L2_COLORSPACE_REC709;
  pix.num_planes = static_cast<std::uint8_t>(planes_);
  for (auto& plane : std::span{pix.plane_fmt}.first(planes_)) {
    plane.bytesperline = 2 * size_.width;
    plane.sizeimage = image_size();
  }
  return 0;
}

int Device::set(v4l2_format& wish) {
  if (buffers_ != 0) return EBUSY;
  const bool mplane = has(multiplanar);
  const auto& single = wish.fmt.pix;
  const auto& multi = wish.fmt.pix_mp;
  const auto fourcc = mplane ? multi.pixelformat : single.pixelformat;
  fourcc_ = std::ranges::find(fourccs, fourcc) != fourccs.end() ? fourcc : fourccs[0];
  size_ = {.width = std::clamp(mplane ? multi.width : single.width, 16U, 64U),
           .height = std::clamp(mplane ? multi.height : single.height, 8U, 16U)};
  planes_ = mplane && fourcc_ == V4L2_PIX_FMT_NV12M ? 2 : 1;
  return tell(wish);
}

int Device::tell(v4l2_streamparm& answer) const {
  if (has(lacking)) return ENOTTY;
  answer.parm.capture.capability = V4L2_CAP_TIMEPERFRAME;
  answer.parm.capture.timeperframe = period_;
  return 0;
}

int Device::describe(v4l2_input& answer) const {
  write(answer.name, "Input");
  answer.std = has(analog) ? V4L2_STD_ALL : V4L2_STD_UNKNOWN;
  answer.capabilities = has(digital) ? V4L2_IN_CAP_DV_TIMINGS : V4L2_IN_CAP_STD;
  return 0;
}

int Device::tell(v4l2_dv_timings& answer) const {
  if (!has(digital)) return ENODATA;
  answer.type = V4L2_DV_BT_656_1120;
  answer.bt.width = 1920;
  answer.bt.height = 1080;
  answer.bt.pixelclock = 148500000;
  return 0;
}

int Device::tell(v4l2_selection& answer) const {
  const auto& known = answer.target == V4L2_SEL_TGT_CROP ? crop_ : compose_;
  const v4l2_rect whole{.left = 0, .top = 0, .width = 2 * size_.width, .height = size_.height};
  answer.r = known.value_or(whole);
  return 0;
}

int Device::set(v4l2_selection& wish) {
  wish.r.width &= ~1U;  // as the hardware rounds it
  (wish.target == V4L2_SEL_TGT_CROP ? crop_ : compose_) = wish.r;
  return 0;
}

}  // namespace fuzz
