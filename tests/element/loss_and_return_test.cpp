// Tests what the element does with the stream when the device goes away or fails.

#include <string>
#include <vector>

#include "rigs/rig.h"
#include "rigs/rig_with_bus.h"
#include "rigs/suite.h"

using rig::Bused;
using rig::camera;
using rig::fail_unless_has;

// ---- away and back ------------------------------------------------------------------------------

GST_START_TEST(test_by_default_a_loss_is_an_error) {
  Bused bused;
  bused.rig.play();
  bused.rig.next();
  bused.rig.kernel.unplug(rig::path);
  fail_unless_has(bused.wait_for(GST_MESSAGE_ERROR), "went away");
}

GST_END_TEST

GST_START_TEST(test_the_same_camera_is_found_at_another_node) {
  Bused bused;
  auto& rig = bused.rig;
  rig::set(rig.element, "on-disconnect", "wait");
  rig.play();
  const auto before = rig.next();
  rig.kernel.unplug(rig::path);
  bused.fail_unless_notices({"lost", "waiting"});
  // Another camera takes the device number.
  const auto stranger = rig.kernel.plug(rig::path, camera("2"));
  rig.camera = rig.kernel.plug("/dev/video5", camera("1"));
  bused.fail_unless_notices({"back"});
  const auto after = rig.next();
  fail_unless(rig::shows(after.get(), 0));
  fail_unless(GST_BUFFER_FLAG_IS_SET(after.get(), GST_BUFFER_FLAG_DISCONT));
  fail_unless(GST_BUFFER_PTS(after.get()) >= GST_BUFFER_PTS(before.get()));
  fail_unless_equals_uint64(GST_BUFFER_OFFSET(after.get()), GST_BUFFER_OFFSET(before.get()) + 1);
  fail_unless_equals_int(stranger->all_calls(), 0);
  fail_unless_equals_uint64(rig::stat(rig.element, "reconnected"), 1);
  gchar* device{};
  g_object_get(rig.element, "opened-device", &device, nullptr);
  fail_unless_equals_string(device, "/dev/video5");
  g_free(device);
}

GST_END_TEST

GST_START_TEST(test_a_hundred_losses_leave_nothing_behind) {
  const auto before = rig::holdings();
  {
    Bused bused;
    auto& rig = bused.rig;
    rig::set(rig.element, "on-disconnect", "wait");
    rig.play();
    for (int cycle = 0; cycle < 100; ++cycle) {
      const std::string node = cycle % 2 == 0 ? "/dev/video0" : "/dev/video1";
      const std::string other = cycle % 2 == 0 ? "/dev/video1" : "/dev/video0";
      rig.next();
      // One frame is held over the loss, and must not change.
      const auto held = rig.next();
      rig.kernel.unplug(node);
      bused.fail_unless_notices({"lost", "waiting"});
      rig.camera = rig.kernel.plug(other, camera("1"));
      bused.fail_unless_notices({"back"});
      fail_unless(rig::shows(held.get(), 1));
    }
    rig.next();
    fail_unless_equals_uint64(rig::stat(rig.element, "reconnected"), 100);
  }
  rig::fail_unless_same(before, rig::holdings());
}

GST_END_TEST

GST_START_TEST(test_a_pipeline_may_start_before_its_camera) {
  fake::FakeKernel kernel;
  auto* const element = rig::new_element(kernel);
  auto* const bus = gst_bus_new();
  gst_element_set_bus(element, bus);
  g_object_set(element, "device", "/dev/video3", nullptr);
  rig::set(element, "on-disconnect", "wait");
  auto* const harness = gst_harness_new_with_element(element, nullptr, "src");
  gst_harness_set_sink_caps_str(harness, rig::small_yuyv);
  gst_harness_play(harness);
  const auto camera_there = kernel.plug("/dev/video3", camera("1"));
  camera_there->fill_when_queued();
  const rig::Buffer buffer{gst_harness_pull(harness)};
  fail_unless(rig::shows(buffer.get(), 0));
  fail_unless(rig::texts_of(bus, GST_MESSAGE_ERROR).empty());
  gst_element_set_bus(element, nullptr);
  gst_object_unref(bus);
  gst_harness_teardown(harness);
  gst_object_unref(element);
}

