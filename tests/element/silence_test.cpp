// What becomes of the stream when the device falls silent.

#include <string>

#include "element/bused.h"
#include "element/rig.h"
#include "element/suite.h"

using rig::Bused;
using rig::camera;
using rig::fail_unless_has;

// The clock of each is stopped: a silence is as long as the test lets it be.

GST_START_TEST(test_a_silence_is_warned_of) {
  Bused bused;
  auto& rig = bused.rig;
  rig.kernel.stop_clock();
  g_object_set(rig.element, "first-frame-timeout", 2 * GST_SECOND, "stall-timeout", 3 * GST_SECOND,
               nullptr);
  rig.play();
  for (const auto* const text : {"no first frame for 2.0 s", "no first frame for 4.0 s"}) {
    rig.kernel.clock().pass();
    bused.fail_unless_notices({"stalled"});
    fail_unless_has(bused.wait_for(GST_MESSAGE_WARNING), text);
  }
  rig.next();
  rig.kernel.clock().pass();
  bused.fail_unless_notices({"stalled"});
  fail_unless_has(bused.wait_for(GST_MESSAGE_WARNING), "has sent no frame for 3.0 s");
  rig.next();
  fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_WARNING).empty());
  fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_ERROR).empty());
}

GST_END_TEST

GST_START_TEST(test_a_silent_stream_is_started_again) {
  Bused bused;
  auto& rig = bused.rig;
  rig.kernel.stop_clock();
  g_object_set(rig.element, "stall-timeout", 3 * GST_SECOND, "on-stall", 1, nullptr);
  rig.play();
  rig.next();
  rig.kernel.clock().pass();
  bused.fail_unless_notices({"stalled", "restarted"});
  const auto frame = rig.next();
  fail_unless(GST_BUFFER_FLAG_IS_SET(frame.get(), GST_BUFFER_FLAG_DISCONT));
  fail_unless_equals_uint64(rig::stat(rig.element, "restarted"), 1);
}

GST_END_TEST

GST_START_TEST(test_a_silent_device_is_opened_again) {
  Bused bused;
  auto& rig = bused.rig;
  rig.kernel.stop_clock();
  g_object_set(rig.element, "first-frame-timeout", 2 * GST_SECOND, "on-stall", 2, nullptr);
  rig.play();
  rig.kernel.clock().pass();
  bused.fail_unless_notices({"stalled", "restarted"});
  rig.kernel.clock().pass();
  bused.fail_unless_notices({"stalled", "reopened", "back"});
  rig.next();
  fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_ERROR).empty());
}

GST_END_TEST

GST_START_TEST(test_a_silence_may_be_an_error) {
  Bused bused;
  auto& rig = bused.rig;
  rig.kernel.stop_clock();
  g_object_set(rig.element, "stall-timeout", 3 * GST_SECOND, "on-stall", 3, nullptr);
  rig.play();
  rig.next();
  rig.kernel.clock().pass();
  fail_unless_has(bused.wait_for(GST_MESSAGE_ERROR), "has sent no frame for 3.0 s");
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
  rig.kernel.stop_clock();
  rig.camera->lose_signal(ENOLINK);
  g_object_set(rig.element, "first-frame-timeout", 2 * GST_SECOND, "on-stall", 2, nullptr);
  rig.play();
  for (int silence = 0; silence < 3; ++silence) {
    rig.kernel.clock().pass();
    bused.fail_unless_notices({"signal-lost"});
  }
  fail_unless_equals_uint64(rig::stat(rig.element, "restarted"), 0);
}

GST_END_TEST

GST_START_TEST(test_the_longest_timeout_reads_back) {
  rig::Rig rig;
  for (const char* const name : {"reconnect-timeout", "first-frame-timeout", "stall-timeout"}) {
    const auto* const spec =
        G_PARAM_SPEC_UINT64(g_object_class_find_property(G_OBJECT_GET_CLASS(rig.element), name));
    for (const guint64 wanted : {guint64{0}, guint64{5 * GST_SECOND}, guint64{spec->maximum}}) {
      guint64 is{};
      g_object_set(rig.element, name, wanted, nullptr);
      g_object_get(rig.element, name, &is, nullptr);
      fail_unless_equals_uint64(is, wanted);
    }
  }
}

GST_END_TEST

static Suite* silence_suite() {
  return suite_of("silence", {
                                 TEST(test_the_longest_timeout_reads_back),
                                 TEST(test_a_silence_is_warned_of),
                                 TEST(test_a_silent_stream_is_started_again),
                                 TEST(test_a_silent_device_is_opened_again),
                                 TEST(test_a_silence_may_be_an_error),
                                 TEST(test_no_signal_is_no_stall),
                             });
}

SUITE_MAIN(silence_suite)
