#include "facts/read_facts.h"

#include <algorithm>
#include <set>

#include <gst/gst.h>
#include <gtest/gtest.h>

#include "device/device.h"
#include "facts/inputs.h"
#include "fake/fake_kernel.h"
#include "rigs/forwarding_kernel.h"

namespace {

using v4l2describe::DeviceFacts;

constexpr auto path = "/dev/video0";

DeviceFacts facts_of(fake::FakeKernel& kernel) {
  gst_init(nullptr, nullptr);
  return *v4l2describe::read_facts(*v4l2::Device::open(kernel, path));
}

DeviceFacts facts_of(const fake::Model& model) {
  fake::FakeKernel kernel;
  kernel.plug(path, model);
  return facts_of(kernel);
}

TEST(Facts, SayWhoTheDeviceIs) {
  auto model = fake::usb_camera("A1", "1-1.2");
  model.vendor_id = "046d";
  model.product_id = "0825";
  const auto facts = facts_of(model);
  EXPECT_EQ(facts.path, path);
  EXPECT_EQ(facts.card, model.card);
  EXPECT_EQ(facts.driver, model.driver);
  EXPECT_EQ(facts.identity.serial, "A1");
  EXPECT_EQ(facts.node, model.device_caps);
  EXPECT_TRUE(facts.obstacle.empty());
}

TEST(Facts, HaveEachModeWithAPipeline) {
  const auto model = fake::webcam();
  const auto facts = facts_of(model);
  ASSERT_EQ(facts.formats.size(), model.formats.size());
  for (std::size_t i = 0; i < model.formats.size(); ++i) {
    const auto& format = facts.formats[i];
    ASSERT_EQ(format.sizes.size(), model.formats[i].modes.size());
    for (std::size_t j = 0; j < format.sizes.size(); ++j) {
      const auto& mode = model.formats[i].modes[j];
      EXPECT_EQ(format.sizes[j].size, mode.size);
      ASSERT_EQ(format.sizes[j].modes.size(), mode.intervals.size());
      for (const auto& each : format.sizes[j].modes)
        EXPECT_TRUE(each.pipeline.contains(each.caps)) << each.pipeline;
    }
  }
}

TEST(Facts, OfARangeOfSizesAreThoseOfItsEndsAndOfThePresentSize) {
  auto model = fake::webcam();
  model.formats = {{.fourcc = V4L2_PIX_FMT_YUYV,
                    .modes = {{{32, 32}, {{1, 30}}}, {{640, 480}, {{1, 30}}}},
                    .step = {2, 2}}};
  fake::FakeKernel kernel;
  kernel.plug(path, model);
  {
    const auto device = *v4l2::Device::open(kernel, path);
    v4l2::Format wanted;
    wanted.fourcc = {V4L2_PIX_FMT_YUYV};
    wanted.size = {320, 240};
    ASSERT_TRUE(device.set_format(wanted));
  }
  const auto facts = facts_of(kernel);
  ASSERT_EQ(facts.formats.size(), 1U);
  std::vector<v4l2::Size> sizes;
  for (const auto& at : facts.formats[0].sizes)
    sizes.push_back(at.size);
  EXPECT_EQ(sizes, (std::vector<v4l2::Size>{{32, 32}, {320, 240}, {640, 480}}));
}

TEST(Facts, OfAFormatWithoutCapsSayWhy) {
  auto model = fake::webcam();
  model.formats = {{.fourcc = V4L2_PIX_FMT_PAL8, .modes = {{{640, 480}, {{1, 30}}}}},
                   {.fourcc = v4l2_fourcc('?', '?', '?', '?'), .modes = {{{640, 480}, {}}}}};
  const auto facts = facts_of(model);
  ASSERT_EQ(facts.formats.size(), 2U);
  EXPECT_EQ(facts.formats[0].why_not, "palette");
  EXPECT_EQ(facts.formats[1].why_not, "unknown to this release");
  for (const auto& format : facts.formats)
    for (const auto& at : format.sizes)
      for (const auto& mode : at.modes)
        EXPECT_TRUE(mode.pipeline.empty());
}

TEST(Facts, HaveTheSetSizeIfTheDriverListsNone) {
  auto model = fake::webcam();
  model.lists_sizes = false;
  const auto facts = facts_of(model);
  ASSERT_FALSE(facts.formats.empty());
  EXPECT_TRUE(facts.formats[0].ranges.empty());
  ASSERT_EQ(facts.formats[0].sizes.size(), 1U);
  EXPECT_EQ(facts.formats[0].sizes[0].size, facts.current->size);
}

TEST(Facts, OfADeviceWithoutAFormatSayWhatIsMissing) {
  auto model = fake::loopback();
  model.formats.clear();
  const auto facts = facts_of(model);
  EXPECT_TRUE(facts.formats.empty());
  EXPECT_FALSE(facts.current);
  EXPECT_TRUE(facts.obstacle.contains(path)) << facts.obstacle;
}

TEST(Facts, MarkTheCurrentInput) {
  auto model = fake::webcam();
  model.inputs = 3;
  const auto facts = facts_of(model);
  ASSERT_EQ(facts.inputs.size(), 3U);
  EXPECT_EQ(std::ranges::count_if(facts.inputs, &v4l2describe::InputFacts::current), 1);
}

TEST(Facts, HaveEachControlWithItsValue) {
  const auto model = fake::webcam();
  const auto facts = facts_of(model);
  ASSERT_EQ(facts.controls.size(), model.controls.size());
  for (std::size_t i = 0; i < model.controls.size(); ++i) {
    EXPECT_EQ(facts.controls[i].info.id, model.controls[i].id);
    EXPECT_TRUE(facts.controls[i].value);
  }
}

/// A Watcher notes which ioctls are made.
class Watcher final : public real::Between {
public:
  using Between::Between;

