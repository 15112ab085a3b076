// Tests that caps contain only what the driver has confirmed. It confirms its rate, and its format
// after the rate was set.

#include <string>
#include <vector>

#include "rigs/rig_with_bus.h"
#include "rigs/suite.h"

using rig::Bused;
using rig::fail_unless_has;
using rig::Rig;

namespace {

constexpr auto any_rate = "video/x-raw,format=YUY2,width=320,height=240";
constexpr std::size_t rgb_size = std::size_t{640} * 480 * 3;

/// A camera that lists YUYV 320x240 and RGB3 640x480, each at `intervals`.
fake::Model camera(const std::vector<v4l2::Interval>& intervals) {
  auto model = rig::camera("1");
  model.formats = {{.fourcc = V4L2_PIX_FMT_YUYV,
                    .modes = {{.size = {320, 240}, .intervals = intervals}},
                    .step = {}},
                   {.fourcc = V4L2_PIX_FMT_RGB24,
                    .modes = {{.size = {640, 480}, .intervals = intervals}},
                    .step = {}}};
  return model;
}

/// Behaves like akvcam, where VIDIOC_S_PARM sets RGB3 640x480, whatever was set before.
fake::Model fickle() {
  auto model = camera({{1, 30}});
  model.rate_fourcc = V4L2_PIX_FMT_RGB24;
  model.rate_size = {640, 480};
  return model;
}

/// Behaves like uvcvideo with these dwFrameIntervals, which are in units of 100 ns.
fake::Model ntsc() {
  auto model = camera({{100, 2997}, {166833, 10'000'000}, {417083, 10'000'000}});
  model.default_rate = true;
  return model;
}

std::string text_of(GstCaps* caps) {
  gchar* const text = gst_caps_to_string(caps);
  std::string result{text};
  g_free(text);
  return result;
}

/// Returns the caps of the stream. A frame must have come.
std::string caps_of(Rig& rig) {
  auto* const pad = gst_element_get_static_pad(rig.element, "src");
  auto* const caps = gst_pad_get_current_caps(pad);
  gst_object_unref(pad);
  fail_unless(caps != nullptr);
  auto text = text_of(caps);
  gst_caps_unref(caps);
  return text;
}

/// Plays `model` with downstream's caps `wanted`, and returns the caps of the first frame.
std::string played(const fake::Model& model, const char* wanted) {
  Rig rig{model, wanted};
  rig.play();
  rig.next();
  return caps_of(rig);
}

/// Plays in the same way, expects an ERROR instead of a frame, and returns its text.
std::string refused(const fake::Model& model, const char* wanted) {
  Bused bused{model, wanted};
  bused.rig.play();
  auto text = bused.wait_for(GST_MESSAGE_ERROR);
  fail_unless(gst_harness_try_pull(bused.rig.harness) == nullptr);
  return text;
}

void fail_if_has(const std::string& text, const char* part) {
  fail_if(text.find(part) != std::string::npos, "'%s' has '%s'", text.c_str(), part);
}

}  // namespace

// ---- the format ---------------------------------------------------------------------------------

GST_START_TEST(test_a_format_that_the_rate_has_changed_is_refused) {
  for (const auto* const wanted : {rig::small_yuyv, any_rate}) {
    const auto text = refused(fickle(), wanted);
    fail_unless_has(text, "it changed from YUYV 320x240 to RGB3 640x480 when asked for 30/1");
    fail_unless_has(text, "Nearest: video/x-raw, format=RGB, width=640, height=480");
  }
}

GST_END_TEST

GST_START_TEST(test_a_format_that_the_rate_has_changed_is_taken_where_caps_allow_it) {
  for (const auto* const mode : {"auto", "rw"}) {
    auto model = fickle();
    model.device_caps |= V4L2_CAP_READWRITE;
    Rig rig{model, "video/x-raw,format=YUY2; video/x-raw"};
    rig::set(rig.element, "io-mode", mode);
    rig.play();
    const auto buffer = rig.next();
    const auto caps = caps_of(rig);
    fail_unless_has(caps, "format=(string)RGB, width=(int)640, height=(int)480");
    fail_unless_equals_uint64(gst_buffer_get_size(buffer.get()), rgb_size);
    fail_unless(rig::shows(buffer.get(), 0));
  }
}

