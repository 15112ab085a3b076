#include "device/modes.h"

#include <gtest/gtest.h>

#include "device/device.h"
#include "fake/fake_kernel.h"
#include "kernel/node.h"

namespace {

constexpr v4l2::Fourcc yuyv{V4L2_PIX_FMT_YUYV};
constexpr v4l2::Size vga{.width = 640, .height = 480};

class Modes : public testing::Test {
protected:
  fake::FakeKernel kernel;
  std::shared_ptr<fake::Camera> camera = kernel.plug("/dev/video0", fake::webcam());
  v4l2::Device device = *v4l2::Device::open(kernel, "/dev/video0");
  v4l2::Modes& modes = *device.modes();

  template <class Argument>
  void implausible_value(unsigned long request, std::function<void(Argument&)> change,
                         unsigned times = 1) {
    camera->fault([&](fake::Faults& faults) { faults.alter<Argument>(request, change, times); });
  }
};

TEST_F(Modes, AreWhatTheDriverEnumerates) {
  const auto formats = modes.formats();
  ASSERT_TRUE(formats);
  ASSERT_EQ(formats->size(), 11U);
  EXPECT_EQ((*formats)[0].fourcc, yuyv);
  EXPECT_FALSE((*formats)[0].compressed());
  EXPECT_TRUE((*formats)[9].compressed());
  ASSERT_EQ(modes.sizes(yuyv)->size(), 2U);
  EXPECT_EQ((*modes.sizes(yuyv))[0].smallest, vga);
  EXPECT_TRUE((*modes.sizes(yuyv))[0].single());
  ASSERT_EQ(modes.intervals(yuyv, vga)->size(), 3U);
  EXPECT_EQ((*modes.intervals(yuyv, vga))[2].shortest, (v4l2::Interval{1, 10}));
}

TEST_F(Modes, TellWhichColoursADriverConverts) {
  implausible_value<v4l2_fmtdesc>(VIDIOC_ENUM_FMT, [](v4l2_fmtdesc& answer) {
    answer.flags |= V4L2_FMT_FLAG_CSC_YCBCR_ENC | V4L2_FMT_FLAG_CSC_QUANTIZATION;
  });
  const auto formats = *modes.formats();
  EXPECT_FALSE(formats[0].converts_colorspace());
  EXPECT_FALSE(formats[0].converts_transfer());
  EXPECT_TRUE(formats[0].converts_encoding());
  EXPECT_TRUE(formats[0].converts_quantization());
  EXPECT_FALSE(formats[1].converts_quantization());
  const v4l2::Colorimetry own{.colorspace = 8, .transfer = 2};
  const v4l2::Colorimetry wish{.colorspace = 1, .transfer = 1, .encoding = 1, .quantization = 1};
  EXPECT_EQ(formats[0].convertible(wish, own),
            (v4l2::Colorimetry{.colorspace = 8, .transfer = 2, .encoding = 1, .quantization = 1}));
  EXPECT_EQ(formats[1].convertible(wish, own), own);
  EXPECT_EQ(formats[0].convertible({}, wish), wish);
}

TEST_F(Modes, AreAskedForOnce) {
  for (int turn = 0; turn < 2; ++turn) {
    ASSERT_TRUE(modes.formats());
    ASSERT_TRUE(modes.sizes(yuyv));
    ASSERT_TRUE(modes.intervals(yuyv, vga));
  }
  EXPECT_EQ(camera->calls(VIDIOC_ENUM_FMT), 12U);
  EXPECT_EQ(camera->calls(VIDIOC_ENUM_FRAMESIZES), 3U);
  EXPECT_EQ(camera->calls(VIDIOC_ENUM_FRAMEINTERVALS), 4U);
}

TEST_F(Modes, KnowRanges) {
  implausible_value<v4l2_frmsizeenum>(VIDIOC_ENUM_FRAMESIZES, [](v4l2_frmsizeenum& answer) {
    answer.type = V4L2_FRMSIZE_TYPE_STEPWISE;
    answer.stepwise = {.min_width = 16,
                       .max_width = 4096,
                       .step_width = 0,
                       .min_height = 16,
                       .max_height = 2160,
                       .step_height = 2};
  });
  const auto sizes = modes.sizes(yuyv);
  ASSERT_EQ(sizes->size(), 1U);
  EXPECT_FALSE(sizes->front().single());
  EXPECT_EQ(sizes->front().step, (v4l2::Size{1, 2}));
  implausible_value<v4l2_frmivalenum>(VIDIOC_ENUM_FRAMEINTERVALS, [](v4l2_frmivalenum& answer) {
    answer.type = V4L2_FRMIVAL_TYPE_CONTINUOUS;
    answer.stepwise = {.min = {1, 120}, .max = {1, 1}, .step = {1, 1}};
  });
  const auto intervals = modes.intervals(yuyv, vga);
  ASSERT_EQ(intervals->size(), 1U);
  EXPECT_EQ(intervals->front().longest, (v4l2::Interval{1, 1}));
  EXPECT_FALSE(intervals->front().step.known());
}

TEST_F(Modes, LeaveOutRangesThatEndBeforeTheyBegin) {
  implausible_value<v4l2_frmsizeenum>(
      VIDIOC_ENUM_FRAMESIZES,
      [](v4l2_frmsizeenum& answer) {
        answer.type = V4L2_FRMSIZE_TYPE_STEPWISE;
        answer.stepwise = {.min_width = 4096,
                           .max_width = 16,
                           .step_width = 1,
                           .min_height = 16,
                           .max_height = 2160,
                           .step_height = 2};
      },
      1);
  EXPECT_TRUE(modes.sizes(yuyv)->empty());
  implausible_value<v4l2_frmivalenum>(VIDIOC_ENUM_FRAMEINTERVALS, [](v4l2_frmivalenum& answer) {
    answer.type = V4L2_FRMIVAL_TYPE_STEPWISE;
    answer.stepwise = {.min = {1, 1}, .max = {1, 30}, .step = {1, 1}};
  });
  EXPECT_TRUE(modes.intervals(yuyv, vga)->empty());
}

TEST_F(Modes, AreThereOnceHoweverOftenTheDriverSaysThem) {
  implausible_value<v4l2_fmtdesc>(
      VIDIOC_ENUM_FMT, [](v4l2_fmtdesc& answer) { answer.pixelformat = V4L2_PIX_FMT_YUYV; }, 11);
  EXPECT_EQ(modes.formats()->size(), 1U);
}

TEST(ModesOfASimpleDriver, AreWhatItIsSetTo) {
  fake::FakeKernel kernel;
  auto model = fake::webcam();
  model.lists_formats = false;
  kernel.plug("/dev/video0", model);
  const auto device = *v4l2::Device::open(kernel, "/dev/video0");
  const auto formats = device.modes()->formats();
  ASSERT_EQ(formats->size(), 1U);
  EXPECT_EQ(formats->front().fourcc, yuyv);
}

TEST(ModesOfABadDriver, EndEvenIfTheDriverNeverSaysSo) {
  // This kernel has an answer to every index. The fake ends its lists by itself.
  class Endless final : public v4l2::Kernel {
  public:
    int open(const char*, int) override { return -1; }

    int ioctl(int, unsigned long, void*) override { return ++calls > 100000 ? -1 : 0; }

    void* mmap(std::size_t, int, off_t) override { return nullptr; }

    int poll(std::span<pollfd>, int) override { return 0; }

    ssize_t read(int, std::span<std::byte>) override { return 0; }

    std::chrono::nanoseconds monotonic_time() override { return {}; }

    std::chrono::nanoseconds wall_time(clockid_t) override { return {}; }

    std::vector<std::string> list(const char*) override { return {}; }

    std::string read_text(const char*) override { return {}; }

    std::string real_path(const char*) override { return {}; }

    std::string device_number(const char*) override { return {}; }

    int calls{};
  } endless;

  const auto node = std::make_shared<const v4l2::Node>(endless, v4l2::UniqueFd{}, "");
  v4l2::Modes asked{node, v4l2::BufferType::capture};
  EXPECT_TRUE(asked.formats());
  EXPECT_LT(endless.calls, 1000);
  for (std::uint32_t code = 1; code < 2000; ++code) {
    EXPECT_TRUE(asked.sizes({code}));
    EXPECT_TRUE(asked.intervals({code}, vga));
  }
  EXPECT_LT(endless.calls, 20000);
}

TEST_F(Modes, AreEmptyWhereTheDriverCannotSay) {
  camera->fault([](fake::Faults& faults) {
    faults.fail(VIDIOC_ENUM_FRAMESIZES, ENOTTY);
    faults.fail(VIDIOC_ENUM_FRAMEINTERVALS, ENOTTY);
  });
  EXPECT_TRUE(modes.sizes(yuyv)->empty());
  EXPECT_TRUE(modes.intervals(yuyv, vga)->empty());
}

TEST_F(Modes, AreNotRememberedWhenAskingFailed) {
  camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_ENUM_FMT, EIO); });
  const auto failed = modes.formats();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, EIO);
  EXPECT_EQ(modes.formats()->size(), 11U);
}

TEST_F(Modes, LeaveOutWhatCannotBe) {
  implausible_value<v4l2_frmsizeenum>(VIDIOC_ENUM_FRAMESIZES,
                                      [](v4l2_frmsizeenum& answer) { answer.discrete.width = 0; });
  EXPECT_EQ(modes.sizes(yuyv)->size(), 1U);
  implausible_value<v4l2_frmivalenum>(VIDIOC_ENUM_FRAMEINTERVALS, [](v4l2_frmivalenum& answer) {
    answer.discrete.denominator = 0;
  });
  EXPECT_EQ(modes.intervals(yuyv, vga)->size(), 2U);
}

}  // namespace
