#include "settings/timings.h"

#include <gtest/gtest.h>

#include "rigs/core_rig.h"

namespace {

using core::Rig;
using fake::timings_of;

TEST(Timings, HaveNames) {
  EXPECT_EQ(v4l2::name_of_timings(timings_of(1920, 1080, 60)), "1920x1080p60");
  EXPECT_EQ(v4l2::name_of_timings(timings_of(720, 576, 50, true)), "720x576i50");
  EXPECT_EQ(v4l2::name_of_timings({}), "0x0p0");
  auto slower = timings_of(640, 480, 60);
  slower.bt.pixelclock = slower.bt.pixelclock * 1000 / 1001;
  EXPECT_EQ(v4l2::name_of_timings(slower), "640x480p60");
}

TEST(Timings, AreFoundByName) {
  const std::vector<v4l2_dv_timings> listed{timings_of(1280, 720, 60), timings_of(1280, 720, 50),
                                            timings_of(720, 576, 50, true),
                                            timings_of(720, 576, 50)};
  const auto found = [&](const char* name) {
    const auto timings = v4l2::find_timings(listed, name);
    return timings ? v4l2::name_of_timings(*timings) : std::string{};
  };
  EXPECT_EQ(found("1280x720p60"), "1280x720p60");
  EXPECT_EQ(found("1280X720P59.94"), "1280x720p60");
  EXPECT_EQ(found("1280x720p50"), "1280x720p50");
  EXPECT_EQ(found("720x576i50"), "720x576i50");
  EXPECT_EQ(found("720x576i25"), "720x576i50");
  EXPECT_EQ(found("720x576p50"), "720x576p50");
  for (const char* const none : {"1280x720p55", "1280x720i60", "1280x720", "1280", "x", "", "auto",
                                 "1280x720p60 ", "1280x720pnan", "1280x720p", "-1x720p60"})
    EXPECT_EQ(found(none), "") << none;
}

TEST(Timings, AreListedAndSet) {
  Rig rig{fake::many_inputs()};
  const auto& node = *rig.device->node();
  EXPECT_TRUE(v4l2::list_timings(node)->empty()) << "the webcam input has none";
  EXPECT_FALSE(*v4l2::set_timings(node, timings_of(640, 480, 60)));
  int hdmi = 3;
  ASSERT_TRUE(node.call(v4l2::request::s_input, hdmi));
  const auto listed = *v4l2::list_timings(node);
  ASSERT_EQ(listed.size(), 5U);
  EXPECT_TRUE(*v4l2::set_timings(node, *v4l2::find_timings(listed, "640x480p60")));
  EXPECT_EQ(rig.camera->format().size, (v4l2::Size{640, 480}));
  EXPECT_TRUE(*v4l2::set_timings(node, *v4l2::find_timings(listed, "640x480p60")));
  EXPECT_EQ(rig.camera->calls(VIDIOC_S_DV_TIMINGS), 2U) << "one was refused";
  rig.allocate();
  EXPECT_EQ(v4l2::set_timings(node, listed.front()).error().code, EBUSY);
}

}  // namespace
