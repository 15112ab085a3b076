#include "rigs/implausible_kernel.h"

#include <algorithm>
#include <cerrno>

#include <linux/videodev2.h>
#include <sys/mman.h>

#include "formats/format_table.h"

namespace fuzz {
namespace {

constexpr std::uint32_t endless = 0xffffffff;

}  // namespace

std::uint32_t below(Random& random, std::uint32_t limit) {
  return static_cast<std::uint32_t>(random() % limit);
}

bool once_in(Random& random, std::uint32_t times) {
  return below(random, times) == 0;
}

std::uint32_t odd_number(Random& random) {
  static constexpr std::array<std::uint32_t, 24> odd{
      0,     1,     2,     3,         5,          16,         17,         240,
      255,   256,   1079,  1919,      16384,      32767,      32768,      32769,
      65535, 65536, 90000, 1U << 24U, 0x7fffffff, 0x80000000, 0x80000001, 0xffffffff};
  return once_in(random, 6) ? static_cast<std::uint32_t>(random())
                            : pick<std::uint32_t>(random, odd);
}

Liar::Liar(v4l2::Kernel* honest, std::uint32_t seed, Habits habits)
    : honest_{honest}, random_{seed}, habits_{habits} {
  static constexpr std::array<std::uint32_t, 8> lengths{0, 1, 2, 3, 4, 6, 9, 14};
  length_ =
      habits_.endless || once_in(random_, 250) ? endless : pick<std::uint32_t>(random_, lengths);
  oddity_ = 1 + below(random_, 12);
  discretion_ = 1 + below(random_, 8);
}

int Liar::open(const char* path, int flags) {
  if (honest_ != nullptr) return honest_->open(path, flags);
  errno = ENOENT;
  return -1;
}

void* Liar::mmap(std::size_t length, int descriptor, std::int64_t offset) {
  if (honest_ != nullptr) return honest_->mmap(length, descriptor, offset);
  errno = ENODEV;
  return MAP_FAILED;
}

int Liar::poll(std::span<pollfd> descriptors, int timeout_ms) {
  return honest_ != nullptr ? honest_->poll(descriptors, timeout_ms) : 0;
}

ssize_t Liar::read(int descriptor, std::span<std::byte> into) {
  return honest_ != nullptr ? honest_->read(descriptor, into) : 0;
}

std::chrono::nanoseconds Liar::monotonic_time() {
  return honest_ != nullptr ? honest_->monotonic_time() : std::chrono::nanoseconds{};
}

std::chrono::nanoseconds Liar::wall_time(clockid_t clock) {
  return honest_ != nullptr ? honest_->wall_time(clock) : std::chrono::nanoseconds{};
}

std::string Liar::read_text(const char* path) {
  return honest_ != nullptr ? honest_->read_text(path) : std::string{};
}

std::string Liar::real_path(const char* path) {
  return honest_ != nullptr ? honest_->real_path(path) : std::string{};
}

std::string Liar::device_number(const char* path) {
  return honest_ != nullptr ? honest_->device_number(path) : std::string{};
}

std::vector<std::string> Liar::list(const char* directory) {
  return honest_ != nullptr ? honest_->list(directory) : std::vector<std::string>{};
}

int Liar::ioctl(int descriptor, unsigned long request, void* argument) {
  ++calls_;
  const bool lies = lies_about(request);
  if (!lies && honest_ != nullptr) return honest_->ioctl(descriptor, request, argument);
  // The caller asks again for the format that it has negotiated. Most answers must stay the same.
  if (request == VIDIOC_G_FMT && honest_ != nullptr &&
      honest_->ioctl(descriptor, request, argument) < 0)
    return -1;
  const int error = lies ? answer(request, argument) : ENOTTY;
  if (error == 0) return 0;
  errno = error;
  return -1;
}

bool Liar::lies_about(unsigned long request) const {
  switch (request) {
    case VIDIOC_ENUM_FMT:
    case VIDIOC_ENUM_FRAMESIZES:
    case VIDIOC_ENUM_FRAMEINTERVALS:
      return habits_.lists;
    case VIDIOC_G_FMT:
      return habits_.settings || habits_.agreements;
    case VIDIOC_G_PARM:
    case VIDIOC_ENUMINPUT:
    case VIDIOC_QUERY_DV_TIMINGS:
    case VIDIOC_G_DV_TIMINGS:
    case VIDIOC_QUERYSTD:
    case VIDIOC_G_STD:
    case VIDIOC_CROPCAP:
    case VIDIOC_G_SELECTION:
      return habits_.settings;
    case VIDIOC_S_FMT:
    case VIDIOC_S_PARM:
      return habits_.agreements;
    default:
      return false;
  }
}

int Liar::answer(unsigned long request, void* argument) {
  static constexpr std::array errors{EIO,     EIO,    EBUSY,  ENOMEM, ENOTTY,
                                     ENODATA, EINVAL, ENODEV, ERANGE};
  if (once_in(random_, 12)) return EINTR;
  if (habits_.may_fail && once_in(random_, 150)) return pick<int>(random_, errors);
  switch (request) {
    case VIDIOC_ENUM_FMT:
      if (ends(static_cast<v4l2_fmtdesc*>(argument)->index)) return EINVAL;
      list_format(argument);
      return 0;
    case VIDIOC_ENUM_FRAMESIZES:
      if (ends(static_cast<v4l2_frmsizeenum*>(argument)->index)) return EINVAL;
      list_size(argument);
      return 0;
    case VIDIOC_ENUM_FRAMEINTERVALS:
      if (ends(static_cast<v4l2_frmivalenum*>(argument)->index)) return EINVAL;
      list_interval(argument);
      return 0;
    case VIDIOC_ENUMINPUT:
      tell_input(argument);
      return 0;
    case VIDIOC_G_FMT:
    case VIDIOC_S_FMT:
      tell_format(argument);
      return 0;
    case VIDIOC_G_PARM:
    case VIDIOC_S_PARM:
      tell_rate(argument);
      return 0;
    case VIDIOC_QUERY_DV_TIMINGS:
    case VIDIOC_G_DV_TIMINGS:
      tell_timings(argument);
      return once_in(random_, 6) ? ENOLINK : 0;
    case VIDIOC_QUERYSTD:
    case VIDIOC_G_STD:
      *static_cast<v4l2_std_id*>(argument) = random_();
      return 0;
    default:
      tell_crop(request, argument);
      return once_in(random_, 6) ? ENOTTY : 0;
  }
}

bool Liar::ends(std::uint32_t index) {
  if (length_ == endless) return false;
  return index >= length_ && !once_in(random_, 8);
}

std::uint32_t Liar::fourcc() {
  if (once_in(random_, oddity_ + 3)) return odd_number(random_);
  return pick<v4l2gst::FormatRow>(random_, v4l2gst::format_table).fourcc;
}

std::uint32_t Liar::number() {
  static constexpr std::array<std::uint32_t, 12> usual{120, 160,  240,  320,  480,  640,
                                                       720, 1080, 1280, 1920, 2160, 3840};
  return once_in(random_, oddity_) ? odd_number(random_) : pick<std::uint32_t>(random_, usual);
}

/// Fills a name with letters or with bytes that are no text. Half of the names have no terminating
/// null.
void Liar::fill_name(std::span<std::uint8_t> field) {
  const bool letters = once_in(random_, 2);
  for (auto& byte : field)
    byte = static_cast<std::uint8_t>(letters ? ' ' + below(random_, 95) : 1 + below(random_, 255));
  if (once_in(random_, 2)) field[below(random_, static_cast<std::uint32_t>(field.size()))] = 0;
}

void Liar::list_format(void* argument) {
  auto& wire = *static_cast<v4l2_fmtdesc*>(argument);
  wire.index = once_in(random_, 5) ? odd_number(random_) : wire.index;
  wire.type = once_in(random_, 9) ? odd_number(random_) : wire.type;
  wire.flags = static_cast<std::uint32_t>(random_());
  wire.pixelformat = fourcc();
  fill_name(wire.description);
}

void Liar::list_size(void* argument) {
  auto& wire = *static_cast<v4l2_frmsizeenum*>(argument);
  wire.type = V4L2_FRMSIZE_TYPE_DISCRETE;
  wire.discrete = {.width = number(), .height = number()};
  if (!once_in(random_, discretion_)) return;
  wire.type = once_in(random_, 4) ? odd_number(random_) : std::uint32_t{V4L2_FRMSIZE_TYPE_STEPWISE};
  std::array<std::uint32_t, 2> across{number(), number()};
  std::array<std::uint32_t, 2> down{number(), number()};
  if (!once_in(random_, 4)) {
    std::ranges::sort(across);
    std::ranges::sort(down);
  }
  const auto step = [this] {
    return once_in(random_, 2) ? 1U << below(random_, 6) : odd_number(random_);
  };
  wire.stepwise = {.min_width = across[0],
                   .max_width = across[1],
                   .step_width = step(),
                   .min_height = down[0],
                   .max_height = down[1],
                   .step_height = step()};
}

void Liar::list_interval(void* argument) {
  auto& wire = *static_cast<v4l2_frmivalenum*>(argument);
  const auto part = [this](std::uint32_t usual) {
    return once_in(random_, oddity_) ? odd_number(random_) : usual;
  };
  const auto interval = [&]() -> v4l2_fract {
    return {.numerator = part(1), .denominator = part(1 + below(random_, 120))};
  };
  wire.type = V4L2_FRMIVAL_TYPE_DISCRETE;
  wire.discrete = interval();
  if (!once_in(random_, discretion_)) return;
  wire.type = once_in(random_, 4) ? odd_number(random_) : std::uint32_t{V4L2_FRMIVAL_TYPE_STEPWISE};
  wire.stepwise = {.min = interval(), .max = interval(), .step = interval()};
}

void Liar::tell_input(void* argument) {
  auto& wire = *static_cast<v4l2_input*>(argument);
  wire.index = once_in(random_, 5) ? odd_number(random_) : wire.index;
  fill_name(wire.name);
  wire.capabilities = once_in(random_, 2) ? V4L2_IN_CAP_DV_TIMINGS : odd_number(random_);
  wire.std = once_in(random_, 2) ? 0 : random_();
}

void Liar::tell_format(void* argument) {
  auto& wire = *static_cast<v4l2_format*>(argument);
  const auto field = [this] {
    return once_in(random_, oddity_) ? odd_number(random_) : below(random_, 10);
  };
  const auto colour = [this] {
    return once_in(random_, oddity_) ? odd_number(random_) : below(random_, 14);
  };
  // Most answers are as requested. Otherwise the negotiation would never succeed.
  const auto as_asked = [this] {
    return !once_in(random_, oddity_ + 1);
  };
  if (wire.type == V4L2_BUF_TYPE_VIDEO_CAPTURE) {
    auto& pix = wire.fmt.pix;
    if (!as_asked()) pix.width = number();
    if (!as_asked()) pix.height = number();
    if (!as_asked()) pix.pixelformat = fourcc();
    pix.field = field();
    pix.bytesperline = number();
    pix.sizeimage = odd_number(random_);
    pix.colorspace = colour();
    pix.xfer_func = colour();
    pix.ycbcr_enc = colour();
    pix.quantization = colour();
    return;
  }
  auto& pix = wire.fmt.pix_mp;
  if (!as_asked()) pix.width = number();
  if (!as_asked()) pix.height = number();
  if (!as_asked()) pix.pixelformat = fourcc();
  pix.field = field();
  pix.colorspace = colour();
  pix.num_planes = static_cast<std::uint8_t>(once_in(random_, oddity_) ? odd_number(random_) : 2);
  for (auto& plane : pix.plane_fmt) {
    plane.bytesperline = number();
    plane.sizeimage = odd_number(random_);
  }
}

void Liar::tell_rate(void* argument) {
  auto& capture = static_cast<v4l2_streamparm*>(argument)->parm.capture;
  capture.capability = once_in(random_, 4) ? odd_number(random_) : V4L2_CAP_TIMEPERFRAME;
  if (once_in(random_, oddity_)) capture.timeperframe.numerator = odd_number(random_);
  if (once_in(random_, oddity_)) capture.timeperframe.denominator = odd_number(random_);
}

void Liar::tell_timings(void* argument) {
  auto& wire = *static_cast<v4l2_dv_timings*>(argument);
  wire.type = once_in(random_, 4) ? odd_number(random_) : V4L2_DV_BT_656_1120;
  wire.bt.width = number();
  wire.bt.height = number();
  wire.bt.interlaced = below(random_, 3);
  wire.bt.pixelclock = std::uint64_t{odd_number(random_)} * odd_number(random_);
  wire.bt.hfrontporch = odd_number(random_);
}

void Liar::tell_crop(unsigned long request, void* argument) {
  if (request == VIDIOC_CROPCAP) {
    static_cast<v4l2_cropcap*>(argument)->pixelaspect = {.numerator = number(),
                                                         .denominator = number()};
    return;
  }
  auto& rectangle = static_cast<v4l2_selection*>(argument)->r;
  rectangle.width = number();
  rectangle.height = number();
}

}  // namespace fuzz