GST_END_TEST

GST_START_TEST(test_waiting_ends_when_the_pipeline_does) {
  for (const auto state : {GST_STATE_PAUSED, GST_STATE_READY, GST_STATE_NULL}) {
    Bused bused;
    auto& rig = bused.rig;
    rig::set(rig.element, "on-disconnect", "wait");
    rig.play();
    rig.next();
    rig.kernel.unplug(rig::path);
    bused.fail_unless_notices({"lost", "waiting"});
    rig.set_state(state);
    rig.set_state(GST_STATE_NULL);
    fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_ERROR).empty());
  }
}

GST_END_TEST

GST_START_TEST(test_what_comes_back_during_a_pause_plays_later) {
  Bused bused;
  auto& rig = bused.rig;
  rig::set(rig.element, "on-disconnect", "wait");
  rig.play();
  rig.next();
  rig.kernel.unplug(rig::path);
  bused.fail_unless_notices({"lost", "waiting"});
  rig.set_state(GST_STATE_PAUSED);
  rig.camera = rig.kernel.plug("/dev/video5", camera("1"));
  rig.set_state(GST_STATE_PLAYING);
  bused.fail_unless_notices({"back"});
  rig.next();
}

GST_END_TEST

GST_START_TEST(test_waiting_may_have_an_end) {
  using namespace std::chrono_literals;
  Bused bused;
  auto& rig = bused.rig;
  rig.kernel.set_time(100s);
  g_object_set(rig.element, "reconnect-timeout", 5 * GST_SECOND, nullptr);
  rig::set(rig.element, "on-disconnect", "wait");
  rig.play();
  rig.next({.timestamp = 100s});
  rig.kernel.unplug(rig::path);
  bused.fail_unless_notices({"lost", "waiting"});
  rig.kernel.clock().pass(6s);
  const auto text = bused.wait_for(GST_MESSAGE_ERROR);
  fail_unless_has(text, "did not come back within 6.0 s");
  fail_unless_has(text, "/dev/video0");
  rig.set_state(GST_STATE_NULL);
  fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_ERROR).empty());
}

GST_END_TEST

GST_START_TEST(test_a_loss_may_end_the_stream) {
  Bused bused;
  auto& rig = bused.rig;
  rig::set(rig.element, "on-disconnect", "eos");
  rig.play();
  rig.next();
  rig.kernel.unplug(rig::path);
  bused.fail_unless_notices({"lost"});
  for (;;) {
    auto* const event = gst_harness_pull_event(rig.harness);
    const bool ended = GST_EVENT_TYPE(event) == GST_EVENT_EOS;
    gst_event_unref(event);
    if (ended) break;
  }
  fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_ERROR).empty());
}

GST_END_TEST

GST_START_TEST(test_it_comes_back_with_other_modes) {
  Bused bused{camera("1"), "video/x-raw,format=YUY2"};
  auto& rig = bused.rig;
  rig::set(rig.element, "on-disconnect", "wait");
  rig.play();
  fail_unless_equals_uint64(gst_buffer_get_size(rig.next().get()), 640 * 480 * 2);
  rig.kernel.unplug(rig::path);
  auto other = camera("1");
  other.formats = {{.fourcc = V4L2_PIX_FMT_YUYV,
                    .modes = {{.size = {352, 288}, .intervals = {{1, 25}}}},
                    .step = {}}};
  rig.camera = rig.kernel.plug(rig::path, other);
  fail_unless_equals_uint64(gst_buffer_get_size(rig.next().get()), 352 * 288 * 2);
  rig.kernel.unplug(rig::path);
  other.formats.front().fourcc = V4L2_PIX_FMT_UYVY;
  rig.kernel.plug(rig::path, other);
  fail_unless_has(bused.wait_for(GST_MESSAGE_ERROR), "none has that format");
}

GST_END_TEST

