// Tests which controls turn a picture, and the tag of a camera that is mounted askew.

#include "controls/direction.h"

#include <string>

#include <gtest/gtest.h>

namespace {

using v4l2gst::orientation_tag;
using v4l2gst::Turners;
using v4l2gst::wishes_for;

constexpr Turners all{.flip_x = true, .flip_y = true, .rotate = true};
constexpr Turners flips{.flip_x = true, .flip_y = true};
constexpr Turners rotation{.rotate = true};
constexpr Turners nothing{};

/// Returns the wishes as "NAME=VALUE NAME=VALUE".
std::string text_of(GstVideoOrientationMethod direction, const Turners& turners) {
  const auto wishes = wishes_for(direction, turners);
  if (!wishes) return "none can";
  std::string text;
  for (const auto& wish : *wishes)
    text += (text.empty() ? "" : " ") + wish.name + "=" +
            std::to_string(std::get<std::int64_t>(wish.value));
  return text;
}

TEST(Direction, UsesFlipsWhereThereAreBothFlipsAndRotation) {
  EXPECT_EQ("rotate=0 horizontal_flip=0 vertical_flip=0",
            text_of(GST_VIDEO_ORIENTATION_IDENTITY, all));
  EXPECT_EQ("rotate=0 horizontal_flip=1 vertical_flip=0",
            text_of(GST_VIDEO_ORIENTATION_HORIZ, all));
  EXPECT_EQ("rotate=0 horizontal_flip=0 vertical_flip=1", text_of(GST_VIDEO_ORIENTATION_VERT, all));
  EXPECT_EQ("rotate=0 horizontal_flip=1 vertical_flip=1", text_of(GST_VIDEO_ORIENTATION_180, all));
  EXPECT_EQ("rotate=90 horizontal_flip=0 vertical_flip=0", text_of(GST_VIDEO_ORIENTATION_90R, all));
  EXPECT_EQ("rotate=270 horizontal_flip=0 vertical_flip=0",
            text_of(GST_VIDEO_ORIENTATION_90L, all));
}

TEST(Direction, AsksFlipsAloneForNoRotation) {
  EXPECT_EQ("horizontal_flip=0 vertical_flip=0", text_of(GST_VIDEO_ORIENTATION_IDENTITY, flips));
  EXPECT_EQ("horizontal_flip=1 vertical_flip=1", text_of(GST_VIDEO_ORIENTATION_180, flips));
}

TEST(Direction, TurnsByRotationAloneWhereItCan) {
  EXPECT_EQ("rotate=0", text_of(GST_VIDEO_ORIENTATION_IDENTITY, rotation));
  EXPECT_EQ("rotate=180", text_of(GST_VIDEO_ORIENTATION_180, rotation));
  EXPECT_EQ("rotate=90", text_of(GST_VIDEO_ORIENTATION_90R, rotation));
}

TEST(Direction, WishesForWhatTheDeviceLacksSoThatItIsReported) {
  EXPECT_EQ("rotate=0 horizontal_flip=1", text_of(GST_VIDEO_ORIENTATION_HORIZ, rotation));
  EXPECT_EQ("rotate=90 horizontal_flip=0 vertical_flip=0",
            text_of(GST_VIDEO_ORIENTATION_90R, flips));
  EXPECT_EQ("horizontal_flip=1", text_of(GST_VIDEO_ORIENTATION_HORIZ, nothing));
  EXPECT_EQ("", text_of(GST_VIDEO_ORIENTATION_IDENTITY, nothing));
}

TEST(Direction, HasNoDiagonals) {
  EXPECT_EQ("none can", text_of(GST_VIDEO_ORIENTATION_UL_LR, all));
  EXPECT_EQ("none can", text_of(GST_VIDEO_ORIENTATION_UR_LL, all));
}

TEST(Direction, LeavesTheDeviceAloneForAutoAndCustom) {
  EXPECT_EQ("", text_of(GST_VIDEO_ORIENTATION_AUTO, all));
  EXPECT_EQ("", text_of(GST_VIDEO_ORIENTATION_CUSTOM, all));
}

TEST(OrientationTag, CountsTheOtherWayRound) {
  EXPECT_STREQ("rotate-0", orientation_tag(0).value());
  EXPECT_STREQ("rotate-270", orientation_tag(90).value());
  EXPECT_STREQ("rotate-180", orientation_tag(180).value());
  EXPECT_STREQ("rotate-90", orientation_tag(270).value());
  EXPECT_STREQ("rotate-0", orientation_tag(360).value());
}

TEST(OrientationTag, HasQuarterTurnsOnly) {
  EXPECT_FALSE(orientation_tag(45));
  EXPECT_FALSE(orientation_tag(-90));
}

}  // namespace