GST_END_TEST

GST_START_TEST(test_a_format_is_confirmed_when_downstream_wants_another) {
  Rig rig{camera({{1, 30}}), "video/x-raw,format=YUY2"};
  rig.play();
  rig.next();
  const auto confirmed = rig.camera->calls(VIDIOC_G_FMT);
  const rig::FreeRun run{rig.camera};
  gst_harness_set_sink_caps_str(rig.harness, "video/x-raw,format=RGB");
  rig::Buffer buffer;
  do
    buffer.reset(gst_harness_pull(rig.harness));
  while (gst_buffer_get_size(buffer.get()) != rgb_size);
  fail_unless(rig.camera->calls(VIDIOC_G_FMT) > confirmed);
  fail_unless_has(caps_of(rig), "format=(string)RGB");
}

GST_END_TEST

/// A camera that has not changed its format may do so after it has come back.
GST_START_TEST(test_a_format_is_confirmed_when_the_camera_is_back) {
  Bused bused{camera({{1, 30}}), "video/x-raw,format=YUY2; video/x-raw"};
  auto& rig = bused.rig;
  rig::set(rig.element, "on-disconnect", "wait");
  rig.play();
  rig.next();
  fail_unless_has(caps_of(rig), "format=(string)YUY2");
  rig.kernel.unplug(rig::path);
  bused.fail_unless_notices({"lost", "waiting"});
  rig.camera = rig.kernel.plug(rig::path, fickle());
  fail_unless_equals_uint64(gst_buffer_get_size(rig.next().get()), rgb_size);
  fail_unless_has(caps_of(rig), "format=(string)RGB");
}

GST_END_TEST

GST_START_TEST(test_a_format_is_confirmed_when_the_source_has_changed) {
  auto model = camera({{1, 30}});
  model.tells_changes = true;
  Rig rig{model, "video/x-raw"};
  rig.play();
  rig.next();
  const auto confirmed = rig.camera->calls(VIDIOC_G_FMT);
  const rig::FreeRun run{rig.camera};
  rig.camera->change_source({{.fourcc = V4L2_PIX_FMT_YUYV,
                              .modes = {{.size = {352, 288}, .intervals = {{1, 25}}}},
                              .step = {}}});
  rig::Buffer buffer;
  do
    buffer.reset(gst_harness_pull(rig.harness));
  while (gst_buffer_get_size(buffer.get()) != std::size_t{352} * 288 * 2);
  fail_unless(rig.camera->calls(VIDIOC_G_FMT) > confirmed);
}

GST_END_TEST

/// A control that can be restored only after the mode is set may change the mode.
GST_START_TEST(test_a_format_that_a_restored_control_has_changed) {
  Bused bused{rig::camera("1")};
  auto& rig = bused.rig;
  rig::set(rig.element, "on-disconnect", "wait");
  rig.play();
  rig.next();
  rig.kernel.unplug(rig::path);
  bused.fail_unless_notices({"lost", "waiting"});
  rig.camera = rig.kernel.plug_with(rig::path, rig::camera("1"), [](fake::Faults& faults) {
    // The first two calls confirm the negotiated format. The third one comes after the controls.
    faults.alter<v4l2_format>(
        VIDIOC_G_FMT, [](v4l2_format& answer) { answer.fmt.pix.width = 640; }, 1, 2);
  });
  rig.next();
  fail_unless_equals_int(rig.camera->calls(VIDIOC_S_FMT), 2);
  fail_unless_has(caps_of(rig), "width=(int)320");
}

GST_END_TEST

// ---- the rate -----------------------------------------------------------------------------------

GST_START_TEST(test_a_rate_that_is_listed_but_not_set) {
  auto model = camera({{1, 30}});
  model.sets = {1, 20};
  const auto text = refused(model, rig::small_yuyv);
  fail_unless_has(text, "none has that framerate; it lists 30/1, but set 20/1 when asked for it.");
  fail_unless_has(
      text, "Nearest: video/x-raw, format=YUY2, width=320, height=240, framerate=20/1. Ask for");
  fail_if_has(text, "it has 30");
  fail_unless_has(played(model, any_rate), "framerate=(fraction)20/1");
  fail_unless_has(played(model, "video/x-raw,format=YUY2,framerate=30/1; video/x-raw,format=YUY2"),
                  "framerate=(fraction)20/1");
}

