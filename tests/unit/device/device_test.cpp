#include "device/device.h"

#include <array>

#include <fcntl.h>
#include <sys/eventfd.h>

#include <gtest/gtest.h>

#include "device/modes.h"
#include "device/ranges.h"
#include "fake/fake_kernel.h"

namespace {

using v4l2::Device;
using v4l2::IntervalAnswer;
using v4l2::NodeKind;

constexpr auto path = "/dev/video0";

TEST(Device, IsOpenedAndIdentified) {
  fake::FakeKernel kernel;
  kernel.plug(path, fake::webcam());
  {
    const auto device = Device::open(kernel, path);
    ASSERT_TRUE(device);
    EXPECT_EQ(device->capability().kind(), NodeKind::capture);
    EXPECT_EQ(device->capability().card_name(), "Fake Camera");
    EXPECT_EQ(device->buffer_type(), v4l2::BufferType::capture);
    EXPECT_EQ(kernel.open_count(path), 1U);
  }
  EXPECT_EQ(kernel.open_count(path), 0U);
}

TEST(Device, OpenFailsWithTheCallAndTheErrno) {
  fake::FakeKernel kernel;
  const auto missing = Device::open(kernel, path);
  ASSERT_FALSE(missing);
  EXPECT_STREQ(missing.error().call, "open");
  EXPECT_EQ(missing.error().code, ENOENT);

  kernel.refuse(path, EACCES);
  EXPECT_EQ(Device::open(kernel, path).error().code, EACCES);

  const auto no_device = Device::open(kernel, "/dev/null");
  ASSERT_FALSE(no_device);
  EXPECT_STREQ(no_device.error().call, "VIDIOC_QUERYCAP");
  EXPECT_EQ(no_device.error().code, ENOTTY);
}

TEST(Device, LacksAFormatUntilItIsFed) {
  fake::FakeKernel kernel;
  auto model = fake::webcam();
  model.formats.clear();
  const auto camera = kernel.plug(path, model);
  const auto device = Device::open(kernel, path);
  ASSERT_TRUE(device);
  EXPECT_TRUE(device->lacks_format());
  camera->feed(fake::webcam().formats);
  EXPECT_FALSE(device->lacks_format());
}

TEST(Device, LacksNoFormatWhereItOnlyFailsToTell) {
  fake::FakeKernel kernel;
  const auto camera = kernel.plug(path, fake::webcam());
  const auto device = Device::open(kernel, path);
  ASSERT_TRUE(device);
  EXPECT_FALSE(device->lacks_format());
  EXPECT_EQ(camera->calls(VIDIOC_ENUM_FMT), 0U);
  for (const int error : {EINVAL, EIO}) {
    camera->fault([error](fake::Faults& faults) { faults.fail(VIDIOC_G_FMT, error); });
    EXPECT_FALSE(device->lacks_format());
  }
}

TEST(Device, InterruptedCallsAreMadeAgain) {
  fake::FakeKernel kernel;
  const auto camera = kernel.plug(path, fake::webcam());
  camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_QUERYCAP, EINTR, 3); });
  EXPECT_TRUE(Device::open(kernel, path));
  EXPECT_EQ(camera->calls(VIDIOC_QUERYCAP), 4U);
}

TEST(Device, KindsAreToldApart) {
  using Kind = std::pair<std::uint32_t, NodeKind>;
  const std::array kinds{
      Kind{V4L2_CAP_VIDEO_CAPTURE, NodeKind::capture},
      Kind{V4L2_CAP_VIDEO_CAPTURE_MPLANE, NodeKind::capture},
      Kind{V4L2_CAP_VIDEO_CAPTURE_MPLANE | V4L2_CAP_IO_MC, NodeKind::capture},
      Kind{V4L2_CAP_META_CAPTURE, NodeKind::metadata},
      Kind{V4L2_CAP_VIDEO_OUTPUT, NodeKind::output},
      Kind{V4L2_CAP_VIDEO_M2M_MPLANE, NodeKind::memory_to_memory},
      Kind{V4L2_CAP_VBI_CAPTURE, NodeKind::vbi},
      Kind{V4L2_CAP_RADIO, NodeKind::radio},
      Kind{V4L2_CAP_SDR_CAPTURE, NodeKind::sdr},
      Kind{V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_TOUCH, NodeKind::touch},
      Kind{0, NodeKind::other},
  };
  for (const auto& [caps, kind] : kinds) {
    fake::FakeKernel kernel;
    kernel.plug(path, fake::node_with(caps, "Node"));
    EXPECT_EQ(Device::open(kernel, path)->capability().kind(), kind) << std::hex << caps;
  }
}

