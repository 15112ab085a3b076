#include "output/text.h"

#include <gtest/gtest.h>

#include "facts/device_facts.h"

namespace {

using v4l2describe::to_text;

v4l2describe::DeviceFacts capture_card() {
  v4l2describe::DeviceFacts facts;
  facts.path = "/dev/video0";
  facts.driver = "driver";
  facts.card = "Card";
  facts.bus = "PCI:1";
  facts.version = 0x060102;
  facts.node = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
  facts.capabilities = facts.node | V4L2_CAP_DEVICE_CAPS;
  facts.inputs = {{.index = 0, .name = "S-Video", .type = V4L2_INPUT_TYPE_CAMERA},
                  {.index = 1,
                   .name = "HDMI",
                   .type = V4L2_INPUT_TYPE_CAMERA,
                   .status = V4L2_IN_ST_NO_SIGNAL,
                   .current = true}};
  facts.standards = {{.id = V4L2_STD_PAL, .name = "PAL", .frame_period = {1, 25}, .lines = 625}};
  facts.standard = V4L2_STD_PAL;
  facts.inputs[0].audio = {"Line In"};
  facts.inputs[0].tuner = {.least = 44, .most = 958, .frequency = 471};
  facts.inputs[1].edid_size = 256;
  facts.signal = "no-signal";
  facts.timings = {{.interlaced = true, .rate = 50, .name = "1920x1080i50"},
                   {.rate = 59.94005, .name = "1280x720p60"}};
  facts.current_timings = facts.timings[1];
  return facts;
}

TEST(Text, MarksWhatIsSet) {
  EXPECT_EQ(to_text(capture_card()),
            "/dev/video0: Card\n"
            "  driver        driver\n"
            "  bus           PCI:1\n"
            "  version       6.1.2\n"
            "  capabilities  0x4000001 (video capture, streaming)\n"
            "  inputs\n"
            "    0 S-Video (camera); audio Line In; 44 to 958 Hz, at 471 Hz\n"
            "  * 1 HDMI (camera): no signal; EDID of 256 bytes; signal no-signal\n"
            "  standards\n"
            "  * PAL: 625 lines at 25/1\n"
            "  timings\n"
            "    1920x1080i50, 50.00 Hz\n"
            "  * 1280x720p60, 59.94 Hz\n"
            "  well-formed\n");
}

TEST(Text, ListsComplaints) {
  auto facts = capture_card();
  facts.driver.clear();
  EXPECT_TRUE(
      to_text(facts).ends_with("  not well-formed: 1 complaint\n"
                               "    VIDIOC_QUERYCAP: the driver is empty\n"));
}

TEST(Text, OfARangeHasItsEnds) {
  auto facts = capture_card();
  facts.formats = {{.fourcc = {V4L2_PIX_FMT_PAL8},
                    .flags = V4L2_FMT_FLAG_EMULATED,
                    .description = "Palette",
                    .caps = {},
                    .why_not = "palette",
                    .ranges = {{.smallest = {16, 16}, .largest = {64, 32}, .step = {2, 2}}},
                    .sizes = {{.size = {16, 16},
                               .intervals = {{.shortest = {1, 30}, .longest = {1, 5}}},
                               .modes = {{.interval = {1, 30}, .caps = {}, .pipeline = {}}}}}}};
  EXPECT_TRUE(
      to_text(facts).contains("  formats\n"
                              "    PAL8 Palette (emulated): no caps, palette\n"
                              "      16x16 to 64x32 in steps of 2x2\n"
                              "      16x16 at 5/1 to 30/1\n"
                              "      16x16 at 30/1\n"));
}

TEST(Text, ListsMenusBelowTheirControl) {
  auto facts = capture_card();
  facts.controls = {
      {.info = {.type = V4L2_CTRL_TYPE_MENU,
                .flags = V4L2_CTRL_FLAG_INACTIVE,
                .name = "Auto Exposure",
                .key = "auto_exposure",
                .maximum = 3,
                .default_value = 3,
                .menu = {{.index = 1, .label = "Manual"}, {.index = 3, .label = "Aperture"}}},
       .value = std::int64_t{1}},
      {.info = {.type = V4L2_CTRL_TYPE_BUTTON, .name = "Go", .key = "go"}, .value = std::nullopt}};
  EXPECT_TRUE(
      to_text(facts).contains("  controls\n"
                              "    auto_exposure (menu): 1 (Manual); default 3 (Aperture); "
                              "inactive\n"
                              "      1 Manual\n"
                              "      3 Aperture\n"
                              "    go (button)\n"));
}

}  // namespace