GST_END_TEST

GST_START_TEST(test_a_rate_that_is_refused_is_not_in_caps) {
  const auto refuse = [](Rig& rig, bool told) {
    rig.camera->fault([told](fake::Faults& faults) {
      faults.fail(VIDIOC_S_PARM, EINVAL, 100);
      if (!told) faults.fail(VIDIOC_G_PARM, EINVAL, 100);
    });
  };
  for (const bool told : {true, false}) {
    Rig any{camera({{1, 25}}), any_rate};  // the device is set to 30/1
    refuse(any, told);
    any.play();
    const auto buffer = any.next();
    fail_unless_has(caps_of(any), told ? "framerate=(fraction)30/1" : "framerate=(fraction)0/1");
    fail_unless_equals_uint64(GST_BUFFER_DURATION(buffer.get()),
                              told ? GST_SECOND / 30 : GST_CLOCK_TIME_NONE);
    Bused asked{camera({{1, 25}}), "video/x-raw,format=YUY2,width=320,height=240,framerate=25/1"};
    refuse(asked.rig, told);
    asked.rig.play();
    fail_unless_has(
        asked.wait_for(GST_MESSAGE_ERROR),
        told ? "it lists 25/1, but refused it and keeps 30/1." : "it lists 25/1, but refused it.");
  }
}

GST_END_TEST

/// The device's rate is known, but cannot be set. An analog standard's rate is such a rate.
GST_START_TEST(test_a_rate_that_can_only_be_asked_for) {
  for (const bool fixed : {true, false}) {
    Bused bused{camera({}), fixed ? rig::small_yuyv : any_rate};
    bused.rig.camera->fault([](fake::Faults& faults) {
      faults.fail(VIDIOC_S_PARM, ENOTTY, 100);
      faults.alter<v4l2_streamparm>(
          VIDIOC_G_PARM,
          [](v4l2_streamparm& answer) {
            answer.parm.capture.capability = 0;
            answer.parm.capture.timeperframe = {.numerator = 1, .denominator = 25};
          },
          100);
    });
    bused.rig.play();
    if (fixed) {
      fail_unless_has(bused.wait_for(GST_MESSAGE_ERROR), "it set 25/1 when asked for 30/1.");
    } else {
      bused.rig.next();
      fail_unless_has(caps_of(bused.rig), "framerate=(fraction)25/1");
    }
  }
}

GST_END_TEST

/// VIDIOC_S_FMT resets uvcvideo's rate to the format's default.
GST_START_TEST(test_the_rate_outlives_a_wish_for_longer_lines) {
  for (const bool can : {true, false}) {
    auto model = camera({{1, 30}, {1, 15}});
    model.strides = can;
    model.default_rate = true;
    Rig rig{model, "video/x-raw,format=YUY2,width=320,height=240,framerate=15/1"};
    auto* const wish = gst_structure_new("video-meta", "padding-right", G_TYPE_UINT, 32U,
                                         "stride-align0", G_TYPE_UINT, 63U, nullptr);
    gst_harness_add_propose_allocation_meta(rig.harness, GST_VIDEO_META_API_TYPE, wish);
    gst_structure_free(wish);
    rig.play();
    const auto buffer = rig.next();
    fail_unless_equals_int(gst_buffer_get_video_meta(buffer.get())->stride[0], can ? 704 : 640);
    fail_unless(rig.camera->interval() == v4l2::Interval(1, 15));
  }
}

GST_END_TEST

