// What becomes of the stream when the device falls silent.

#include <string>

#include "element/bused.h"
#include "element/rig.h"
#include "element/suite.h"

using rig::Bused;
using rig::camera;
using rig::fail_unless_has;

GST_START_TEST(test_a_silence_is_warned_of) {
  Bused bused;
  auto& rig = bused.rig;
  g_object_set(rig.element, "first-frame-timeout", 10 * GST_MSECOND, "stall-timeout",
               10 * GST_MSECOND, nullptr);
  rig.play();
  fail_unless_has(bused.wait_for(GST_MESSAGE_WARNING), "no first frame for 0.0 s");
  rig.next();
  // There may be more of the first kind before the frame is filled.
  while (bused.wait_for(GST_MESSAGE_WARNING).find("has sent no frame for") == std::string::npos) {
  }
  bused.fail_unless_notices({"stalled"});
  rig.next();
  fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_ERROR).empty());
}

GST_END_TEST

GST_START_TEST(test_a_silent_stream_is_started_again) {
  Bused bused;
  auto& rig = bused.rig;
  g_object_set(rig.element, "stall-timeout", 10 * GST_MSECOND, "on-stall", 1, nullptr);
  rig.play();
  rig.next();
  bused.fail_unless_notices({"stalled", "restarted"});
  const auto frame = rig.next();
  fail_unless(GST_BUFFER_FLAG_IS_SET(frame.get(), GST_BUFFER_FLAG_DISCONT));
  fail_unless(rig::stat(rig.element, "restarted") >= 1);
}

GST_END_TEST

GST_START_TEST(test_a_silent_device_is_opened_again) {
  Bused bused;
  auto& rig = bused.rig;
  g_object_set(rig.element, "first-frame-timeout", 10 * GST_MSECOND, "on-stall", 2, nullptr);
  rig.play();
  bused.fail_unless_notices({"stalled", "restarted", "stalled", "reopened", "back"});
  rig.next();
  fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_ERROR).empty());
}

GST_END_TEST

GST_START_TEST(test_a_silence_may_be_an_error) {
  Bused bused;
  auto& rig = bused.rig;
  g_object_set(rig.element, "stall-timeout", 10 * GST_MSECOND, "on-stall", 3, nullptr);
  rig.play();
  rig.next();
  fail_unless_has(bused.wait_for(GST_MESSAGE_ERROR), "has sent no frame for");
  rig.set_state(GST_STATE_NULL);
  fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_ERROR).empty());
}

GST_END_TEST

GST_START_TEST(test_no_signal_is_no_stall) {
  auto model = camera("1");
  model.input_capabilities = V4L2_IN_CAP_DV_TIMINGS;
  model.input_status = V4L2_IN_ST_NO_SIGNAL;
  Bused bused{model};
  auto& rig = bused.rig;
  rig.camera->lose_signal(ENOLINK);
  g_object_set(rig.element, "first-frame-timeout", 10 * GST_MSECOND, "on-stall", 2, nullptr);
  rig.play();
  bused.fail_unless_notices({"signal-lost", "signal-lost", "signal-lost"});
  fail_unless_equals_uint64(rig::stat(rig.element, "restarted"), 0);
}

GST_END_TEST

static Suite* silence_suite() {
  return suite_of("silence", {
                                 TEST(test_a_silence_is_warned_of),
                                 TEST(test_a_silent_stream_is_started_again),
                                 TEST(test_a_silent_device_is_opened_again),
                                 TEST(test_a_silence_may_be_an_error),
                                 TEST(test_no_signal_is_no_stall),
                             });
}

SUITE_MAIN(silence_suite)