GST_START_TEST(test_failures_that_opening_anew_mends) {
  for (const unsigned long request : {VIDIOC_DQBUF, VIDIOC_STREAMON, VIDIOC_S_FMT, VIDIOC_S_PARM,
                                      VIDIOC_REQBUFS, VIDIOC_QUERYBUF, VIDIOC_QBUF}) {
    for (const int error : {EIO, ENODEV}) {
      if (request == VIDIOC_DQBUF && error == EIO) continue;  // broken_test.cpp
      Bused bused;
      auto& rig = bused.rig;
      rig::set(rig.element, "on-disconnect", "wait");
      rig.camera->fault([&](fake::Faults& faults) { faults.fail(request, error); });
      const rig::FreeRun run{rig.camera};
      rig.play();
      const rig::Buffer buffer{gst_harness_pull(rig.harness)};
      fail_unless(buffer != nullptr);
      fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_ERROR).empty());
      fail_unless(rig::stat(rig.element, "reconnected") >= 1);
    }
  }
}

GST_END_TEST

GST_START_TEST(test_what_has_come_back_may_need_a_moment) {
  Bused bused;
  auto& rig = bused.rig;
  rig::set(rig.element, "on-disconnect", "wait");
  rig.play();
  rig.next();
  rig.camera->fault([](fake::Faults& faults) {
    faults.fail(VIDIOC_DQBUF, ENODEV);
    faults.fail(VIDIOC_S_FMT, EINVAL);
    faults.fail(VIDIOC_REQBUFS, EBUSY, 1, 1);  // the first call frees the old buffers
    faults.fail(VIDIOC_STREAMON, ENOSPC);
  });
  rig.camera->fill_when_queued();
  const rig::FreeRun run{rig.camera};
  const rig::Buffer buffer{gst_harness_pull(rig.harness)};
  fail_unless(buffer != nullptr);
  fail_unless_equals_uint64(rig::stat(rig.element, "reconnected"), 4);
  fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_ERROR).empty());
}

GST_END_TEST

GST_START_TEST(test_what_has_come_back_may_be_of_no_use) {
  using namespace std::chrono_literals;
  Bused bused;
  auto& rig = bused.rig;
  rig.kernel.set_time(100s);
  rig::set(rig.element, "on-disconnect", "wait");
  rig.play();
  rig.next({.timestamp = 100s});
  rig.camera->fault([](fake::Faults& faults) {
    faults.fail(VIDIOC_DQBUF, ENODEV);
    faults.fail(VIDIOC_S_FMT, EINVAL, 100);
  });
  rig.camera->fill_when_queued({.timestamp = 100s});
  // The tries come after 0, 0.1, 0.2, ... 3.2 s. The longest wait between two tries is 5 s.
  constexpr int tries = 7;
  for (int i = 0; i < tries; ++i) {
    bused.fail_unless_notices({"lost", "waiting"});
    if (i > 0) rig.kernel.clock().pass(10s);
    bused.fail_unless_notices({"back"});
  }
  fail_unless_has(bused.wait_for(GST_MESSAGE_ERROR), "refused");
}

GST_END_TEST

static Suite* loss_and_return_suite() {
  return suite_of("loss_and_return", {
                                         TEST(test_by_default_a_loss_is_an_error),
                                         TEST(test_the_same_camera_is_found_at_another_node),
                                         TEST(test_a_hundred_losses_leave_nothing_behind),
                                         TEST(test_a_pipeline_may_start_before_its_camera),
                                         TEST(test_waiting_ends_when_the_pipeline_does),
                                         TEST(test_what_comes_back_during_a_pause_plays_later),
                                         TEST(test_waiting_may_have_an_end),
                                         TEST(test_a_loss_may_end_the_stream),
                                         TEST(test_it_comes_back_with_other_modes),
                                         TEST(test_failures_that_opening_anew_mends),
                                         TEST(test_what_has_come_back_may_need_a_moment),
                                         TEST(test_what_has_come_back_may_be_of_no_use),
                                     });
}

SUITE_MAIN(loss_and_return_suite)
