// The selection ioctls give the visible part of the picture and the pixel aspect.

#include "settings/selection.h"

#include <utility>

#include <gtest/gtest.h>

#include "rigs/core_rig.h"

namespace {

using core::Rig;

fake::Model tv_card() {
  auto model = fake::webcam();
  model.standards = V4L2_STD_ALL;
  return model;
}

// ---- pixel aspect -------------------------------------------------------------------------------

TEST(PixelAspect, IsGivenAsHeightOverWidth) {
  auto model = tv_card();
  model.pixel_aspect = {54, 59};  // PAL
  Rig rig{model};
  EXPECT_EQ(*v4l2::pixel_aspect(*rig.device->node(), {320, 240}), (v4l2::PixelAspect{59, 54}));
}

TEST(PixelAspect, FollowsWhatIsScaled) {
  auto model = tv_card();
  model.pixel_aspect = {54, 59};
  Rig rig{model};
  // The crop rectangle is 320x240. Each pixel of a frame of half the width is twice as wide.
  EXPECT_EQ(*v4l2::pixel_aspect(*rig.device->node(), {160, 240}), (v4l2::PixelAspect{59, 27}));
}

TEST(PixelAspect, FollowsTheComposeRectangle) {
  auto model = tv_card();
  model.pixel_aspect = {54, 59};
  model.crops = true;
  model.composes = true;
  Rig rig{model};
  const auto& node = *rig.device->node();
  EXPECT_EQ(*v4l2::pixel_aspect(node, {320, 240}), (v4l2::PixelAspect{59, 54}));
  // Half of the frame's width shows all of the picture. A margin is no part of it.
  ASSERT_TRUE(*v4l2::select(node, V4L2_SEL_TGT_COMPOSE, {0, 0, 160, 240}));
  EXPECT_EQ(*v4l2::pixel_aspect(node, {320, 240}), (v4l2::PixelAspect{59, 27}));
  // In buffers of one field, the rectangle has half of the lines.
  ASSERT_TRUE(*v4l2::select(node, V4L2_SEL_TGT_COMPOSE, {0, 0, 320, 120}));
  EXPECT_EQ(*v4l2::pixel_aspect(node, {320, 240}, {.lines = 2}), (v4l2::PixelAspect{59, 54}));
}

TEST(PixelAspect, OfSquarePixelsFollowsOnlyAChosenRectangle) {
  auto model = fake::webcam();
  model.crops = true;
  Rig rig{model};
  const auto& node = *rig.device->node();
  ASSERT_TRUE(*v4l2::select(node, V4L2_SEL_TGT_CROP, {0, 0, 320, 480}));
  EXPECT_EQ(*v4l2::pixel_aspect(node, {640, 480}), (v4l2::PixelAspect{1, 1}));
  EXPECT_EQ(*v4l2::pixel_aspect(node, {640, 480}, {.chosen = true}), (v4l2::PixelAspect{1, 2}));
}

TEST(PixelAspect, IsSquareWhereNobodySaysMore) {
  Rig rig;
  EXPECT_EQ(*v4l2::pixel_aspect(*rig.device->node(), {320, 240}), (v4l2::PixelAspect{1, 1}));
  for (const v4l2_fract odd : {v4l2_fract{0, 0}, {1, 0}, {7, 7}, {0xffffffff, 1}}) {
    auto model = tv_card();
    model.pixel_aspect = odd;
    Rig strange{model};
    EXPECT_EQ(*v4l2::pixel_aspect(*strange.device->node(), {320, 240}), (v4l2::PixelAspect{1, 1}));
  }
}

TEST(PixelAspect, IsThatOfThePictureWhereTheCropCannotBe) {
  auto model = tv_card();
  model.pixel_aspect = {3, 4};
  Rig rig{model};
  rig.camera->fault([](fake::Faults& faults) {
    faults.alter<v4l2_selection>(VIDIOC_G_SELECTION, [](auto& answer) {
      answer.r.width = 1U << 31U;  // 4 times this, times the frame's height, is 2^64
      answer.r.height = 1;
    });
  });
  EXPECT_EQ(*v4l2::pixel_aspect(*rig.device->node(), {1, 1U << 31U}), (v4l2::PixelAspect{4, 3}));
}

// ---- compose rectangle --------------------------------------------------------------------------

TEST(Compose, FillsTheFrame) {
  auto model = fake::webcam();
  model.composes = true;
  Rig rig{model};
  const auto& node = *rig.device->node();
  ASSERT_TRUE(v4l2::fill_frame(node));
  v4l2_selection compose{};
  compose.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  compose.target = V4L2_SEL_TGT_COMPOSE;
  ASSERT_TRUE(node.call(v4l2::request::g_selection, compose));
  EXPECT_EQ((v4l2::Size{compose.r.width, compose.r.height}), rig.camera->format().size);
}

TEST(Compose, IsLeftAloneWhereThereIsNone) {
  Rig rig;
  ASSERT_TRUE(v4l2::fill_frame(*rig.device->node()));
  EXPECT_EQ(rig.camera->calls(VIDIOC_S_SELECTION), 0U);
}

TEST(Compose, MayBeRefused) {
  auto model = fake::webcam();
  model.composes = true;
  Rig rig{model};
  rig.camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_S_SELECTION, EINVAL); });
  EXPECT_TRUE(v4l2::fill_frame(*rig.device->node()));
}

}  // namespace
