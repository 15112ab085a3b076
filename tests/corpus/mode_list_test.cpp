#include "corpus/mode_list.h"

#include <gtest/gtest.h>

#include "device/device.h"
#include "fake/fake_kernel.h"
#include "formats/format_table.h"

namespace {

using v4l2::Interval;

std::vector<v4l2::IntervalRange> intervals(const std::string& line) {
  const auto modes =
      corpus::parse_mode_list("[0]: 'YUYV' (YUYV 4:2:2)\nSize: Discrete 640x480\n" + line);
  return modes ? modes->at(0).sizes.at(0).intervals : std::vector<v4l2::IntervalRange>{};
}

Interval interval(const std::string& rate) {
  const auto found = intervals("Interval: Discrete 0.033s (" + rate + " fps)");
  return found.empty() ? Interval{} : found.at(0).shortest;
}

TEST(ModeList, IsReadInBothForms) {
  const auto now = corpus::parse_mode_list(
      "ioctl: VIDIOC_ENUM_FMT\n"
      "\tType: Video Capture\n"
      "\n"
      "\t[0]: 'MJPG' (Motion-JPEG, compressed)\n"
      "\t\tSize: Discrete 640x480\n"
      "\t\t\tInterval: Discrete 0.033s (30.000 fps)\n"
      "\t\t\tInterval: Discrete 0.133s (7.500 fps)\n"
      "\t[1]: 'Y16 ' (16-bit Greyscale)\n");
  ASSERT_TRUE(now) << now.error();
  ASSERT_EQ(now->size(), 2U);
  EXPECT_EQ(now->at(0).fourcc.code, V4L2_PIX_FMT_MJPEG);
  ASSERT_EQ(now->at(0).sizes.size(), 1U);
  EXPECT_EQ(now->at(0).sizes.at(0).sizes.largest, (v4l2::Size{640, 480}));
  EXPECT_EQ(now->at(0).sizes.at(0).intervals.size(), 2U);
  EXPECT_EQ(now->at(1).fourcc.code, V4L2_PIX_FMT_Y16);
  EXPECT_TRUE(now->at(1).sizes.empty());

  const auto before = corpus::parse_mode_list(
      "\tIndex       : 0\n"
      "\tType        : Video Capture\n"
      "\tPixel Format: 'MJPG' (compressed)\n"
      "\tName        : Motion-JPEG\n"
      "\t\tSize: Discrete 640x480\n"
      "\t\t\tInterval: Discrete 0.033s (30.000 fps)\n"
      "\tIndex       : 1\n"
      "\tType        : Video Capture\n"
      "\tPixel Format: 'Y16 -BE'\n"
      "\tName        : 16-bit Greyscale BE\n");
  ASSERT_TRUE(before) << before.error();
  ASSERT_EQ(before->size(), 2U);
  EXPECT_EQ(before->at(0).sizes.size(), 1U);
  EXPECT_EQ(before->at(1).fourcc.code, V4L2_PIX_FMT_Y16_BE);
}

TEST(ModeList, KnowsRangesOfSizes) {
  const auto modes = corpus::parse_mode_list(
      "[0]: 'YUYV' (YUYV 4:2:2)\n"
      "Size: Stepwise 32x16 - 2592x1944 with step 4/2\n"
      "Size: Continuous 1x2 - 3x4\n");
  ASSERT_TRUE(modes) << modes.error();
  const auto& stepwise = modes->at(0).sizes.at(0).sizes;
  EXPECT_EQ(stepwise.smallest, (v4l2::Size{32, 16}));
  EXPECT_EQ(stepwise.largest, (v4l2::Size{2592, 1944}));
  EXPECT_EQ(stepwise.step, (v4l2::Size{4, 2}));
  EXPECT_EQ(modes->at(0).sizes.at(1).sizes.step, (v4l2::Size{1, 1}));
}

TEST(ModeList, TurnsRatesIntoTheFractionsThatTheyStandFor) {
  EXPECT_EQ(interval("30.000"), (Interval{1, 30}));
  EXPECT_EQ(interval("7.500"), (Interval{2, 15}));
  EXPECT_EQ(interval("29.970"), (Interval{1001, 30000}));
  EXPECT_EQ(interval("59.940"), (Interval{1001, 60000}));
  EXPECT_EQ(interval("23.976"), (Interval{1001, 24000}));
  EXPECT_EQ(interval("14.985"), (Interval{1001, 15000}));
  EXPECT_EQ(interval("120.101"), (Interval{1000, 120101}));
  EXPECT_EQ(interval("0.500"), (Interval{2, 1}));
}

TEST(ModeList, KnowsRangesOfIntervals) {
  const auto stepwise =
      intervals("Interval: Stepwise 0.040s - 1.000s with step 0.040s (1.000-25.000 fps)");
  ASSERT_EQ(stepwise.size(), 1U);
  EXPECT_EQ(stepwise[0].shortest, (Interval{1, 25}));
  EXPECT_EQ(stepwise[0].longest, (Interval{1, 1}));
  EXPECT_EQ(stepwise[0].step, (Interval{1, 25}));
  const auto without_rates = intervals("Interval: Stepwise 0.001s - 1.000s with step 0.001s");
  ASSERT_EQ(without_rates.size(), 1U);
  EXPECT_EQ(without_rates[0].shortest, (Interval{1, 1000}));
  const auto one =
      intervals("Interval: Stepwise 0.033s - 0.033s with step 0.000s (30.000-30.000 fps)");
  ASSERT_EQ(one.size(), 1U);
  EXPECT_TRUE(one[0].single());
  EXPECT_EQ(one[0].shortest, (Interval{1, 30}));
  const auto continuous = intervals("Interval: Continuous 0.029s - 100000.000s (0.000-34.715 fps)");
  ASSERT_EQ(continuous.size(), 1U);
  EXPECT_EQ(continuous[0].shortest, (Interval{200, 6943}));
  EXPECT_EQ(continuous[0].longest, (Interval{100000, 1}));
  EXPECT_EQ(continuous[0].step, Interval{});
}

TEST(ModeList, RefusesWhatItDoesNotUnderstand) {
  constexpr std::string_view format = "[0]: 'YUYV' (YUYV 4:2:2)\n";
  constexpr std::string_view size = "Size: Discrete 640x480\n";
  for (const std::string_view line :
       {"...", "[0]: YUYV", "[0]: 'YUYV' 4:2:2", "[0]: 'YUV' (three letters)", "Size: Discrete 640",
        "Size: Discrete 640x480 and more", "Size: Stepwise 32x32 - 64x64", "Size: Somehow 1x1",
        "Interval: Discrete 0.033s", "Interval: Discrete 0.033s (30 fps)",
        "Interval: Discrete 0.000s (0.000 fps)", "Interval: Stepwise 0.001s - 1.000s",
        "Pixel Format: 'MJPG' compressed", "# a remark"}) {
    const auto modes =
        corpus::parse_mode_list(std::string{format} + std::string{size} + std::string{line});
    EXPECT_FALSE(modes) << line;
  }
  EXPECT_FALSE(corpus::parse_mode_list(size)) << "a size of no format";
  EXPECT_FALSE(
      corpus::parse_mode_list(std::string{format} + "Interval: Discrete 0.033s (30.000 fps)"))
      << "an interval of no size";
}

TEST(ModeList, IsRecordedWithWhatIsExpectedOfIt) {
  const auto recording =
      corpus::parse_recording("# A camera.\n# any: none\n# raw: none\n[0]: 'S920' (S920)\n");
  ASSERT_TRUE(recording) << recording.error();
  EXPECT_EQ(recording->summary, "A camera.");
  EXPECT_EQ(recording->answers.at("raw"), "none");
  EXPECT_EQ(recording->modes.size(), 1U);
  EXPECT_FALSE(corpus::parse_recording("[0]: 'S920' (S920)\n"));
  EXPECT_FALSE(corpus::parse_recording("# A camera.\n# any\n"));
  EXPECT_FALSE(corpus::parse_recording("# A camera.\n# any: none\n# any: none\n"));
}

TEST(ModeList, IsOfferedAsFarAsCapsGo) {
  const auto modes = corpus::parse_mode_list(
      "[0]: 'S920' (no caps can say this)\n"
      "Size: Discrete 640x480\n"
      "[1]: 'AR12' (for this there is only a DRM format)\n"
      "Size: Discrete 640x480\n"
      "[2]: 'NV12' (Y/UV 4:2:0)\n");
  ASSERT_TRUE(modes) << modes.error();
  const auto offers = corpus::offers_of(*modes);
  ASSERT_EQ(offers.size(), 1U);
  EXPECT_EQ(offers[0].row, v4l2gst::row_of(V4L2_PIX_FMT_NV12));
  EXPECT_EQ(offers[0].sizes.smallest, (v4l2::Size{1, 1}));
}

TEST(ModeList, IsPluggedInAsFarAsTheFakeGoes) {
  const auto modes = corpus::parse_mode_list(
      "[0]: 'MJPG' (Motion-JPEG, compressed)\n"
      "Size: Discrete 640x480\n"
      "Interval: Discrete 0.033s (29.970 fps)\n"
      "[1]: 'S920' (unknown)\n"
      "Size: Discrete 640x480\n"
      "[2]: 'YUYV' (YUYV 4:2:2)\n"
      "Size: Stepwise 32x32 - 64x64 with step 2/2\n"
      "[3]: 'NM12' (two planes)\n"
      "Size: Discrete 640x480\n");
  ASSERT_TRUE(modes) << modes.error();
  fake::FakeKernel kernel;
  const auto camera = kernel.plug("/dev/video0", corpus::model_of(*modes));
  auto device = v4l2::Device::open(kernel, "/dev/video0");
  ASSERT_TRUE(device);
  const auto formats = device->modes()->formats();
  ASSERT_TRUE(formats);
  ASSERT_EQ(formats->size(), 1U);
  const auto found = device->modes()->intervals({V4L2_PIX_FMT_MJPEG}, {640, 480});
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1U);
  EXPECT_EQ((*found)[0].shortest, (Interval{1001, 30000}));
}

}  // namespace