GST_START_TEST(test_another_rate_after_a_wish_for_longer_lines) {
  auto model = camera({{1, 30}, {1, 15}});
  model.strides = true;
  model.default_rate = true;
  Bused bused{model, "video/x-raw,format=YUY2,width=320,height=240,framerate=15/1"};
  auto* const wish = gst_structure_new("video-meta", "padding-right", G_TYPE_UINT, 32U, nullptr);
  gst_harness_add_propose_allocation_meta(bused.rig.harness, GST_VIDEO_META_API_TYPE, wish);
  gst_structure_free(wish);
  bused.rig.camera->fault([](fake::Faults& faults) {
    faults.alter<v4l2_streamparm>(
        VIDIOC_S_PARM,
        [](v4l2_streamparm& answer) {
          answer.parm.capture.timeperframe = {.numerator = 1, .denominator = 7};
        },
        100, 1);
  });
  bused.rig.play();
  fail_unless_has(bused.wait_for(GST_MESSAGE_ERROR),
                  "VIDIOC_S_PARM: another interval than before, with the denominator 7");
}

GST_END_TEST

/// The driver rounds rates that it is asked for. Downstream leaves the rate open, so it was asked
/// for none.
GST_START_TEST(test_a_rate_that_is_only_told_is_not_set_after_a_wish_for_longer_lines) {
  auto model = rig::camera("1");
  model.strides = true;
  Bused bused{model};
  auto* const wish = gst_structure_new("video-meta", "padding-right", G_TYPE_UINT, 32U, nullptr);
  gst_harness_add_propose_allocation_meta(bused.rig.harness, GST_VIDEO_META_API_TYPE, wish);
  gst_structure_free(wish);
  bused.rig.play();
  const auto asked = bused.rig.camera->calls(VIDIOC_S_PARM);
  fail_unless(asked <= 1, "%u", asked);
  bused.rig.next();
}

GST_END_TEST

GST_START_TEST(test_other_parameters_stay_as_they_were_set) {
  auto model = camera({{1, 30}, {1, 15}});
  model.capture_mode = 0x2000;
  fail_unless_has(played(model, any_rate), "framerate=(fraction)30/1");
  Rig rig{model, "video/x-raw,format=YUY2,width=320,height=240,framerate=15/1"};
  rig.play();
  rig.next();
  fail_unless(rig.camera->interval() == v4l2::Interval(1, 15));
}

GST_END_TEST

// ---- which rate ---------------------------------------------------------------------------------

/// videorate of GStreamer 1.22 asks for caps like these in front of "video/x-raw,framerate=20/1".
GST_START_TEST(test_the_nearest_rate_that_is_not_below_the_preferred_one) {
  const auto model = camera({{1, 60}, {1, 30}, {1, 15}});
  const auto check = [&model](const std::string& fields, const char* preferred,
                              const char* expected) {
    const auto any = "video/x-raw" + fields + ",framerate=[0/1,2147483647/1]";
    auto caps = "video/x-raw" + fields + ",framerate=" + preferred + ";" + any;
    const auto text = played(model, caps.c_str());
    const auto rate = std::string{"framerate=(fraction)"} + expected;
    fail_unless_has(text + ",", (rate + ",").c_str());
  };
  for (const auto* const fields :
       {"", ",format=YUY2", ",format=YUY2,width=320,height=240", ",width=[1,1920]"}) {
    check(fields, "20/1", "30/1");
    check(fields, "15/1", "15/1");
    check(fields, "50/1", "60/1");
    check(fields, "100/1", "60/1");
    check(fields, "[18/1,25/1]", "30/1");
    check(fields, "{10/1,12/1}", "15/1");
  }
  // Downstream that prefers no rate gets the fastest.
  fail_unless_has(played(model, any_rate), "framerate=(fraction)60/1");
}

GST_END_TEST

GST_START_TEST(test_a_preferred_rate_is_asked_for_where_none_is_listed) {
  auto model = camera({});
  Rig rig{model,
          "video/x-raw,format=YUY2,width=320,height=240,framerate=20/1;"
          "video/x-raw,format=YUY2,width=320,height=240,framerate=[0/1,2147483647/1]"};
  rig.camera->fault([](fake::Faults& faults) {
    faults.alter<v4l2_streamparm>(
        VIDIOC_S_PARM,
        [](v4l2_streamparm& answer) {
          answer.parm.capture.timeperframe = {.numerator = 1, .denominator = 20};
        },
        100);
  });
  rig.play();
  rig.next();
  fail_unless_has(caps_of(rig), "framerate=(fraction)20/1");
}

GST_END_TEST