TEST(Device, FormatIsWhatTheDriverMadeOfIt) {
  fake::FakeKernel kernel;
  kernel.plug(path, fake::webcam());
  const auto device = Device::open(kernel, path);
  v4l2::Format wanted;
  wanted.fourcc = {V4L2_PIX_FMT_NV12};
  wanted.size = {.width = 300, .height = 200};
  const auto actual = device->set_format(wanted);
  ASSERT_TRUE(actual);
  EXPECT_EQ(actual->size, (v4l2::Size{320, 240}));
  EXPECT_EQ(actual->plane_count, 1U);
  EXPECT_EQ(actual->planes[0].size_image, 320U * 240 * 3 / 2);
  EXPECT_EQ(*device->format(), *actual);
}

TEST(Device, ColoursAreTheDriversUnlessItConverts) {
  constexpr v4l2::Colorimetry own{.colorspace = V4L2_COLORSPACE_REC709,
                                  .transfer = V4L2_XFER_FUNC_SRGB};
  v4l2::Format wanted;
  wanted.fourcc = {V4L2_PIX_FMT_YUYV};
  wanted.size = {.width = 640, .height = 480};
  wanted.colorimetry = {.colorspace = V4L2_COLORSPACE_BT2020,
                        .quantization = V4L2_QUANTIZATION_FULL_RANGE};
  for (auto model : {fake::webcam(), fake::multiplanar_camera()})
    for (const bool converts : {false, true})
      for (const bool convert : {false, true}) {
        fake::FakeKernel kernel;
        model.colorimetry = own;
        model.csc = converts;
        kernel.plug(path, model);
        const auto device = Device::open(kernel, path);
        EXPECT_EQ(device->modes()->formats()->front().converts_colorspace(), converts);
        wanted.convert = convert;
        auto expected = own;
        if (convert && converts) {
          expected.colorspace = V4L2_COLORSPACE_BT2020;
          expected.quantization = V4L2_QUANTIZATION_FULL_RANGE;
        }
        EXPECT_EQ(device->set_format(wanted)->colorimetry, expected);
        EXPECT_EQ(device->format()->colorimetry, expected);
      }
}

TEST(Device, MultiplanarFormatHasAMemoryPlaneForEachColourPlane) {
  fake::FakeKernel kernel;
  kernel.plug(path, fake::multiplanar_camera());
  const auto device = Device::open(kernel, path);
  v4l2::Format wanted;
  wanted.fourcc = {V4L2_PIX_FMT_YUV420M};
  wanted.size = {.width = 640, .height = 480};
  const auto actual = device->set_format(wanted);
  ASSERT_TRUE(actual);
  ASSERT_EQ(actual->plane_count, 3U);
  EXPECT_EQ(actual->planes[1].bytes_per_line, 320U);
  EXPECT_EQ(actual->planes[2].size_image, 320U * 240);
}

TEST(Device, IntervalIsWhatTheDriverSettledOn) {
  fake::FakeKernel kernel;
  const auto camera = kernel.plug(path, fake::webcam());
  const auto device = Device::open(kernel, path);
  EXPECT_EQ(*device->set_interval({1, 14}), (IntervalAnswer{.interval = {1, 15}}));
  EXPECT_EQ(*device->interval(), (v4l2::Interval{1, 15}));
}

TEST(Device, IntervalIsUnknownWhereTheDriverHasNone) {
  fake::FakeKernel kernel;
  auto model = fake::webcam();
  model.has_rates = false;
  kernel.plug(path, model);
  const auto device = Device::open(kernel, path);
  EXPECT_EQ(*device->set_interval({1, 30}), IntervalAnswer{});
  EXPECT_FALSE(device->interval()->known());
}

