// Cropping, composing and the pixel aspect.

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include "fake/camera.h"

namespace fake {
namespace {

/// Whether the buffer type captures video, over either API.
bool for_capture(std::uint32_t type) {
  return type == V4L2_BUF_TYPE_VIDEO_CAPTURE || type == V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
}

/// Returns where a range of `length` begins that is moved inside another one. An implausible frame
/// is wider than an int has room for.
std::int32_t moved_inside(std::int32_t begin, std::uint32_t length, std::int32_t least,
                          std::uint32_t whole) {
  const auto most = std::int64_t{least} + whole - length;
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(begin, least, most));
}

/// Makes `rectangle` no larger than `whole`, and moves it inside.
v4l2_rect moved_inside(v4l2_rect rectangle, const v4l2_rect& whole) {
  rectangle.width = std::min(rectangle.width, whole.width);
  rectangle.height = std::min(rectangle.height, whole.height);
  rectangle.left = moved_inside(rectangle.left, rectangle.width, whole.left, whole.width);
  rectangle.top = moved_inside(rectangle.top, rectangle.height, whole.top, whole.height);
  return rectangle;
}

}  // namespace

/// Returns the rectangle of the whole picture.
v4l2_rect Camera::bounds() const {
  if (model_.formats.empty()) return {};
  if (model_.bounds.width != 0) return model_.bounds;
  const auto& size = model_.formats.front().modes.front().size;
  return {.left = 0, .top = 0, .width = size.width, .height = size.height};
}

v4l2_rect Camera::crop() {
  const std::lock_guard lock{mutex_};
  return crop_;
}

v4l2_rect Camera::compose() {
  const std::lock_guard lock{mutex_};
  return compose_;
}

int Camera::cropcap(v4l2_cropcap& answer) const {
  const bool selects = model_.crops || model_.composes;
  if (model_.pixel_aspect.numerator == 0 && !selects) return ENOTTY;
  if (!for_capture(answer.type)) return EINVAL;
  answer.pixelaspect = model_.pixel_aspect.numerator != 0 ? model_.pixel_aspect : v4l2_fract{1, 1};
  answer.bounds = model_.crops ? bounds() : whole_frame();
  answer.defrect = answer.bounds;
  return 0;
}

v4l2_rect Camera::whole_frame() const {
  return {.left = 0, .top = 0, .width = format_.size.width, .height = format_.size.height};
}

int Camera::g_selection(v4l2_selection& answer) const {
  const bool crops = model_.pixel_aspect.numerator != 0 || model_.crops;
  if (!crops && !model_.composes) return ENOTTY;
  if (!for_capture(answer.type)) return EINVAL;
  switch (answer.target) {
    case V4L2_SEL_TGT_CROP:
      if (!crops) return EINVAL;
      answer.r = model_.crops ? crop_ : whole_frame();
      return 0;
    case V4L2_SEL_TGT_CROP_DEFAULT:
    case V4L2_SEL_TGT_CROP_BOUNDS:
      if (!crops) return EINVAL;
      answer.r = model_.crops ? bounds() : whole_frame();
      return 0;
    case V4L2_SEL_TGT_COMPOSE:
      if (!model_.composes) return EINVAL;
      answer.r = compose_;
      return 0;
    case V4L2_SEL_TGT_COMPOSE_DEFAULT:
    case V4L2_SEL_TGT_COMPOSE_BOUNDS:
      if (!model_.composes) return EINVAL;
      answer.r = whole_frame();
      return 0;
    default:
      return EINVAL;
  }
}

int Camera::s_selection(v4l2_selection& wanted) {
  if (!model_.composes && !model_.crops) return ENOTTY;
  if (!for_capture(wanted.type)) return EINVAL;
  if (wanted.target == V4L2_SEL_TGT_COMPOSE && model_.composes) return select_compose(wanted.r);
  if (wanted.target == V4L2_SEL_TGT_CROP && model_.crops) return select_crop(wanted.r);
  return EINVAL;
}

int Camera::select_compose(v4l2_rect& wanted) {
  if (queue_.busy() && !model_.pans) return EBUSY;
  if (!model_.scales && !model_.crops)
    wanted = {wanted.left, wanted.top, bounds().width, bounds().height};
  wanted = moved_inside(wanted, whole_frame());
  if (!model_.scales && model_.crops) {
    crop_ = moved_inside({crop_.left, crop_.top, wanted.width, wanted.height}, bounds());
    wanted = moved_inside({wanted.left, wanted.top, crop_.width, crop_.height}, whole_frame());
  }
  compose_ = wanted;
  return 0;
}

int Camera::select_crop(v4l2_rect& wanted) {
  if (queue_.busy() && !model_.pans) return EBUSY;
  const auto step = model_.crop_step;
  const auto aligned = [step](std::int32_t corner) {
    return corner / static_cast<std::int32_t>(step) * static_cast<std::int32_t>(step);
  };
  wanted = moved_inside(
      {aligned(wanted.left), aligned(wanted.top), std::max(wanted.width / step, 1U) * step,
       std::max(wanted.height / step, 1U) * step},
      bounds());
  if (!model_.scales) {
    // The frame has to have room for the picture. Without composing it has no more.
    v4l2::Size size{wanted.width, wanted.height};
    if (model_.composes)
      size = {std::max(size.width, format_.size.width), std::max(size.height, format_.size.height)};
    if (size != format_.size && queue_.busy()) return EBUSY;
    resize(size);
    compose_ =
        moved_inside({compose_.left, compose_.top, wanted.width, wanted.height}, whole_frame());
  }
  crop_ = wanted;
  return 0;
}

/// Changes the rectangles as VIDIOC_S_FMT does, since the format has another size.
void Camera::fit_rectangles() {
  if (model_.scales) {
    compose_ = moved_inside(compose_, whole_frame());
    return;
  }
  if (model_.crops && !model_.composes) {
    crop_.width = format_.size.width;
    crop_.height = format_.size.height;
  }
  if (model_.crops)
    crop_ = moved_inside({crop_.left, crop_.top, std::min(crop_.width, format_.size.width),
                          std::min(crop_.height, format_.size.height)},
                         bounds());
  compose_ = moved_inside({compose_.left, compose_.top, crop_.width, crop_.height}, whole_frame());
}

/// Sets frames of another size, with the format's other properties.
void Camera::resize(v4l2::Size size) {
  if (size == format_.size) return;
  auto format = format_;
  format.size = size;
  const auto planes = planes_of(model_, format.fourcc.code, size);
  for (std::size_t plane = 0; plane < planes.size(); ++plane)
    format.planes[plane] = {.bytes_per_line = planes[plane].bytes_per_line,
                            .size_image = planes[plane].size};
  set_format(format);
}

}  // namespace fake
