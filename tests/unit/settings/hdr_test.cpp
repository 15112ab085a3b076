#include "settings/hdr.h"

#include <gtest/gtest.h>

#include "device/device.h"
#include "fake/fake_kernel.h"

namespace {

constexpr v4l2_ctrl_hdr10_cll_info light{.max_content_light_level = 1000,
                                         .max_pic_average_light_level = 400};
constexpr v4l2_ctrl_hdr10_mastering_display display{
    .display_primaries_x = {8500, 6550, 35400},
    .display_primaries_y = {39850, 2300, 14600},
    .white_point_x = 15635,
    .white_point_y = 16450,
    .max_display_mastering_luminance = 10000000,
    .min_display_mastering_luminance = 50,
};

class Hdr : public testing::Test {
protected:
  v4l2::Result<std::optional<v4l2::HdrInfo>> ask() {
    camera = kernel.plug("/dev/video0", model);
    const auto device = v4l2::Device::open(kernel, "/dev/video0");
    if (error != 0)
      camera->fault([this](fake::Faults& faults) { faults.fail(VIDIOC_G_EXT_CTRLS, error, 2); });
    return v4l2::hdr_info(*device->node());
  }

  fake::FakeKernel kernel;
  fake::Model model = fake::webcam();
  std::shared_ptr<fake::Camera> camera;
  int error{};
};

TEST_F(Hdr, IsReadFromBothControls) {
  model.light_level = light;
  model.mastering_display = display;
  const auto info = ask();
  ASSERT_TRUE(info && *info);
  ASSERT_TRUE((*info)->light_level);
  EXPECT_EQ((*info)->light_level->max_content_light_level, 1000U);
  EXPECT_EQ((*info)->light_level->max_pic_average_light_level, 400U);
  ASSERT_TRUE((*info)->mastering_display);
  EXPECT_EQ((*info)->mastering_display->display_primaries_y[1], 2300U);
  EXPECT_EQ((*info)->mastering_display->min_display_mastering_luminance, 50U);
}

TEST_F(Hdr, MayBeHalf) {
  model.mastering_display = display;
  const auto info = ask();
  ASSERT_TRUE(info && *info);
  EXPECT_FALSE((*info)->light_level);
  EXPECT_TRUE((*info)->mastering_display);
}

TEST_F(Hdr, IsNothingWhereTheDeviceHasNoSuchControl) {
  const auto info = ask();
  ASSERT_TRUE(info);
  EXPECT_FALSE(*info);
  EXPECT_EQ(camera->calls(VIDIOC_G_EXT_CTRLS), 2U);
}

TEST_F(Hdr, IsNothingWhereTheDeviceHasNoControlsAtAll) {
  error = ENOTTY;
  model.light_level = light;
  const auto info = ask();
  ASSERT_TRUE(info);
  EXPECT_FALSE(*info);
}

TEST_F(Hdr, IsAnErrorWhereTheDeviceIsGone) {
  error = ENODEV;
  const auto info = ask();
  ASSERT_FALSE(info);
  EXPECT_EQ(info.error().code, ENODEV);
  EXPECT_STREQ(info.error().call, "VIDIOC_G_EXT_CTRLS");
}

}  // namespace
