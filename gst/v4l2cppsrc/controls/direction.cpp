#include "controls/direction.h"

#include <array>

namespace v4l2gst {
namespace {

using v4l2::ControlWish;

ControlWish wish(const char* name, std::int64_t value) {
  return {.name = name, .value = value};
}

/// Wishes for the flips, and for no rotation where there is one. Without flips a half turn is
/// wished for as a rotation. A flip that the device lacks is wished for, so that it is reported.
std::vector<ControlWish> flips(bool horizontal, bool vertical, const Turners& turners) {
  std::vector<ControlWish> wishes;
  if (turners.rotate) {
    const bool half_turn = horizontal && vertical && !turners.flip_x && !turners.flip_y;
    wishes.push_back(wish("rotate", half_turn ? 180 : 0));
    if (half_turn) return wishes;
  }
  if (horizontal || turners.flip_x) wishes.push_back(wish("horizontal_flip", horizontal ? 1 : 0));
  if (vertical || turners.flip_y) wishes.push_back(wish("vertical_flip", vertical ? 1 : 0));
  return wishes;
}

std::vector<ControlWish> quarter_turn(std::int64_t degrees, const Turners& turners) {
  std::vector<ControlWish> wishes{wish("rotate", degrees)};
  if (turners.flip_x) wishes.push_back(wish("horizontal_flip", 0));
  if (turners.flip_y) wishes.push_back(wish("vertical_flip", 0));
  return wishes;
}

}  // namespace

std::optional<std::vector<ControlWish>> wishes_for(GstVideoOrientationMethod direction,
                                                   const Turners& turners) {
  switch (direction) {
    case GST_VIDEO_ORIENTATION_IDENTITY:
      return flips(false, false, turners);
    case GST_VIDEO_ORIENTATION_HORIZ:
      return flips(true, false, turners);
    case GST_VIDEO_ORIENTATION_VERT:
      return flips(false, true, turners);
    case GST_VIDEO_ORIENTATION_180:
      return flips(true, true, turners);
    case GST_VIDEO_ORIENTATION_90R:
      return quarter_turn(90, turners);
    case GST_VIDEO_ORIENTATION_90L:
      return quarter_turn(270, turners);
    case GST_VIDEO_ORIENTATION_UL_LR:
    case GST_VIDEO_ORIENTATION_UR_LL:
      return std::nullopt;
    default:
      return std::vector<ControlWish>{};
  }
}

std::optional<const char*> orientation_tag(std::int64_t degrees) {
  constexpr std::array tags{"rotate-0", "rotate-270", "rotate-180", "rotate-90"};
  if (degrees < 0 || degrees % 90 != 0) return std::nullopt;
  return tags.at(static_cast<std::size_t>(degrees / 90 % 4));
}

}  // namespace v4l2gst
