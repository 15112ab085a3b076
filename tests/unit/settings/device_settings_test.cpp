#include "settings/device_settings.h"

#include <gtest/gtest.h>

#include "rigs/core_rig.h"

namespace {

using core::Rig;
using v4l2::DeviceSettings;
using Names = std::vector<std::string>;

fake::Model grabber() {
  auto model = fake::webcam();
  model.inputs = 3;
  model.crops = true;
  model.composes = true;
  return model;
}

fake::Model tv_card() {
  auto model = grabber();
  model.standards = V4L2_STD_ALL;
  return model;
}

fake::Model capture_card() {
  auto model = grabber();
  model.input_capabilities = V4L2_IN_CAP_DV_TIMINGS;
  return model;
}

const v4l2::Node& node_of(const Rig& rig) {
  return *rig.device->node();
}

DeviceSettings setup_of(const Rig& rig) {
  return *DeviceSettings::watch(node_of(rig), *v4l2::current_input(node_of(rig)), rig.format.size);
}

void select_input(const Rig& rig, int index) {
  ASSERT_TRUE(node_of(rig).call(v4l2::request::s_input, index));
}

v4l2_dv_timings timings() {
  v4l2_dv_timings made{};
  made.type = V4L2_DV_BT_656_1120;
  made.bt.width = 1280;
  made.bt.height = 720;
  made.bt.pixelclock = 74250000;
  return made;
}

constexpr v4l2_rect corner{.left = 16, .top = 8, .width = 320, .height = 240};
constexpr v4l2_rect place{.left = 16, .top = 8, .width = 160, .height = 120};

TEST(DeviceSettings, TheInputIsRestored) {
  const Rig former{grabber()};
  select_input(former, 2);
  const Rig later{grabber()};
  EXPECT_EQ(*setup_of(former).restore_input(node_of(later)), Names{});
  EXPECT_EQ(later.camera->input(), 2U);
  EXPECT_EQ(*setup_of(former).restore_input(node_of(later)), Names{});
  EXPECT_EQ(later.camera->calls(VIDIOC_S_INPUT), 1U);
}

TEST(DeviceSettings, AnInputThatIsGoneIsTold) {
  const Rig former{grabber()};
  select_input(former, 2);
  const Rig later;
  EXPECT_EQ(*setup_of(former).restore_input(node_of(later)), Names{"input Fake Camera"});
}

TEST(DeviceSettings, TheStandardIsRestored) {
  const Rig former{tv_card()};
  v4l2_std_id standard = V4L2_STD_PAL_BG;
  ASSERT_TRUE(node_of(former).call(v4l2::request::s_std, standard));
  const Rig later{tv_card()};
  EXPECT_EQ(*setup_of(former).restore_input(node_of(later)), Names{});
  EXPECT_EQ(later.camera->standard(), V4L2_STD_PAL_BG);
  const Rig busy{tv_card()};
  busy.camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_S_STD, EBUSY); });
  EXPECT_EQ(*setup_of(former).restore_input(node_of(busy)), Names{"standard"});
}

TEST(DeviceSettings, TimingsAreRestored) {
  const Rig former{capture_card()};
  auto wanted = timings();
  ASSERT_TRUE(node_of(former).call(v4l2::request::s_dv_timings, wanted));
  const Rig later{capture_card()};
  EXPECT_EQ(*setup_of(former).restore_input(node_of(later)), Names{});
  EXPECT_EQ(later.camera->timings().bt.width, 1280U);
  EXPECT_EQ(*setup_of(former).restore_input(node_of(later)), Names{});
  EXPECT_EQ(later.camera->calls(VIDIOC_S_DV_TIMINGS), 1U);
}

TEST(DeviceSettings, RectanglesAreRestored) {
  const Rig former{grabber()};
  ASSERT_TRUE(*v4l2::select(node_of(former), V4L2_SEL_TGT_CROP, corner));
  ASSERT_TRUE(*v4l2::select(node_of(former), V4L2_SEL_TGT_COMPOSE, place));
  const auto setup = setup_of(former);
  const Rig later{grabber()};
  ASSERT_TRUE(setup.prepare_crop(node_of(later)));
  EXPECT_TRUE(v4l2::same(later.camera->crop(), corner));
  EXPECT_EQ(*setup.restore_picture(node_of(later), {320, 240}), Names{});
  EXPECT_TRUE(v4l2::same(later.camera->compose(), place));
  EXPECT_EQ(later.camera->calls(VIDIOC_S_SELECTION), 2U);
  // The rectangle has no defined place in a frame of another size.
  const Rig large{grabber()};
  EXPECT_EQ(*setup.restore_picture(node_of(large), {640, 480}), Names{});
  EXPECT_FALSE(v4l2::same(large.camera->compose(), place));
  EXPECT_TRUE(v4l2::same(large.camera->crop(), corner));
}

TEST(DeviceSettings, RectanglesThatAreRefusedAreTold) {
  const Rig former{grabber()};
  ASSERT_TRUE(*v4l2::select(node_of(former), V4L2_SEL_TGT_CROP, corner));
  ASSERT_TRUE(*v4l2::select(node_of(former), V4L2_SEL_TGT_COMPOSE, place));
  const Rig later;
  EXPECT_EQ(*setup_of(former).restore_picture(node_of(later), {320, 240}),
            (Names{"crop", "compose"}));
}

TEST(DeviceSettings, RectanglesAreLookedAtAgainWhileTheDeviceIsThere) {
  Rig rig{grabber()};
  auto setup = setup_of(rig);
  ASSERT_TRUE(*v4l2::select(node_of(rig), V4L2_SEL_TGT_CROP, corner));
  setup.look_again(node_of(rig));
  EXPECT_TRUE(v4l2::same(*setup.crop, corner));
  ASSERT_TRUE(*v4l2::select(node_of(rig), V4L2_SEL_TGT_CROP, {0, 0, 64, 48}));
  rig.kernel.unplug(core::path);
  setup.look_again(node_of(rig));
  EXPECT_TRUE(v4l2::same(*setup.crop, corner));
}

TEST(DeviceSettings, OfALostDeviceIsAnError) {
  Rig rig{tv_card()};
  const auto setup = setup_of(rig);
  const auto input = *v4l2::current_input(node_of(rig));
  rig.kernel.unplug(core::path);
  EXPECT_FALSE(DeviceSettings::watch(node_of(rig), input, {}));
  EXPECT_FALSE(setup.restore_input(node_of(rig)));
  EXPECT_FALSE(setup.prepare_crop(node_of(rig)));
  EXPECT_FALSE(setup.restore_picture(node_of(rig), {}));
}

}  // namespace
