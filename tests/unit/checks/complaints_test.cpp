#include "checks/complaints.h"

#include <cstring>
#include <limits>

#include <gtest/gtest.h>

#include "facts/device_facts.h"

namespace {

using v4l2describe::ControlFacts;
using v4l2describe::DeviceFacts;
using v4l2describe::RawFormat;
using Texts = std::vector<std::string>;

DeviceFacts good_device() {
  DeviceFacts facts;
  facts.driver = "driver";
  facts.card = "card";
  facts.bus = "bus";
  facts.node = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
  facts.capabilities = facts.node | V4L2_CAP_DEVICE_CAPS;
  return facts;
}

v4l2_frmsizeenum single_size(std::uint32_t width, std::uint32_t height) {
  v4l2_frmsizeenum answer{};
  answer.type = V4L2_FRMSIZE_TYPE_DISCRETE;
  answer.discrete = {.width = width, .height = height};
  return answer;
}

v4l2_frmivalenum single_interval(std::uint32_t numerator, std::uint32_t denominator) {
  v4l2_frmivalenum answer{};
  answer.type = V4L2_FRMIVAL_TYPE_DISCRETE;
  answer.discrete = {.numerator = numerator, .denominator = denominator};
  return answer;
}

RawFormat good_format(std::uint32_t fourcc = V4L2_PIX_FMT_YUYV) {
  RawFormat format;
  format.answer.pixelformat = fourcc;
  format.sizes.answers = {single_size(640, 480)};
  format.intervals = {{.size = {640, 480}, .list = {{single_interval(1, 30)}, false}}};
  return format;
}

Texts lists(std::vector<RawFormat> formats) {
  v4l2describe::RawLists raw;
  raw.lists_sizes = true;
  raw.formats.answers = std::move(formats);
  return v4l2describe::list_complaints(raw);
}

/// The complaints about a format with these sizes, and without intervals.
Texts sizes(std::vector<v4l2_frmsizeenum> answers, bool endless = false) {
  auto format = good_format();
  format.sizes = {.answers = std::move(answers), .endless = endless};
  format.intervals.clear();
  return lists({format});
}

Texts intervals(std::vector<v4l2_frmivalenum> answers, bool endless = false) {
  auto format = good_format();
  format.intervals[0].list = {.answers = std::move(answers), .endless = endless};
  return lists({format});
}

v4l2_frmsizeenum size_range(v4l2_frmsize_stepwise range,
                            std::uint32_t type = V4L2_FRMSIZE_TYPE_STEPWISE) {
  v4l2_frmsizeenum answer{};
  answer.type = type;
  answer.stepwise = range;
  return answer;
}

v4l2_frmivalenum interval_range(v4l2_frmival_stepwise range,
                                std::uint32_t type = V4L2_FRMIVAL_TYPE_STEPWISE) {
  v4l2_frmivalenum answer{};
  answer.type = type;
  answer.stepwise = range;
  return answer;
}

TEST(Complaints, AreNoneAboutAGoodDevice) {
  auto facts = good_device();
  facts.raw.lists_sizes = true;
  facts.raw.formats.answers = {good_format(), good_format(V4L2_PIX_FMT_MJPEG)};
  EXPECT_EQ(complaints(facts), Texts{});
}

TEST(Complaints, NameEmptyNames) {
  auto facts = good_device();
  facts.driver.clear();
  facts.card.clear();
  facts.bus.clear();
  EXPECT_EQ(complaints(facts),
            (Texts{"VIDIOC_QUERYCAP: the driver is empty", "VIDIOC_QUERYCAP: the card is empty",
                   "VIDIOC_QUERYCAP: the bus is empty"}));
}

TEST(Complaints, NameBitsThatExcludeEachOther) {
  auto facts = good_device();
  facts.node = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_CAPTURE_MPLANE | V4L2_CAP_AUDIO;
  EXPECT_EQ(complaints(facts),
            (Texts{"VIDIOC_QUERYCAP: the node has capabilities that the device lacks: 0x21000",
                   "VIDIOC_QUERYCAP: the node has both the single- and the multi-planar API",
                   "VIDIOC_QUERYCAP: the node has neither streaming nor read()"}));
  facts.node = 0;
  EXPECT_EQ(complaints(facts),
            Texts{"VIDIOC_QUERYCAP: the driver does not tell the capabilities of the node"});
}

TEST(Complaints, NameInputsAndStandards) {
  auto facts = good_device();
  facts.inputs = {{.index = 0, .name = "TV"}, {.index = 1, .name = "TV"}, {.index = 2, .name = ""}};
  facts.standards = {{.id = V4L2_STD_PAL, .name = "PAL"}, {.id = V4L2_STD_SECAM, .name = ""}};
  facts.standard = V4L2_STD_NTSC_M;
  EXPECT_EQ(complaints(facts),
            (Texts{"input 1: another input has the name TV too", "input 2: the name is empty",
                   "VIDIOC_G_INPUT: the present input is not in the list",
                   "standard 0xff0000: the name is empty",
                   "VIDIOC_G_STD: the present standard 0x1000 is not in the list"}));
}

TEST(Complaints, NameFormats) {
  EXPECT_EQ(lists({good_format(), good_format()}), Texts{"format YUYV: it is listed twice"});
  EXPECT_EQ(lists({good_format(v4l2_fourcc('?', '?', '?', '?'))}),
            Texts{"format ????: the code 0x3f3f3f3f is not one of Linux"});
  auto without = good_format(V4L2_PIX_FMT_GREY);
  without.sizes = {};
  without.intervals = {};
  EXPECT_EQ(lists({good_format(), without}), Texts{"format GREY: no size is listed"});
  // Caps can't express it, but Linux knows it.
  EXPECT_EQ(lists({good_format(V4L2_PIX_FMT_PAL8)}), Texts{});
}

TEST(Complaints, NameAPresentFormatThatIsNotListed) {
  auto facts = good_device();
  facts.raw.formats.answers = {good_format()};
  facts.current.emplace().fourcc = {V4L2_PIX_FMT_GREY};
  EXPECT_EQ(complaints(facts), Texts{"VIDIOC_G_FMT: the present format GREY is not in the list"});
}

TEST(Complaints, NameListsThatDoNotEnd) {
  v4l2describe::RawLists raw;
  raw.formats.endless = true;
  raw.endless = {"VIDIOC_ENUMINPUT"};
  raw.cut = true;
  EXPECT_EQ(list_complaints(raw), (Texts{"VIDIOC_ENUM_FMT: the list does not end",
                                         "VIDIOC_ENUMINPUT: the list does not end",
                                         "the lists of formats have more than 16384 entries"}));
  EXPECT_EQ(sizes({single_size(640, 480)}, true),
            Texts{"format YUYV: the list of sizes does not end"});
  EXPECT_EQ(intervals({single_interval(1, 30)}, true),
            Texts{"format YUYV at 640x480: the list of intervals does not end"});
}

TEST(Complaints, NameSizes) {
  EXPECT_EQ(sizes({single_size(0, 480)}), Texts{"format YUYV: there is a size of 0x480"});
  EXPECT_EQ(sizes({single_size(640, 480), single_size(640, 480)}),
            Texts{"format YUYV: the size 640x480 is listed twice"});
  EXPECT_EQ(
      sizes({size_range({0, 640, 0, 32, 480, 0})}),
      (Texts{"format YUYV: the sizes begin at 0x32", "format YUYV: the sizes have a step of 0x0"}));
  EXPECT_EQ(sizes({size_range({640, 32, 1, 32, 480, 1})}),
            Texts{"format YUYV: the sizes end at 32x480, before they begin at 640x32"});
  EXPECT_EQ(sizes({size_range({}, 9)}), Texts{"format YUYV: a size has the unknown type 9"});
}

TEST(Complaints, NameIntervals) {
  EXPECT_EQ(intervals({single_interval(0, 30)}),
            Texts{"format YUYV at 640x480: there is an interval of 0/30 s"});
  EXPECT_EQ(intervals({single_interval(1, 30), single_interval(1, 30)}),
            Texts{"format YUYV at 640x480: the interval 1/30 s is listed twice"});
  EXPECT_EQ(intervals({interval_range({{1, 5}, {1, 30}, {1, 1}})}),
            Texts{"format YUYV at 640x480: the intervals end at 1/30 s, before they begin at "
                  "1/5 s"});
  EXPECT_EQ(intervals({interval_range({{1, 30}, {1, 5}, {0, 1}})}),
            Texts{"format YUYV at 640x480: the intervals have a step of 0/1 s"});
  EXPECT_EQ(intervals({interval_range({{0, 30}, {1, 5}, {1, 1}})}),
            Texts{"format YUYV at 640x480: the intervals are 0/30 s to 1/5 s"});
  EXPECT_EQ(intervals({interval_range({{1, 30}, {1, 5}, {}}, V4L2_FRMIVAL_TYPE_CONTINUOUS)}),
            Texts{});
  EXPECT_EQ(intervals({interval_range({}, 9)}),
            Texts{"format YUYV at 640x480: an interval has the unknown type 9"});
}

// ---- controls -----------------------------------------------------------------------------------

ControlFacts number(std::int64_t least, std::int64_t most, std::uint64_t step, std::int64_t usual,
                    std::int64_t value) {
  return {.info = {.id = V4L2_CID_BRIGHTNESS,
                   .type = V4L2_CTRL_TYPE_INTEGER,
                   .name = "Brightness",
                   .key = "brightness",
                   .minimum = least,
                   .maximum = most,
                   .step = step,
                   .default_value = usual},
          .value = value};
}

ControlFacts menu(std::int64_t usual, std::int64_t value) {
  return {.info = {.id = V4L2_CID_EXPOSURE_AUTO,
                   .type = V4L2_CTRL_TYPE_MENU,
                   .name = "Auto Exposure",
                   .key = "auto_exposure",
                   .maximum = 3,
                   .step = 1,
                   .default_value = usual,
                   .menu = {{.index = 1, .label = "Manual"}, {.index = 3, .label = "Aperture"}}},
          .value = value};
}

Texts about(const ControlFacts& control) {
  return v4l2describe::control_complaints({&control, 1});
}

TEST(ControlComplaints, AreNoneAboutGoodNumbers) {
  EXPECT_EQ(about(number(-64, 64, 1, 0, 5)), Texts{});
  EXPECT_EQ(about(number(0, 255, 5, 10, 255)), Texts{});
  constexpr auto least = std::numeric_limits<std::int64_t>::min();
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(about(number(least, most, 1, 0, most)), Texts{});
}

TEST(ControlComplaints, NameRanges) {
  EXPECT_EQ(about(number(0, 255, 1, 300, -1)),
            (Texts{"control brightness: the default 300 is not in 0 to 255",
                   "control brightness: the value -1 is not in 0 to 255"}));
  EXPECT_EQ(about(number(0, 255, 10, 15, 20)),
            Texts{"control brightness: the default 15 is not a step of 10 in 0 to 255"});
  EXPECT_EQ(about(number(5, 1, 1, 3, 3)), Texts{"control brightness: the range is 5 to 1"});
  EXPECT_EQ(about(number(0, 255, 0, 3, 3)), Texts{"control brightness: the step is 0"});
}

TEST(ControlComplaints, NameElementsOfArrays) {
  auto control = number(0, 255, 1, 0, 0);
  control.info.type = V4L2_CTRL_TYPE_U8;
  control.info.dims = {2};
  control.info.elems = 2;
  control.value = std::vector<std::int64_t>{1, 256};
  EXPECT_EQ(about(control), Texts{"control brightness: the value at [1] 256 is not in 0 to 255"});
}

TEST(ControlComplaints, NameMenus) {
  EXPECT_EQ(about(menu(3, 1)), Texts{});
  EXPECT_EQ(about(menu(2, 0)),
            (Texts{"control auto_exposure: the default 2 is no entry of the menu",
                   "control auto_exposure: the value 0 is no entry of the menu"}));
  auto control = menu(1, 1);
  control.info.menu = {
      {.index = 1, .label = ""}, {.index = 3, .label = "A"}, {.index = 4, .label = "A"}};
  EXPECT_EQ(about(control),
            (Texts{"control auto_exposure: the entry 1 has no label",
                   "control auto_exposure: the entry 4 has the label of another one: A",
                   "control auto_exposure: the entry 4 is not in 0 to 3"}));
  control.info.menu.clear();
  EXPECT_EQ(about(control), Texts{"control auto_exposure: the menu is empty"});
}

TEST(ControlComplaints, NameBits) {
  auto control = number(0, 0x7, 0, 0x8, 0x3);
  control.info.type = V4L2_CTRL_TYPE_BITMASK;
  EXPECT_EQ(about(control),
            Texts{"control brightness: the default has bits that can't be set: 0x8"});
}

TEST(ControlComplaints, NameStrings) {
  auto control = number(2, 4, 1, 0, 0);
  control.info.type = V4L2_CTRL_TYPE_STRING;
  control.value = std::string{"hello"};
  EXPECT_EQ(about(control), Texts{"control brightness: the value has 5 characters, not 2 to 4"});
  control.info.minimum = 9;
  EXPECT_EQ(about(control), Texts{"control brightness: the length is from 9 to 4"});
}

TEST(ControlComplaints, NameNames) {
  auto nameless = number(0, 1, 1, 0, 0);
  nameless.info.id = 0x980901;
  nameless.info.name.clear();
  const std::vector controls{number(0, 1, 1, 0, 0), number(0, 1, 1, 0, 0), nameless};
  EXPECT_EQ(v4l2describe::control_complaints(controls),
            (Texts{"control 0x980900: another control has the name Brightness too",
                   "control 0x980901: the name is empty"}));
}

}  // namespace
