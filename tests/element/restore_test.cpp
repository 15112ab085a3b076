// Tests a camera's settings besides its mode, before it goes away and after it is back.

#include <algorithm>
#include <initializer_list>
#include <string>

#include "kernel/node.h"
#include "rigs/rig.h"
#include "rigs/rig_with_bus.h"
#include "rigs/suite.h"
#include "settings/selection.h"

using rig::Bused;
using rig::camera;

namespace {

constexpr v4l2_rect corner{.left = 16, .top = 8, .width = 320, .height = 240};

fake::Model grabber() {
  auto model = camera("1");
  model.inputs = 2;
  model.crops = true;
  model.composes = true;
  return model;
}

/// A rig whose element waits for its camera.
struct Waiting : Bused {
  explicit Waiting(const fake::Model& model = camera("1")) : Bused{model} {
    rig::set(rig.element, "on-disconnect", "wait");
  }

  /// Makes a call through another descriptor, as another program does.
  template <class Argument>
  void call(const v4l2::Request<Argument>& request, Argument argument) {
    const auto node = v4l2::Node::open(rig.kernel, rig::path);
    fail_unless((*node)->call(request, argument).has_value());
  }

  void select(std::uint32_t target) {
    const auto node = v4l2::Node::open(rig.kernel, rig::path);
    fail_unless(v4l2::select(**node, target, corner)->has_value());
  }

  /// Unplugs the camera, and plugs in `model` with its defaults.
  void replug(const fake::Model& model) {
    rig.kernel.unplug(rig::path);
    fail_unless_notices({"lost", "waiting"});
    rig.camera = rig.kernel.plug("/dev/video5", model);
    fail_unless_notices({"back"});
  }
};

}  // namespace

GST_START_TEST(test_what_was_set_before_the_start_is_set_again) {
  Waiting waiting{grabber()};
  auto& rig = waiting.rig;
  waiting.call(v4l2::request::s_input, 1);
  waiting.select(V4L2_SEL_TGT_CROP);
  rig.camera->set_control(V4L2_CID_BRIGHTNESS, 20);
  rig.camera->set_control(V4L2_CID_EXPOSURE_AUTO, V4L2_EXPOSURE_MANUAL);
  rig.camera->set_control(V4L2_CID_EXPOSURE_ABSOLUTE, 40);
  rig.play();
  rig.next();
  waiting.replug(grabber());
  rig.next();
  fail_unless_equals_int(rig.camera->input(), 1);
  fail_unless(v4l2::same(rig.camera->crop(), corner));
  fail_unless_equals_int(rig.camera->control(V4L2_CID_BRIGHTNESS), 20);
  fail_unless_equals_int(rig.camera->control(V4L2_CID_EXPOSURE_AUTO), V4L2_EXPOSURE_MANUAL);
  fail_unless_equals_int(rig.camera->control(V4L2_CID_EXPOSURE_ABSOLUTE), 40);
}

GST_END_TEST

GST_START_TEST(test_what_was_set_meanwhile_is_set_again_each_time) {
  Waiting waiting;
  auto& rig = waiting.rig;
  rig.play();
  for (int brightness = 1; brightness < 4; ++brightness) {
    rig.next();
    rig.camera->set_control(V4L2_CID_BRIGHTNESS, brightness);
    rig.camera->set_control(V4L2_CID_AUTO_WHITE_BALANCE, 0);
    rig.camera->set_control(V4L2_CID_WHITE_BALANCE_TEMPERATURE, 3000 + brightness);
    rig.camera->wait_events_fetched();
    const std::string node = brightness == 1 ? rig::path : "/dev/video5";
    rig.kernel.unplug(node);
    waiting.fail_unless_notices({"lost", "waiting"});
    rig.camera = rig.kernel.plug("/dev/video5", camera("1"));
    waiting.fail_unless_notices({"back"});
    rig.next();
    fail_unless_equals_int(rig.camera->control(V4L2_CID_BRIGHTNESS), brightness);
    fail_unless_equals_int(rig.camera->control(V4L2_CID_WHITE_BALANCE_TEMPERATURE),
                           3000 + brightness);
  }
}

GST_END_TEST

GST_START_TEST(test_a_standard_that_nothing_tells_is_set_again) {
  auto model = grabber();
  model.standards = V4L2_STD_ALL;
  Bused bused{model, "video/x-raw,format=YUY2"};
  auto& rig = bused.rig;
  rig::set(rig.element, "on-disconnect", "wait");
  const auto node = v4l2::Node::open(rig.kernel, rig::path);
  v4l2_std_id standard = V4L2_STD_PAL_BG;
  fail_unless((*node)->call(v4l2::request::s_std, standard).has_value());
  rig.play();
  rig.next();
  rig.kernel.unplug(rig::path);
  rig.camera = rig.kernel.plug(rig::path, model);
  rig.next();
  fail_unless(rig.camera->standard() == V4L2_STD_PAL_BG);
}

