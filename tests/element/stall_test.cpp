// Tests what the element does with the stream when the device sends no frame.

#include <string>
#include <thread>

#include <gst/video/video.h>

#include "rigs/rig.h"
#include "rigs/rig_with_bus.h"
#include "rigs/suite.h"

using rig::Bused;
using rig::camera;
using rig::fail_unless_has;
using namespace std::chrono_literals;

namespace {

/// Sends a frame that the element leaves out. Returns when the element has counted the frame.
void leave_out(rig::Rig& rig, const fake::FrameOptions& frame, const char* counter) {
  const auto before = rig::stat(rig.element, counter);
  rig.camera->fill_when_queued(frame);
  while (rig::stat(rig.element, counter) == before)
    std::this_thread::yield();
}

const fake::FrameOptions damaged{.bytes_used = 100};

}  // namespace

// Each test stops the clock, so a silence is as long as the test decides.

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
  g_object_set(rig.element, "stall-timeout", 3 * GST_SECOND, nullptr);
  rig::set(rig.element, "on-stall", "restart");
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
  g_object_set(rig.element, "first-frame-timeout", 2 * GST_SECOND, nullptr);
  rig::set(rig.element, "on-stall", "reopen");
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
  g_object_set(rig.element, "stall-timeout", 3 * GST_SECOND, nullptr);
  rig::set(rig.element, "on-stall", "error");
  rig.play();
  rig.next();
  rig.kernel.clock().pass();
  fail_unless_has(bused.wait_for(GST_MESSAGE_ERROR), "has sent no frame for 3.0 s");
  rig.set_state(GST_STATE_NULL);
  fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_ERROR).empty());
}

GST_END_TEST

GST_START_TEST(test_a_start_without_a_signal_is_told_as_that) {
  auto model = camera("1");
  model.input_status = V4L2_IN_ST_NO_SIGNAL;
  Bused bused{model};
  auto& rig = bused.rig;
  rig.kernel.stop_clock();
  rig.play();
  rig.kernel.clock().pass();
  fail_unless_has(bused.wait_for(GST_MESSAGE_WARNING), "Nothing comes in at the input");
}

GST_END_TEST

GST_START_TEST(test_stall_timeout_alone_stays_armed) {
  Bused bused;
  auto& rig = bused.rig;
  rig.kernel.stop_clock();
  g_object_set(rig.element, "stall-timeout", 3 * GST_SECOND, nullptr);
  rig::set(rig.element, "on-stall", "restart");
  rig.play();
  rig.next();
  for (int silence = 0; silence < 3; ++silence) {
    rig.kernel.clock().pass();
    bused.fail_unless_notices({"stalled", "restarted"});
  }
  rig.next();
  fail_unless_equals_uint64(rig::stat(rig.element, "restarted"), 3);
}

GST_END_TEST

/// This warning may concern a camera that waits for a trigger. So it is posted once.
GST_START_TEST(test_a_start_without_a_frame_is_warned_of_once) {
  Bused bused;
  auto& rig = bused.rig;
  rig.kernel.stop_clock();
  rig.play();
  rig.kernel.clock().pass();
  fail_unless_has(bused.wait_for(GST_MESSAGE_WARNING), "no frame in the first 10.0 s");
  rig.next();
  rig.set_state(GST_STATE_PAUSED);
  rig.set_state(GST_STATE_PLAYING);
  rig.next();
  fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_WARNING).empty());
}

GST_END_TEST

// ---- frames that are left out -------------------------------------------------------------------

GST_START_TEST(test_nothing_but_damage_is_warned_of) {
  Bused bused;
  auto& rig = bused.rig;
  rig.kernel.stop_clock();
  rig.play();
  for (int round = 0; round < 2; ++round) {
    leave_out(rig, damaged, "damaged");
    rig.kernel.clock().pass();
    if (round > 0)
      fail_unless_has(bused.wait_for(GST_MESSAGE_WARNING), "has sent a damaged frame (short");
    fail_unless_has(bused.wait_for(GST_MESSAGE_WARNING),
                    "nothing but damaged frames for 2.0 s: 1, which are left out (short, 100 of "
                    "153600 bytes). on-corrupt=flag sends them");
    leave_out(rig, damaged, "damaged");
    rig.next();  // the next episode is reported again
  }
  fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_WARNING).empty());
  fail_unless_equals_uint64(rig::stat(rig.element, "damaged"), 4);
}

GST_END_TEST

/// Damage before the first frame is usual.
GST_START_TEST(test_damage_among_frames_is_told_once) {
  Bused bused;
  auto& rig = bused.rig;
  rig.kernel.stop_clock();
  rig.play();
  for (int frame = 0; frame < 10; ++frame) {
    leave_out(rig, damaged, "damaged");
    rig.kernel.clock().add(1s);
    rig.next();
    if (frame == 0) fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_WARNING).empty());
  }
  const auto told = rig::texts_of(bused.bus, GST_MESSAGE_WARNING);
  fail_unless_equals_uint64(told.size(), 1);
  fail_unless_has(told[0], "has sent a damaged frame (short, 100 of 153600 bytes)");
}

