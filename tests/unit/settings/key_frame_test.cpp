#include "settings/key_frame.h"

#include <gtest/gtest.h>

#include "device/device.h"
#include "fake/fake_kernel.h"

namespace {

v4l2::Result<bool> force(const fake::Model& model, int error = 0) {
  fake::FakeKernel kernel;
  const auto camera = kernel.plug("/dev/video0", model);
  const auto device = v4l2::Device::open(kernel, "/dev/video0");
  if (error != 0)
    camera->fault([error](fake::Faults& faults) { faults.fail(VIDIOC_S_CTRL, error); });
  return v4l2::force_key_frame(*device->node());
}

TEST(KeyFrame, IsForcedWhereThereIsSuchAControl) {
  auto model = fake::webcam();
  const auto without = force(model);
  ASSERT_TRUE(without);
  EXPECT_FALSE(*without);
  model.forces_key_frames = true;
  const auto with = force(model);
  ASSERT_TRUE(with);
  EXPECT_TRUE(*with);
}

TEST(KeyFrame, IsNotForcedByADeviceWithoutControls) {
  const auto forced = force(fake::webcam(), ENOTTY);
  ASSERT_TRUE(forced);
  EXPECT_FALSE(*forced);
}

TEST(KeyFrame, AFailureIsAnError) {
  const auto forced = force(fake::webcam(), EBUSY);
  ASSERT_FALSE(forced);
  EXPECT_EQ(forced.error().code, EBUSY);
  EXPECT_STREQ(forced.error().call, "VIDIOC_S_CTRL");
}

}  // namespace
