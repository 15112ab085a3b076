// An identity says which camera a node belongs to. The camera can be found by it later.

#include "device/identity.h"

#include <gtest/gtest.h>

#include "fake/fake_kernel.h"

namespace {

using v4l2::find_camera;
using v4l2::identity_of;
using v4l2::nodes_of;
using v4l2::same_camera;
using Paths = std::vector<std::string>;

fake::Model metadata_of(fake::Model camera) {
  camera.device_caps = V4L2_CAP_META_CAPTURE | V4L2_CAP_STREAMING;
  camera.index = 1;
  return camera;
}

struct Identity : testing::Test {
  void plug(const std::string& path, const fake::Model& model) { kernel.plug(path, model); }

  /// Plugs in a camera with its metadata node.
  void plug_pair(const std::string& path, const std::string& sibling, const fake::Model& model) {
    plug(path, model);
    plug(sibling, metadata_of(model));
  }

  fake::FakeKernel kernel;
};

TEST_F(Identity, OfAUsbCamera) {
  plug("/dev/video3", fake::usb_camera("A1", "1-1.2"));
  const auto identity = identity_of(kernel, "/dev/video3");
  EXPECT_TRUE(identity.known());
  EXPECT_TRUE(identity.usb());
  EXPECT_EQ(identity.serial, "A1");
  EXPECT_EQ(identity.vendor_id, "046d");
  EXPECT_EQ(identity.product_id, "0825");
  EXPECT_EQ(identity.port, "1-1.2");
  EXPECT_EQ(identity.usb_bus(), "1");
  EXPECT_EQ(identity.function, "1.0");
  EXPECT_EQ(identity.card, "Fake Camera");
  EXPECT_EQ(identity.index, 0U);
  EXPECT_EQ(identity.usb_speed_mbps, 480U);
  EXPECT_FALSE(identity.serial_shared);
}

TEST_F(Identity, OfWhatIsNoUsbDevice) {
  auto model = fake::webcam();
  model.port = "vivid.0";
  plug("/dev/video0", model);
  model.index = 2;
  plug("/dev/video1", model);
  const auto identity = identity_of(kernel, "/dev/video0");
  EXPECT_TRUE(identity.known());
  EXPECT_FALSE(identity.usb());
  EXPECT_EQ(identity.port, "vivid.0");
  EXPECT_EQ(identity.usb_bus(), "");
  EXPECT_EQ(find_camera(kernel, identity), "/dev/video0");
  EXPECT_EQ(find_camera(kernel, identity_of(kernel, "/dev/video1")), "/dev/video1");
  EXPECT_EQ(nodes_of(kernel, identity), (Paths{"/dev/video0", "/dev/video1"}));
}

TEST_F(Identity, IsUnknownWithoutSysfsAndThenNothingIsTheSame) {
  for (const auto* const path : {"/dev/video9", "/dev/null", "/etc/passwd", "/nowhere", ""}) {
    const auto identity = identity_of(kernel, path);
    EXPECT_FALSE(identity.usb()) << path;
    if (identity.known()) continue;  // the kernel decides what it knows of /dev/null
    EXPECT_FALSE(same_camera(identity, identity)) << path;
    EXPECT_EQ(find_camera(kernel, identity), std::nullopt) << path;
    EXPECT_TRUE(nodes_of(kernel, identity).empty()) << path;
  }
}

TEST_F(Identity, IsOfTheNodeThatALinkLeadsTo) {
  plug("/dev/video3", fake::usb_camera("A1", "1-1"));
  plug("/dev/video4", fake::usb_camera("B2", "1-2"));
  kernel.link("/dev/v4l/by-id/camera", "/dev/video4");
  EXPECT_EQ(identity_of(kernel, "/dev/v4l/by-id/camera").serial, "B2");
}

TEST_F(Identity, DoesNotBelieveTheNameOfANode) {
  // docker run --device=/dev/video4:/dev/video0
  auto model = fake::usb_camera("B2", "1-2");
  model.number = "4";
  plug("/dev/video0", model);
  const auto identity = identity_of(kernel, "/dev/video0");
  EXPECT_EQ(identity.serial, "B2");
  EXPECT_EQ(find_camera(kernel, identity), "/dev/video0");
}

TEST_F(Identity, IsFoundUnderAnotherNumberInAnotherPort) {
  plug_pair("/dev/video0", "/dev/video1", fake::usb_camera("A1", "1-1"));
  const auto camera = identity_of(kernel, "/dev/video0");
  const auto metadata = identity_of(kernel, "/dev/video1");
  EXPECT_FALSE(same_camera(camera, metadata));
  EXPECT_EQ(nodes_of(kernel, camera), (Paths{"/dev/video0", "/dev/video1"}));
  kernel.unplug("/dev/video0");
  EXPECT_EQ(find_camera(kernel, camera), std::nullopt);
  EXPECT_EQ(find_camera(kernel, metadata), "/dev/video1");
  kernel.unplug("/dev/video1");
  // The metadata node comes first, so that the node numbers mislead.
  auto model = fake::usb_camera("A1", "2-1");
  model.usb_speed = "5000";
  plug_pair("/dev/video3", "/dev/video2", model);
  EXPECT_EQ(find_camera(kernel, camera), "/dev/video3");
  EXPECT_EQ(find_camera(kernel, metadata), "/dev/video2");
  EXPECT_EQ(identity_of(kernel, "/dev/video3").usb_speed_mbps, 5000U);
}

TEST_F(Identity, IsNotThatOfWhoTookTheNumber) {
  plug("/dev/video0", fake::usb_camera("A1", "1-1"));
  const auto camera = identity_of(kernel, "/dev/video0");
  kernel.unplug("/dev/video0");
  // Another camera of the same model follows, even in the same port.
  plug("/dev/video0", fake::usb_camera("B2", "1-1"));
  EXPECT_EQ(find_camera(kernel, camera), std::nullopt);
  kernel.unplug("/dev/video0");
  auto other_model = fake::usb_camera("A1", "1-1");
  other_model.product_id = "0826";
  plug("/dev/video0", other_model);
  EXPECT_EQ(find_camera(kernel, camera), std::nullopt);
  kernel.unplug("/dev/video0");
  plug("/dev/video0", fake::webcam());
  EXPECT_EQ(find_camera(kernel, camera), std::nullopt);
  plug("/dev/video1", fake::usb_camera("A1", "1-4"));
  EXPECT_EQ(find_camera(kernel, camera), "/dev/video1");
}

TEST_F(Identity, OfCamerasWithoutSerialIsTheirPort) {
  plug("/dev/video0", fake::usb_camera("", "1-1"));
  plug("/dev/video1", fake::usb_camera("", "1-2"));
  const auto left = identity_of(kernel, "/dev/video0");
  const auto right = identity_of(kernel, "/dev/video1");
  EXPECT_FALSE(same_camera(left, right));
  kernel.unplug("/dev/video0");
  kernel.unplug("/dev/video1");
  EXPECT_EQ(find_camera(kernel, left), std::nullopt);
  plug("/dev/video0", fake::usb_camera("", "1-2"));
  EXPECT_EQ(find_camera(kernel, left), std::nullopt) << "the other one came first";
  EXPECT_EQ(find_camera(kernel, right), "/dev/video0");
  plug("/dev/video1", fake::usb_camera("", "1-1"));
  EXPECT_EQ(find_camera(kernel, left), "/dev/video1");
  EXPECT_EQ(find_camera(kernel, right), "/dev/video0");
}

TEST_F(Identity, OfCamerasThatShareASerialIsTheirPort) {
  plug("/dev/video0", fake::usb_camera("SN0001", "1-1"));
  plug("/dev/video1", fake::usb_camera("SN0001", "1-2"));
  const auto left = identity_of(kernel, "/dev/video0");
  const auto right = identity_of(kernel, "/dev/video1");
  EXPECT_TRUE(left.serial_shared);
  EXPECT_FALSE(same_camera(left, right));
  kernel.unplug("/dev/video0");
  EXPECT_EQ(find_camera(kernel, left), std::nullopt) << "the right one is not the left one";
  kernel.unplug("/dev/video1");
  plug("/dev/video0", fake::usb_camera("SN0001", "1-2"));
  plug("/dev/video1", fake::usb_camera("SN0001", "1-1"));
  EXPECT_EQ(find_camera(kernel, left), "/dev/video1");
  EXPECT_EQ(find_camera(kernel, right), "/dev/video0");
}

TEST_F(Identity, IsThePortsWhereAnotherOfTheSameSerialCameLater) {
  plug("/dev/video0", fake::usb_camera("SN0001", "1-1"));
  const auto camera = identity_of(kernel, "/dev/video0");
  EXPECT_FALSE(camera.serial_shared);
  plug("/dev/video1", fake::usb_camera("SN0001", "1-2"));
  EXPECT_EQ(find_camera(kernel, camera), "/dev/video0");
  plug("/dev/video2", fake::usb_camera("SN0001", "1-3"));
  kernel.unplug("/dev/video0");
  EXPECT_EQ(find_camera(kernel, camera), std::nullopt) << "two candidates, in neither's port";
}

TEST_F(Identity, TellsTheParts) {
  // A stereo camera is one USB device with one serial number and two functions.
  auto left = fake::usb_camera("A1", "1-1");
  auto right = left;
  right.function = "1.2";
  plug("/dev/video0", left);
  plug("/dev/video1", right);
  const auto identity = identity_of(kernel, "/dev/video1");
  EXPECT_FALSE(identity.serial_shared);
  EXPECT_FALSE(same_camera(identity, identity_of(kernel, "/dev/video0")));
  kernel.unplug("/dev/video0");
  kernel.unplug("/dev/video1");
  plug("/dev/video0", right);
  plug("/dev/video1", left);
  EXPECT_EQ(find_camera(kernel, identity), "/dev/video0");
}

TEST_F(Identity, OpensNothing) {
  const auto camera = kernel.plug("/dev/video0", fake::usb_camera("A1", "1-1"));
  find_camera(kernel, identity_of(kernel, "/dev/video0"));
  EXPECT_EQ(kernel.open_count("/dev/video0"), 0U);
  EXPECT_EQ(camera->all_calls(), 0U);
}

TEST(SystemKernel, ReadsSmallFilesAndResolvesPaths) {
  auto& kernel = v4l2::system_kernel();
  EXPECT_EQ(kernel.read_text("/proc/self/comm"), "core_tests");
  EXPECT_EQ(kernel.read_text("/nowhere"), "");
  EXPECT_EQ(kernel.read_text("/dev"), "");
  EXPECT_EQ(kernel.read_text("/dev/zero").size(), 4096U);
  EXPECT_EQ(kernel.real_path("/proc/self/../self/.."), "/proc");
  EXPECT_EQ(kernel.real_path("/nowhere"), "");
  EXPECT_EQ(kernel.device_number("/dev/null"), "1:3");
  EXPECT_EQ(kernel.device_number("/dev"), "");
  EXPECT_EQ(kernel.device_number("/nowhere"), "");
}

}  // namespace
