#include "settings/standards.h"

#include <gtest/gtest.h>

#include "rigs/core_rig.h"

namespace {

using core::Rig;

TEST(Standards, HaveTheNamesOfV4l2src) {
  EXPECT_EQ(v4l2::standards().size(), 30U);
  EXPECT_EQ(v4l2::name_of_standard(45056), "NTSC");
  EXPECT_EQ(v4l2::name_of_standard(255), "PAL");
  EXPECT_EQ(v4l2::name_of_standard(16711680), "SECAM");
  EXPECT_EQ(v4l2::name_of_standard(8388608), "SECAM-Lc");
  EXPECT_EQ(v4l2::name_of_standard(3), "");
  EXPECT_EQ(v4l2::standards_within(V4L2_STD_NTSC_M | V4L2_STD_PAL_BG),
            (std::vector<std::string>{"NTSC-M", "PAL-BG", "PAL-B", "PAL-B1", "PAL-G"}));
}

TEST(Standards, AreSetOnce) {
  auto model = fake::webcam();
  model.standards = V4L2_STD_PAL;
  Rig rig{model};
  const auto& node = *rig.device->node();
  EXPECT_TRUE(*v4l2::set_standard(node, V4L2_STD_PAL_BG));
  EXPECT_TRUE(*v4l2::set_standard(node, V4L2_STD_PAL_BG));
  EXPECT_EQ(rig.camera->calls(VIDIOC_S_STD), 1U);
  EXPECT_EQ(rig.camera->standard(), V4L2_STD_PAL_BG);
  EXPECT_FALSE(*v4l2::set_standard(node, V4L2_STD_NTSC));
  rig.allocate();
  EXPECT_EQ(v4l2::set_standard(node, V4L2_STD_PAL_I).error().code, EBUSY);
}

}  // namespace