// ---- what is the same rate ----------------------------------------------------------------------

/// uvcvideo reduces 333667 × 100 ns to 100/2997.
GST_START_TEST(test_intervals_within_100_ns_are_one_rate) {
  const auto wish = [](const char* rate) {
    return std::string{any_rate} + ",framerate=" + rate;
  };
  for (const auto* const rate : {"30000/1001", "2997/100", "60000/1001", "24000/1001"})
    fail_unless_has(played(ntsc(), wish(rate).c_str()),
                    (std::string{"framerate=(fraction)"} + rate).c_str());
  fail_unless_has(played(ntsc(), any_rate), "framerate=(fraction)60000/1001");
  auto one = camera({{100, 2997}});
  fail_unless_has(played(one, any_rate), "framerate=(fraction)30000/1001");
  fail_unless_has(refused(one, rig::small_yuyv), "none has that framerate; it has 29.97 frames");
  fail_unless_has(refused(camera({{1, 30}}), wish("30000/1001").c_str()), "it has 30 frames");
}

GST_END_TEST

GST_START_TEST(test_caps_offer_the_usual_names_of_rates) {
  Rig rig{ntsc(), any_rate};
  rig.play();
  auto* const pad = gst_element_get_static_pad(rig.element, "src");
  rig.next();
  for (const auto* const rate : {"30000/1001", "2997/100", "60000/1001", "24000/1001"}) {
    auto* const one = gst_caps_from_string((std::string{any_rate} + ",framerate=" + rate).c_str());
    auto* const offered = gst_pad_query_caps(pad, one);
    fail_if(gst_caps_is_empty(offered), "%s is not offered", rate);
    gst_caps_unref(offered);
    gst_caps_unref(one);
  }
  gst_object_unref(pad);
}

GST_END_TEST

/// The stream's caps fix its rate, whatever the name of that rate.
GST_START_TEST(test_a_camera_that_comes_back_has_the_rate_that_it_had) {
  Bused bused{ntsc(), any_rate};
  auto& rig = bused.rig;
  rig::set(rig.element, "on-disconnect", "wait");
  rig.play();
  rig.next();
  const auto before = caps_of(rig);
  rig.kernel.unplug(rig::path);
  auto model = ntsc();
  for (auto& format : model.formats)
    format.modes.front().intervals.insert(format.modes.front().intervals.begin(), {1, 120});
  rig.camera = rig.kernel.plug(rig::path, model);
  rig.next();
  const auto after = caps_of(rig);
  fail_unless_equals_string(after.c_str(), before.c_str());
  fail_unless(rig.camera->interval() == v4l2::Interval(166833, 10'000'000));
}

GST_END_TEST

static Suite* rate_suite() {
  return suite_of("rate",
                  {
                      TEST(test_a_format_that_the_rate_has_changed_is_refused),
                      TEST(test_a_format_that_the_rate_has_changed_is_taken_where_caps_allow_it),
                      TEST(test_a_format_is_confirmed_when_downstream_wants_another),
                      TEST(test_a_format_is_confirmed_when_the_camera_is_back),
                      TEST(test_a_format_is_confirmed_when_the_source_has_changed),
                      TEST(test_a_format_that_a_restored_control_has_changed),
                      TEST(test_a_rate_that_is_listed_but_not_set),
                      TEST(test_a_rate_that_is_refused_is_not_in_caps),
                      TEST(test_a_rate_that_can_only_be_asked_for),
                      TEST(test_the_rate_outlives_a_wish_for_longer_lines),
                      TEST(test_another_rate_after_a_wish_for_longer_lines),
                      TEST(test_a_rate_that_is_only_told_is_not_set_after_a_wish_for_longer_lines),
                      TEST(test_other_parameters_stay_as_they_were_set),
                      TEST(test_the_nearest_rate_that_is_not_below_the_preferred_one),
                      TEST(test_a_preferred_rate_is_asked_for_where_none_is_listed),
                      TEST(test_intervals_within_100_ns_are_one_rate),
                      TEST(test_caps_offer_the_usual_names_of_rates),
                      TEST(test_a_camera_that_comes_back_has_the_rate_that_it_had),
                  });
}

SUITE_MAIN(rate_suite)
