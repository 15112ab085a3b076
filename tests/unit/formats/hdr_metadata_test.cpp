// HDR10's static metadata goes from a driver's controls into caps.

#include "formats/hdr_metadata.h"

#include <string>

#include <gtest/gtest.h>

#include "settings/hdr.h"

namespace {

using v4l2gst::CapsPtr;
using v4l2gst::hdr_metadata;

// The primaries are BT.2020's with the white point D65, in units of 0.00002, green first. The
// luminances are 1000 and 0.005 cd/m², in units of 0.0001.
constexpr v4l2_ctrl_hdr10_mastering_display display{
    .display_primaries_x = {8500, 6550, 35400},
    .display_primaries_y = {39850, 2300, 14600},
    .white_point_x = 15635,
    .white_point_y = 16450,
    .max_display_mastering_luminance = 10000000,
    .min_display_mastering_luminance = 50,
};
constexpr v4l2_ctrl_hdr10_cll_info light{.max_content_light_level = 1000,
                                         .max_pic_average_light_level = 400};

class HdrMetadata : public testing::Test {
protected:
  static void SetUpTestSuite() { gst_init(nullptr, nullptr); }

  static std::string field(const v4l2::HdrInfo& info, const char* name) {
    const auto caps = v4l2gst::with_hdr_metadata(CapsPtr{gst_caps_new_empty_simple("video/x-raw")},
                                                 hdr_metadata(info));
    const auto* const text = gst_structure_get_string(gst_caps_get_structure(caps.get(), 0), name);
    return text != nullptr ? text : "none";
  }
};

TEST_F(HdrMetadata, HasRedFirst) {
  const auto metadata = hdr_metadata({.light_level = light, .mastering_display = display});
  ASSERT_TRUE(metadata.mastering_display);
  const auto& info = *metadata.mastering_display;
  const auto& [red, green, blue] = info.display_primaries;
  EXPECT_DOUBLE_EQ(red.x * 0.00002, 0.708);
  EXPECT_DOUBLE_EQ(red.y * 0.00002, 0.292);
  EXPECT_DOUBLE_EQ(green.x * 0.00002, 0.170);
  EXPECT_DOUBLE_EQ(green.y * 0.00002, 0.797);
  EXPECT_DOUBLE_EQ(blue.x * 0.00002, 0.131);
  EXPECT_DOUBLE_EQ(blue.y * 0.00002, 0.046);
  EXPECT_EQ(info.white_point.x, 15635);
  EXPECT_EQ(info.white_point.y, 16450);
  EXPECT_EQ(info.max_display_mastering_luminance, 10000000U);
  EXPECT_EQ(info.min_display_mastering_luminance, 50U);
  ASSERT_TRUE(metadata.content_light_level);
  EXPECT_EQ(metadata.content_light_level->max_content_light_level, 1000);
  EXPECT_EQ(metadata.content_light_level->max_frame_average_light_level, 400);
}

TEST_F(HdrMetadata, StandsInCapsAsGStreamerWritesIt) {
  const v4l2::HdrInfo info{.light_level = light, .mastering_display = display};
  EXPECT_EQ(field(info, "mastering-display-info"),
            "35400:14600:8500:39850:6550:2300:15635:16450:10000000:50");
  EXPECT_EQ(field(info, "content-light-level"), "1000:400");
}

TEST_F(HdrMetadata, MayBeHalf) {
  const v4l2::HdrInfo info{.light_level = light, .mastering_display = {}};
  EXPECT_EQ(field(info, "mastering-display-info"), "none");
  EXPECT_EQ(field(info, "content-light-level"), "1000:400");
  // A single bound is valid.
  const v4l2_ctrl_hdr10_cll_info peak{.max_content_light_level = 600,
                                      .max_pic_average_light_level = 0};
  EXPECT_EQ(field({.light_level = peak, .mastering_display = {}}, "content-light-level"), "600:0");
}

TEST_F(HdrMetadata, IsNothingWhereNobodyHasSetIt) {
  const v4l2::HdrInfo zeros{.light_level = v4l2_ctrl_hdr10_cll_info{},
                            .mastering_display = v4l2_ctrl_hdr10_mastering_display{}};
  EXPECT_EQ(field(zeros, "mastering-display-info"), "none");
  EXPECT_EQ(field(zeros, "content-light-level"), "none");
  EXPECT_EQ(field({}, "content-light-level"), "none");
}

}  // namespace