  int ioctl(int descriptor, unsigned long request, void* argument) override {
    requests.insert(request);
    return Between::ioctl(descriptor, request, argument);
  }

  std::set<unsigned long> requests;
};

TEST(Facts, AreReadWithoutChangingTheDevice) {
  gst_init(nullptr, nullptr);
  auto model = fake::webcam();
  model.standards = V4L2_STD_ALL;
  fake::FakeKernel kernel;
  kernel.plug(path, model);
  Watcher watcher{kernel};
  ASSERT_TRUE(v4l2describe::read_facts(*v4l2::Device::open(watcher, path)));
  const std::set<unsigned long> questions{VIDIOC_QUERYCAP,        VIDIOC_ENUM_FMT,
                                          VIDIOC_ENUM_FRAMESIZES, VIDIOC_G_FMT,
                                          VIDIOC_G_PARM,          VIDIOC_ENUM_FRAMEINTERVALS,
                                          VIDIOC_G_INPUT,         VIDIOC_ENUMINPUT,
                                          VIDIOC_ENUMSTD,         VIDIOC_G_STD,
                                          VIDIOC_ENUM_DV_TIMINGS, VIDIOC_G_DV_TIMINGS,
                                          VIDIOC_QUERYSTD,        VIDIOC_QUERY_DV_TIMINGS,
                                          VIDIOC_ENUMAUDIO,       VIDIOC_G_TUNER,
                                          VIDIOC_G_FREQUENCY,     VIDIOC_G_EDID,
                                          VIDIOC_QUERYCTRL,       VIDIOC_QUERY_EXT_CTRL,
                                          VIDIOC_QUERYMENU,       VIDIOC_G_EXT_CTRLS,
                                          VIDIOC_G_CTRL};
  for (const auto request : watcher.requests)
    EXPECT_TRUE(questions.contains(request)) << std::hex << request;
}

TEST(Facts, AreAnErrorIfTheDeviceGoesAway) {
  gst_init(nullptr, nullptr);
  for (const auto request :
       {VIDIOC_ENUMINPUT, VIDIOC_ENUM_FMT, VIDIOC_G_FMT, VIDIOC_ENUM_FRAMESIZES,
        VIDIOC_ENUM_FRAMEINTERVALS, VIDIOC_QUERYMENU, VIDIOC_QUERYCTRL}) {
    fake::FakeKernel kernel;
    const auto camera = kernel.plug(path, fake::webcam());
    camera->fault([&](fake::Faults& faults) { faults.fail(request, ENODEV, 1000000); });
    const auto facts = v4l2describe::read_facts(*v4l2::Device::open(kernel, path));
    ASSERT_FALSE(facts) << request;
    EXPECT_TRUE(facts.error().gone());
  }
}

}  // namespace