GST_END_TEST

GST_START_TEST(test_damage_is_silence_to_the_watchdog) {
  Bused bused;
  auto& rig = bused.rig;
  rig.kernel.stop_clock();
  g_object_set(rig.element, "stall-timeout", 3 * GST_SECOND, nullptr);
  rig::set(rig.element, "on-stall", "error");
  rig.play();
  rig.next();
  for (int second = 0; second < 3; ++second) {
    leave_out(rig, damaged, "damaged");
    rig.kernel.clock().add(1s);
  }
  rig.camera->fill_when_queued(damaged);
  fail_unless_has(bused.wait_for(GST_MESSAGE_ERROR), "nothing but damaged frames");
}

GST_END_TEST

/// Each event ends a poll(), but is no frame.
GST_START_TEST(test_events_do_not_keep_the_watchdog_quiet) {
  auto model = camera("1");
  model.controls = fake::usual_controls();
  Bused bused{model};
  auto& rig = bused.rig;
  rig.kernel.stop_clock();
  g_object_set(rig.element, "stall-timeout", 3 * GST_SECOND, nullptr);
  // The element subscribes to events only of a device whose settings it may have to restore.
  rig::set(rig.element, "on-disconnect", "wait");
  rig.play();
  rig.next();
  // The wait may begin after the first second, so this takes one second more than the timeout.
  for (int second = 1; second <= 4; ++second) {
    rig.kernel.clock().add(1s);
    rig.camera->set_control(V4L2_CID_BRIGHTNESS, second);
    rig.camera->wait_events_fetched();
  }
  fail_unless_has(bused.wait_for(GST_MESSAGE_WARNING), "has sent no frame for");
}

GST_END_TEST

GST_START_TEST(test_a_key_frame_that_does_not_come_is_warned_of) {
  Bused bused{camera("1"), "video/x-h264,stream-format=byte-stream"};
  auto& rig = bused.rig;
  rig.kernel.stop_clock();
  g_object_set(rig.element, "start-on-keyframe", TRUE, nullptr);
  rig.play();
  leave_out(rig, {.flags = V4L2_BUF_FLAG_PFRAME}, "skipped");
  rig.kernel.clock().pass();
  fail_unless_has(bused.wait_for(GST_MESSAGE_WARNING), "no key frame for 10.0 s");
  rig.next({.flags = V4L2_BUF_FLAG_KEYFRAME});
  fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_WARNING).empty());
}

GST_END_TEST

// ---- what is whole ------------------------------------------------------------------------------

/// A line has 704 bytes, and the picture takes 640 of them. The padding of the last line carries no
/// picture.
GST_START_TEST(test_the_padding_behind_the_last_line_is_not_needed) {
  auto model = camera("1");
  model.line_padding = 64;
  constexpr std::uint32_t stride = 704;
  for (const std::uint32_t bytes : {stride * 240 - 64, stride * 240}) {
    Bused bused{model};
    auto& rig = bused.rig;
    gst_harness_add_propose_allocation_meta(rig.harness, GST_VIDEO_META_API_TYPE, nullptr);
    rig.play();
    const auto frame = rig.next({.bytes_used = bytes});
    fail_unless_equals_uint64(gst_buffer_get_size(frame.get()), stride * 240);
    fail_unless_equals_uint64(rig::stat(rig.element, "damaged"), 0);
  }
  // Bytes behind the picture are no part of it.
  model.extra_rows = 8;
  Bused bused{model};
  gst_harness_add_propose_allocation_meta(bused.rig.harness, GST_VIDEO_META_API_TYPE, nullptr);
  bused.rig.play();
  const auto whole = bused.rig.next();
  fail_unless_equals_uint64(gst_buffer_get_size(whole.get()), stride * 240);
  bused.rig.camera->fill_when_queued({.bytes_used = stride * 240 - 65});
  bused.rig.next();
  fail_unless_equals_uint64(rig::stat(bused.rig.element, "damaged"), 1);
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

static Suite* stall_suite() {
  return suite_of("stall", {
                               TEST(test_the_longest_timeout_reads_back),
                               TEST(test_a_silence_is_warned_of),
                               TEST(test_a_silent_stream_is_started_again),
                               TEST(test_a_silent_device_is_opened_again),
                               TEST(test_a_silence_may_be_an_error),
                               TEST(test_a_start_without_a_signal_is_told_as_that),
                               TEST(test_stall_timeout_alone_stays_armed),
                               TEST(test_a_start_without_a_frame_is_warned_of_once),
                               TEST(test_nothing_but_damage_is_warned_of),
                               TEST(test_damage_among_frames_is_told_once),
                               TEST(test_damage_is_silence_to_the_watchdog),
                               TEST(test_events_do_not_keep_the_watchdog_quiet),
                               TEST(test_a_key_frame_that_does_not_come_is_warned_of),
                               TEST(test_the_padding_behind_the_last_line_is_not_needed),
                           });
}

SUITE_MAIN(stall_suite)
