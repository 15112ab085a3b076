// The tracing kernel logs calls, and changes neither their results nor errno.

#include "device/tracing_kernel.h"

#include <cerrno>
#include <string>
#include <vector>

#include <fcntl.h>

#include <gtest/gtest.h>

#include "device/device.h"
#include "device/modes.h"
#include "fake/fake_kernel.h"
#include "kernel/node.h"
#include "kernel/request.h"

namespace {

class TracingKernelTest : public testing::Test {
protected:
  /// Returns the last line of the log.
  const std::string& last() { return lines.back(); }

  fake::FakeKernel real;
  std::shared_ptr<fake::Camera> camera = real.plug("/dev/video0", fake::webcam());
  std::vector<std::string> lines;
  int refusals{};
  v4l2::TracingKernel kernel{real, [this](const std::string& line, bool refused) {
                               lines.push_back(line);
                               refusals += refused ? 1 : 0;
                               errno = EDOM;  // as a sink's own calls may set it
                             }};
};

TEST_F(TracingKernelTest, HasALineForEachCallOfADevice) {
  const auto device = v4l2::Device::open(kernel, "/dev/video0");
  ASSERT_TRUE(device);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_TRUE(lines[0].starts_with("open /dev/video0: descriptor "));
  EXPECT_TRUE(lines[1].starts_with("VIDIOC_QUERYCAP("));
  EXPECT_NE(lines[1].find("Fake Camera, driver fake"), std::string::npos);
}

TEST_F(TracingKernelTest, ShowsWhatWasAskedAndWhatWasAnswered) {
  const auto device = v4l2::Device::open(kernel, "/dev/video0");
  ASSERT_TRUE(device);
  v4l2::Format format;
  format.fourcc = {V4L2_PIX_FMT_YUYV};
  format.size = {.width = 319, .height = 241};
  ASSERT_TRUE(device->set_format(format));
  EXPECT_NE(last().find(": YUYV 319x241"), std::string::npos) << last();
  EXPECT_NE(last().find(": YUYV 320x240"), std::string::npos) << last();
}

TEST_F(TracingKernelTest, KeepsTheErrnoOfACallThatFailed) {
  EXPECT_EQ(kernel.open("/dev/video7", O_RDWR), -1);
  EXPECT_EQ(errno, ENOENT);
  EXPECT_EQ(last(), "open /dev/video7: No such file or directory (2)");
  const auto device = v4l2::Device::open(kernel, "/dev/video0");
  ASSERT_TRUE(device);
  camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_S_FMT, EBUSY); });
  const auto refused = device->set_format({});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, EBUSY);
  EXPECT_TRUE(last().ends_with(": Device or resource busy (16)")) << last();
}

TEST_F(TracingKernelTest, GivesANumberWhereItKnowsNoName) {
  const auto device = v4l2::Device::open(kernel, "/dev/video0");
  ASSERT_TRUE(device);
  v4l2_audio audio{};
  kernel.ioctl(device->node()->descriptor(), VIDIOC_G_AUDOUT, &audio);
  EXPECT_TRUE(last().starts_with("ioctl 0x80345631(")) << last();
}

/// The end of a list is no refusal. Neither is the answer that no frame is ready.
TEST_F(TracingKernelTest, TellsRefusalsFromUsualEnds) {
  const auto device = v4l2::Device::open(kernel, "/dev/video0");
  ASSERT_TRUE(device);
  kernel.tell_refusals_only(true);
  lines.clear();
  ASSERT_TRUE(device->modes()->formats());
  v4l2_event event{};
  EXPECT_EQ(kernel.ioctl(device->node()->descriptor(), VIDIOC_DQEVENT, &event), -1);
  EXPECT_EQ(errno, ENOENT);
  EXPECT_TRUE(lines.empty()) << lines.front();
  EXPECT_EQ(refusals, 0);
  camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_S_FMT, EBUSY); });
  v4l2::Format format;
  format.fourcc = {V4L2_PIX_FMT_YUYV};
  EXPECT_FALSE(device->set_format(format));
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_NE(last().find(": YUYV 0x0"), std::string::npos) << last();
  EXPECT_EQ(refusals, 1);
}

/// The planes of a multi-planar buffer are the caller's. The tracer does not read them.
TEST_F(TracingKernelTest, FollowsNoPointer) {
  const auto device = v4l2::Device::open(kernel, "/dev/video0");
  ASSERT_TRUE(device);
  v4l2_buffer buffer{};
  buffer.type = V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
  buffer.length = 8;
  buffer.m.planes = nullptr;
  EXPECT_EQ(kernel.ioctl(device->node()->descriptor(), VIDIOC_QUERYBUF, &buffer), -1);
  EXPECT_NE(last().find("8 planes"), std::string::npos) << last();
}

}  // namespace