GST_END_TEST

GST_START_TEST(test_what_cannot_be_restored_is_told) {
  Waiting waiting{grabber()};
  auto& rig = waiting.rig;
  rig.camera->set_control(V4L2_CID_BRIGHTNESS, 60);
  rig.camera->set_control(V4L2_CID_CONTRAST, 60);
  waiting.select(V4L2_SEL_TGT_CROP);
  rig.play();
  rig.next();
  auto narrow = grabber();
  narrow.crops = false;
  narrow.controls.front().maximum = 50;  // Brightness
  narrow.controls.front().refuses_beyond_range = true;
  waiting.replug(narrow);
  waiting.fail_unless_notices({"not-restored"});
  const std::vector<std::string> expected{"crop", "Brightness"};
  fail_unless(waiting.settings == expected);
  rig.next();
  fail_unless_equals_int(rig.camera->control(V4L2_CID_CONTRAST), 60);
  fail_unless(rig::texts_of(waiting.bus, GST_MESSAGE_WARNING).empty());
  fail_unless(rig::texts_of(waiting.bus, GST_MESSAGE_ERROR).empty());
}

GST_END_TEST

GST_START_TEST(test_one_that_goes_away_while_it_is_set_up_is_set_up_later) {
  for (const unsigned long request :
       {VIDIOC_S_INPUT, VIDIOC_S_EXT_CTRLS, VIDIOC_G_EXT_CTRLS, VIDIOC_S_SELECTION, VIDIOC_S_FMT}) {
    Waiting waiting{grabber()};
    auto& rig = waiting.rig;
    waiting.call(v4l2::request::s_input, 1);
    waiting.select(V4L2_SEL_TGT_CROP);
    rig.camera->set_control(V4L2_CID_BRIGHTNESS, 20);
    rig.play();
    rig.next();
    rig.kernel.unplug(rig::path);
    waiting.fail_unless_notices({"lost", "waiting"});
    // The camera is back, but goes away during that call.
    rig.camera = rig.kernel.plug_with("/dev/video5", grabber(),
                                      [&](fake::Faults& faults) { faults.fail(request, ENODEV); });
    rig.next();
    fail_unless_equals_int(rig.camera->input(), 1);
    fail_unless(v4l2::same(rig.camera->crop(), corner));
    fail_unless_equals_int(rig.camera->control(V4L2_CID_BRIGHTNESS), 20);
    fail_unless(rig::texts_of(waiting.bus, GST_MESSAGE_ERROR).empty());
  }
}

GST_END_TEST

GST_START_TEST(test_a_live_pan_survives_a_broken_stream) {
  Waiting waiting{grabber()};
  auto& rig = waiting.rig;
  rig.play();
  rig.next();
  waiting.select(V4L2_SEL_TGT_CROP);
  rig.camera->set_control(V4L2_CID_BRIGHTNESS, 20);
  rig.camera->fail_stream();
  waiting.fail_unless_notices({"restarted"});
  rig.next();
  fail_unless(v4l2::same(rig.camera->crop(), corner));
  fail_unless_equals_int(rig.camera->control(V4L2_CID_BRIGHTNESS), 20);
}

GST_END_TEST

GST_START_TEST(test_who_never_reopens_asks_for_no_controls) {
  for (const bool reopens : {false, true}) {
    Bused bused;
    auto& rig = bused.rig;
    g_object_set(rig.element, "on-stall", reopens ? 2 : 1, nullptr);
    rig.play();
    rig.next();
    fail_unless((rig.camera->calls(VIDIOC_QUERY_EXT_CTRL) > 0) == reopens);
    fail_unless((rig.camera->calls(VIDIOC_SUBSCRIBE_EVENT) > 1) == reopens);
  }
}

GST_END_TEST

static Suite* restore_suite() {
  return suite_of("restore", {
                                 TEST(test_what_was_set_before_the_start_is_set_again),
                                 TEST(test_what_was_set_meanwhile_is_set_again_each_time),
                                 TEST(test_a_standard_that_nothing_tells_is_set_again),
                                 TEST(test_what_cannot_be_restored_is_told),
                                 TEST(test_one_that_goes_away_while_it_is_set_up_is_set_up_later),
                                 TEST(test_a_live_pan_survives_a_broken_stream),
                                 TEST(test_who_never_reopens_asks_for_no_controls),
                             });
}

SUITE_MAIN(restore_suite)