TEST(Device, AnIntervalThatIsRefusedLeavesTheOneThatIsTold) {
  fake::FakeKernel kernel;
  const auto camera = kernel.plug(path, fake::webcam());
  const auto device = Device::open(kernel, path);
  camera->fault([](fake::Faults& faults) {
    faults.fail(VIDIOC_S_PARM, EINVAL);
    faults.fail(VIDIOC_S_PARM, ENOTTY);
    faults.fail(VIDIOC_S_PARM, EIO);
  });
  EXPECT_EQ(*device->set_interval({1, 15}), (IntervalAnswer{.interval = {1, 30}, .refused = true}));
  EXPECT_EQ(*device->set_interval({1, 15}), (IntervalAnswer{.interval = {1, 30}}));
  EXPECT_EQ(device->set_interval({1, 15}).error().code, EIO);
  // A driver without V4L2_CAP_TIMEPERFRAME may return the request as its answer.
  camera->fault([](fake::Faults& faults) {
    faults.alter<v4l2_streamparm>(
        VIDIOC_S_PARM, [](v4l2_streamparm& answer) { answer.parm.capture.capability = 0; });
  });
  EXPECT_EQ(*device->set_interval({1, 15}), (IntervalAnswer{.interval = {1, 30}}));
}

TEST(Device, AnIntervalIsSetWithoutChangingOtherParameters) {
  fake::FakeKernel kernel;
  auto model = fake::webcam();
  model.capture_mode = 0x2000;
  const auto camera = kernel.plug(path, model);
  const auto device = Device::open(kernel, path);
  EXPECT_EQ(*device->set_interval({1, 15}), (IntervalAnswer{.interval = {1, 15}}));
  // The other parameters are zero when VIDIOC_G_PARM fails. This driver refuses zeroes.
  camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_G_PARM, EIO); });
  EXPECT_EQ(*device->set_interval({1, 30}), (IntervalAnswer{.interval = {}, .refused = true}));
  camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_G_PARM, ENODEV); });
  EXPECT_EQ(device->set_interval({1, 30}).error().code, ENODEV);
}

TEST(Device, ClosesWhatItWasExportedInVain) {
  class Generous final : public v4l2::Kernel {
  public:
    int open(const char*, int) override { return eventfd(0, EFD_CLOEXEC); }

    int ioctl(int, unsigned long request, void* argument) override {
      if (request == VIDIOC_QUERYCAP)
        static_cast<v4l2_capability*>(argument)->capabilities = V4L2_CAP_STREAMING;
      if (request == VIDIOC_EXPBUF)
        exported = static_cast<v4l2_exportbuffer*>(argument)->fd = eventfd(0, EFD_CLOEXEC);
      return 0;
    }

    void* mmap(std::size_t, int, off_t) override { return nullptr; }

    int poll(std::span<pollfd>, int) override { return 0; }

    ssize_t read(int, std::span<std::byte>) override { return 0; }

    std::chrono::nanoseconds monotonic_time() override { return {}; }

    std::chrono::nanoseconds wall_time(clockid_t) override { return {}; }

    std::vector<std::string> list(const char*) override { return {}; }

    std::string read_text(const char*) override { return {}; }

    std::string real_path(const char*) override { return {}; }

    std::string device_number(const char*) override { return {}; }

    int exported{-1};
  } generous;

  EXPECT_TRUE(Device::open(generous, path)->may_export());
  ASSERT_GE(generous.exported, 0);
  EXPECT_LT(fcntl(generous.exported, F_GETFD), 0);
}

TEST(Device, NodesAreListedInTheOrderOfTheirNumbers) {
  fake::FakeKernel kernel;
  for (const auto* node :
       {"/dev/video10", "/dev/video2", "/dev/video0", "/dev/videoX", "/dev/vbi0"})
    kernel.plug(node, fake::webcam());
  EXPECT_EQ(v4l2::video_nodes(kernel),
            (std::vector<std::string>{"/dev/video0", "/dev/video2", "/dev/video10"}));
}

}  // namespace
