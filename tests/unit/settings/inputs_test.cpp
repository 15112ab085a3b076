#include "settings/inputs.h"

#include <thread>

#include <gtest/gtest.h>

#include "device/events.h"
#include "rigs/core_rig.h"
#include "settings/signal.h"

namespace {

using core::Rig;
using v4l2::Signal;

v4l2_dv_timings timings(std::uint32_t width, std::uint32_t height) {
  v4l2_dv_timings made{};
  made.type = V4L2_DV_BT_656_1120;
  made.bt.width = width;
  made.bt.height = height;
  made.bt.hfrontporch = 280;
  made.bt.vfrontporch = 45;
  made.bt.pixelclock = std::uint64_t{width + 280} * (height + 45) * 60;
  return made;
}

fake::Model capture_card() {
  auto model = fake::webcam();
  model.input_capabilities = V4L2_IN_CAP_DV_TIMINGS;
  return model;
}

fake::Model tv_card() {
  auto model = fake::webcam();
  model.standards = V4L2_STD_ALL;
  return model;
}

v4l2::Input input_of(Rig& rig) {
  return **v4l2::current_input(*rig.device->node());
}

v4l2::SignalStatus follow(Rig& rig) {
  return *v4l2::follow_signal(*rig.device->node(), input_of(rig));
}

TEST(Inputs, SayWhetherASourceDecides) {
  Rig webcam;
  EXPECT_FALSE(input_of(webcam).has_source());
  EXPECT_EQ(input_of(webcam).name, "Fake Camera");
  EXPECT_EQ(follow(webcam).signal, Signal::unknown);
  Rig card{capture_card()};
  EXPECT_TRUE(input_of(card).dv_timings);
  Rig tv{tv_card()};
  EXPECT_TRUE(input_of(tv).has_source());
}

TEST(Inputs, TimingsAreFollowed) {
  Rig rig{capture_card()};
  rig.camera->change_timings(timings(1280, 720));
  const auto first = follow(rig);
  EXPECT_EQ(first.signal, Signal::present);
  EXPECT_TRUE(first.changed);
  EXPECT_EQ(rig.camera->format().size, (v4l2::Size{1280, 720}));
  EXPECT_FALSE(follow(rig).changed);
  EXPECT_EQ(rig.camera->calls(VIDIOC_S_DV_TIMINGS), 1U);
}

/// Receivers measure the pixel clock, so it varies.
TEST(Inputs, TimingsThatAreMeasuredAnewAreTheSame) {
  Rig rig{capture_card()};
  auto measured = timings(1280, 720);
  rig.camera->change_timings(measured);
  ASSERT_TRUE(follow(rig).changed);
  for (const std::uint64_t more : {1, 1000, 200'000}) {
    measured.bt.pixelclock += more;
    rig.camera->change_timings(measured);
    EXPECT_FALSE(follow(rig).changed) << more;
    measured.bt.pixelclock -= more;
  }
  EXPECT_EQ(rig.camera->calls(VIDIOC_S_DV_TIMINGS), 1U);
  measured.bt.pixelclock /= 2;
  rig.camera->change_timings(measured);
  EXPECT_TRUE(follow(rig).changed) << "at half the rate";
}

TEST(Inputs, FollowingIsNoNews) {
  auto model = capture_card();
  model.echoes = true;
  Rig rig{model};
  const auto& node = *rig.device->node();
  ASSERT_TRUE(*v4l2::subscribe_source_change(node, 0));
  rig.camera->change_timings(timings(1280, 720));
  EXPECT_TRUE(*v4l2::source_changed(node));
  EXPECT_TRUE(follow(rig).changed);
  EXPECT_FALSE(*v4l2::source_changed(node));
  EXPECT_EQ(rig.camera->calls(VIDIOC_S_DV_TIMINGS), 1U);
}

TEST(Inputs, TellWhyThereIsNoSignal) {
  Rig rig{capture_card()};
  for (const auto& [error, signal] : {std::pair{ENOLINK, Signal::none},
                                      {ENOLCK, Signal::unstable},
                                      {ERANGE, Signal::out_of_range}}) {
    rig.camera->lose_signal(error);
    EXPECT_EQ(follow(rig).signal, signal);
  }
  rig.camera->lose_signal(EIO);
  EXPECT_EQ(follow(rig).signal, Signal::unknown);
  rig.camera->lose_signal(ENODEV);
  const auto failed = v4l2::follow_signal(*rig.device->node(), input_of(rig));
  ASSERT_FALSE(failed);
  EXPECT_STREQ(failed.error().call, "VIDIOC_QUERY_DV_TIMINGS");
}

TEST(Inputs, AreListed) {
  Rig rig{fake::many_inputs()};
  const auto& node = *rig.device->node();
  const auto all = *v4l2::list_inputs(node);
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[1].tuner, 0U);
  EXPECT_EQ(all[1].audio, 3U);
  EXPECT_EQ(all[2].tuner, std::nullopt);
  EXPECT_TRUE(all[3].dv_timings);
  EXPECT_TRUE(*v4l2::select_input(node, 2));
  EXPECT_TRUE(*v4l2::select_input(node, 2));
  EXPECT_EQ(rig.camera->calls(VIDIOC_S_INPUT), 1U);
  EXPECT_EQ(input_of(rig).name, "S-Video 0");
  EXPECT_EQ(rig.camera->format().size, (v4l2::Size{720, 576}));
  EXPECT_FALSE(*v4l2::select_input(node, 4));
  rig.allocate();
  EXPECT_EQ(v4l2::select_input(node, 0).error().code, EBUSY);
}

TEST(Inputs, AreFoundByNameOrNumber) {
  const std::vector<std::string> names{"Webcam 0", "S-Video", "HDMI 1", "HDMI 2", "3"};
  for (const auto& [text, place] : {std::pair<const char*, int>{"webcam 0", 0},
                                    {"webcam", 0},
                                    {"svideo", 1},
                                    {"S_VIDEO", 1},
                                    {"hdmi-2", 3},
                                    {"2", 2},
                                    {"0", 0},
                                    {"3", 4},
                                    {"hdmi", -1},
                                    {"9", -1},
                                    {"", -1},
                                    {"composite", -1},
                                    {"-", -1}})
    EXPECT_EQ(v4l2::find_by_name(names, text),
              place < 0 ? std::nullopt : std::optional{static_cast<std::size_t>(place)})
        << text;
}

TEST(Inputs, TellAnUnpluggedCableFromASilentSource) {
  auto model = fake::many_inputs();
  model.unlike_inputs.push_back({.name = "HDMI 1", .capabilities = V4L2_IN_CAP_DV_TIMINGS});
  model.controls.push_back({.id = V4L2_CID_DV_RX_POWER_PRESENT,
                            .name = "Power Present",
                            .type = V4L2_CTRL_TYPE_BITMASK,
                            .maximum = 3,
                            .initial = 3,
                            .flags = V4L2_CTRL_FLAG_READ_ONLY});
  Rig rig{model};
  const auto& node = *rig.device->node();
  ASSERT_TRUE(*v4l2::select_input(node, 4));
  rig.camera->lose_signal(ENOLINK);
  EXPECT_EQ(follow(rig).signal, Signal::none);
  rig.camera->set_control(V4L2_CID_DV_RX_POWER_PRESENT, 1);
  EXPECT_EQ(follow(rig).signal, Signal::no_cable) << "the second input has the second bit";
  EXPECT_TRUE(follow(rig).lacks_picture());
  ASSERT_TRUE(*v4l2::select_input(node, 3));
  EXPECT_EQ(follow(rig).signal, Signal::none);
}

TEST(Inputs, AStatusOutweighsADetector) {
  Rig rig{tv_card()};
  EXPECT_FALSE(follow(rig).lacks_picture()) << "the detector may just be a poor one";
  rig.camera->change_standard(V4L2_STD_PAL);
  for (const auto& [status, signal] : {std::pair{V4L2_IN_ST_NO_POWER, Signal::no_cable},
                                       {V4L2_IN_ST_NO_SIGNAL, Signal::none},
                                       {V4L2_IN_ST_NO_H_LOCK, Signal::unstable},
                                       {V4L2_IN_ST_NO_SYNC, Signal::unstable}}) {
    rig.camera->change_status(static_cast<std::uint32_t>(status));
    EXPECT_EQ(follow(rig).signal, signal);
    EXPECT_TRUE(follow(rig).lacks_picture());
  }
  rig.camera->change_status(0);
  EXPECT_EQ(follow(rig).signal, Signal::present);
}

TEST(Inputs, ALookSetsNothing) {
  Rig rig{capture_card()};
  rig.camera->change_timings(timings(1280, 720));
  EXPECT_EQ(v4l2::look_at_signal(*rig.device->node(), input_of(rig))->signal, Signal::present);
  EXPECT_EQ(rig.camera->calls(VIDIOC_S_DV_TIMINGS), 0U);
  Rig tv{tv_card()};
  tv.camera->change_standard(V4L2_STD_PAL);
  EXPECT_EQ(v4l2::look_at_signal(*tv.device->node(), input_of(tv))->signal, Signal::present);
  EXPECT_EQ(tv.camera->calls(VIDIOC_S_STD), 0U);
}

TEST(Inputs, StandardsAreFollowed) {
  Rig rig{tv_card()};
  EXPECT_EQ(follow(rig).signal, Signal::none);
  rig.camera->change_standard(V4L2_STD_PAL);
  EXPECT_TRUE(follow(rig).changed);
  EXPECT_FALSE(v4l2::bottom_field_first(*rig.device->node(), input_of(rig)));
  rig.camera->change_standard(V4L2_STD_PAL_B | V4L2_STD_SECAM);  // PAL is possible
  EXPECT_FALSE(follow(rig).changed);
  rig.camera->change_standard(V4L2_STD_NTSC);
  EXPECT_TRUE(follow(rig).changed);
  EXPECT_TRUE(v4l2::bottom_field_first(*rig.device->node(), input_of(rig)));
  EXPECT_EQ(rig.camera->format().size, (v4l2::Size{720, 480}));
}

TEST(Inputs, AChangeWakesWhoWaitsForAFrame) {
  Rig rig{capture_card()};
  ASSERT_TRUE(*v4l2::subscribe_source_change(*rig.device->node(), 0));
  rig.start();
  std::jthread source{[&] {
    rig.camera->change_timings(timings(1280, 720));
  }};
  EXPECT_TRUE(core::ends_in<v4l2::SourceChanged>(rig.stream->next()));
  rig.camera->fill();
  EXPECT_TRUE(core::ends_in<v4l2::Frame>(rig.stream->next()));
}

TEST(Inputs, AChangeComesBeforeTheFramesThatWait) {
  Rig rig{capture_card()};
  ASSERT_TRUE(*v4l2::subscribe_source_change(*rig.device->node(), 0));
  rig.start();
  rig.camera->change_timings(timings(1280, 720));
  EXPECT_TRUE(core::ends_in<v4l2::SourceChanged>(rig.stream->next()));
}

TEST(Inputs, ACameraHasNoSuchEvent) {
  Rig rig;
  EXPECT_FALSE(*v4l2::subscribe_source_change(*rig.device->node(), 0));
}

}  // namespace
