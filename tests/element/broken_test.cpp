// Tests what the element does with a stream that breaks while its device is still there.

#include <array>
#include <cerrno>
#include <string>
#include <thread>

#include <linux/videodev2.h>

#include "rigs/pooled.h"
#include "rigs/rig.h"
#include "rigs/rig_with_bus.h"
#include "rigs/suite.h"

using rig::Bused;
using rig::camera;
using rig::fail_unless_has;
using namespace std::chrono_literals;

namespace {

/// The errors that VIDIOC_DQBUF returns for a failed transfer. vb2 returns EIO; drivers without vb2
/// pass on their bus's errors.
constexpr std::array broken_codes{EIO, EPROTO, EILSEQ, ETIME};

/// A rig with a stopped clock.
struct Stopped : Bused {
  explicit Stopped(const char* on_disconnect = "error") {
    rig.kernel.stop_clock();
    rig::set(rig.element, "on-disconnect", on_disconnect);
  }

  /// From now on VIDIOC_DQBUF fails, `times` times. A filled buffer wakes a thread that waits in
  /// poll().
  void break_for_good(unsigned times = 1000) {
    rig.camera->fault([times](fake::Faults& faults) { faults.fail(VIDIOC_DQBUF, EIO, times); });
    rig.camera->fill();
  }

  /// The element must restart the stream three times, and then reopen the device.
  void fail_unless_all_is_tried() {
    fail_unless_notices({"restarted", "restarted"});
    rig.kernel.clock().pass(100ms);
    fail_unless_notices({"restarted"});
    rig.kernel.clock().pass(1s);
    fail_unless_notices({"reopened", "back"});
  }
};

bool ends(Bused& bused) {
  for (;;) {
    const std::unique_ptr<GstEvent, void (*)(GstEvent*)> event{
        gst_harness_pull_event(bused.rig.harness), [](GstEvent* it) {
          gst_event_unref(it);
        }};
    if (!event) return false;
    if (GST_EVENT_TYPE(event.get()) == GST_EVENT_EOS) return true;
  }
}

}  // namespace

GST_START_TEST(test_a_broken_stream_is_started_again_in_place) {
  for (const auto* const policy : {"error", "wait", "eos"}) {
    Stopped bused{policy};
    auto& rig = bused.rig;
    rig.play();
    const auto held = rig.next();
    const auto requests = rig.camera->calls(VIDIOC_REQBUFS);
    const auto formats = rig.camera->calls(VIDIOC_S_FMT);
    rig.camera->fail_stream();
    bused.fail_unless_notices({"restarted"});
    const auto next = rig.next();
    fail_unless(GST_BUFFER_FLAG_IS_SET(next.get(), GST_BUFFER_FLAG_DISCONT));
    fail_unless_equals_uint64(GST_BUFFER_OFFSET(next.get()), GST_BUFFER_OFFSET(held.get()) + 1);
    fail_if(GST_BUFFER_FLAG_IS_SET(rig.next().get(), GST_BUFFER_FLAG_DISCONT));
    fail_unless(rig::shows(held.get(), 0));
    fail_unless_equals_int(rig.camera->calls(VIDIOC_REQBUFS), requests);
    fail_unless_equals_int(rig.camera->calls(VIDIOC_S_FMT), formats);
    fail_unless_equals_uint64(rig::stat(rig.element, "restarted"), 1);
    fail_unless_equals_uint64(rig::stat(rig.element, "reconnected"), 0);
    fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_ERROR).empty());
  }
}

GST_END_TEST

GST_START_TEST(test_each_error_of_a_transfer_is_a_broken_stream) {
  for (const int code : broken_codes)
    for (const auto* const policy : {"error", "wait", "eos"}) {
      Stopped bused{policy};
      auto& rig = bused.rig;
      rig.play();
      rig.next();
      const auto requests = rig.camera->calls(VIDIOC_REQBUFS);
      rig.camera->fault([code](fake::Faults& faults) { faults.fail(VIDIOC_DQBUF, code); });
      rig.camera->fill_when_queued();  // wakes poll(), and the element dequeues
      bused.fail_unless_notices({"restarted"});
      fail_unless(GST_BUFFER_FLAG_IS_SET(rig.next().get(), GST_BUFFER_FLAG_DISCONT));
      fail_unless_equals_int(rig.camera->calls(VIDIOC_REQBUFS), requests);
      fail_unless_equals_uint64(rig::stat(rig.element, "restarted"), 1);
      fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_ERROR).empty());
    }
}

GST_END_TEST

// uvcvideo stops its queue when a camera does not resume its stream after the machine has slept
// (uvc_queue_streamoff()). poll() then reports POLLERR, and VIDIOC_DQBUF returns EINVAL.
GST_START_TEST(test_a_queue_that_its_driver_has_stopped_is_started_again) {
  Stopped bused;
  auto& rig = bused.rig;
  rig.play();
  rig.next();
  rig.camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_DQBUF, EINVAL); });
  rig.camera->fail_stream();
  bused.fail_unless_notices({"restarted"});
  fail_unless(GST_BUFFER_FLAG_IS_SET(rig.next().get(), GST_BUFFER_FLAG_DISCONT));
  fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_ERROR).empty());
}

GST_END_TEST

GST_START_TEST(test_a_requeue_may_be_the_first_to_fail) {
  Stopped bused{"eos"};
  auto& rig = bused.rig;
  rig.play();
  auto held = rig.next();
  rig.camera->fail_stream();
  held.reset();
  bused.fail_unless_notices({"restarted"});
  rig.next();
  fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_ERROR).empty());
}

GST_END_TEST

GST_START_TEST(test_a_requeue_may_fail_with_each_error_of_a_transfer) {
  for (const int code : broken_codes)
    for (const auto* const policy : {"error", "wait", "eos"}) {
      Stopped bused{policy};
      auto& rig = bused.rig;
      rig.play();
      auto held = rig.next();
      rig.camera->fault([code](fake::Faults& faults) { faults.fail(VIDIOC_QBUF, code); });
      held.reset();
      bused.fail_unless_notices({"restarted"});
      fail_unless(GST_BUFFER_FLAG_IS_SET(rig.next().get(), GST_BUFFER_FLAG_DISCONT));
      fail_unless_equals_uint64(rig::stat(rig.element, "restarted"), 1);
      fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_ERROR).empty());
    }
}

GST_END_TEST

static void check_a_pool_survives(const char* io_mode, int code) {
  auto* const pool = rig::pool_of_four(io_mode);
  {
    rig::Pooled run{io_mode, rig::small_yuyv, rig::proposal_of(pool), 12};
    run.camera->fill_when_queued();
    run.camera->wait_queued(4);
    run.camera->fault([code](fake::Faults& faults) { faults.fail(VIDIOC_QBUF, code); });
    run.camera->fill_when_queued();
    run.camera->wait_queued(4);  // all four are queued again, so the stream was restarted
    for (int frame = 2; frame < 12; ++frame)
      run.camera->fill_when_queued();
    fail_unless_equals_int(run.run_to_the_end().size(), 12);
    fail_unless_equals_uint64(rig::stat(run.element, "restarted"), 1);
    fail_unless_equals_uint64(rig::stat(run.element, "delivered"), 12);
  }
  gst_object_unref(pool);
}

/// The element itself requeues the buffers that downstream's pool allocated.
GST_START_TEST(test_so_may_the_requeue_of_downstreams_buffer) {
  for (const auto* const io_mode : {"dmabuf-import", "userptr"})
    for (const int code : broken_codes)
      check_a_pool_survives(io_mode, code);
}

GST_END_TEST

GST_START_TEST(test_a_stream_that_breaks_every_hundred_frames_goes_on) {
  Stopped bused;
  auto& rig = bused.rig;
  rig.play();
  constexpr guint64 rounds = 100;
  rig::Holdings before;
  for (guint64 round = 0; round < rounds; ++round) {
    for (int frame = 0; frame < 100; ++frame)
      rig.next();
    if (round == 0) before = rig::holdings();
    rig.camera->fail_stream();
    bused.fail_unless_notices({"restarted"});
  }
  rig.next();
  rig::fail_unless_same(before, rig::holdings());
  fail_unless_equals_uint64(rig::stat(rig.element, "delivered"), rounds * 100 + 1);
  fail_unless_equals_uint64(rig::stat(rig.element, "restarted"), rounds);
  fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_ERROR).empty());
}

GST_END_TEST

GST_START_TEST(test_what_can_not_be_mended_is_an_error_that_says_what_was_tried) {
  Stopped bused;
  auto& rig = bused.rig;
  rig.play();
  rig.next();
  bused.break_for_good();
  bused.fail_unless_all_is_tried();
  fail_unless_has(bused.wait_for(GST_MESSAGE_ERROR), "was started again three times");
}

GST_END_TEST

GST_START_TEST(test_what_can_not_be_mended_may_end_the_stream) {
  Stopped bused{"eos"};
  bused.rig.play();
  bused.rig.next();
  bused.break_for_good();
  bused.fail_unless_all_is_tried();
  bused.fail_unless_notices({"lost"});
  fail_unless(ends(bused));
  fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_ERROR).empty());
}

GST_END_TEST

GST_START_TEST(test_what_can_not_be_mended_may_be_waited_for) {
  Stopped bused{"wait"};
  auto& rig = bused.rig;
  rig.play();
  rig.next();
  bused.break_for_good();
  bused.fail_unless_all_is_tried();
  bused.fail_unless_notices({"lost", "waiting"});
  rig.camera->fault([](fake::Faults& faults) { faults.clear(); });
  rig.kernel.clock().pass(200ms);
  bused.fail_unless_notices({"back"});
  rig.next();
  fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_ERROR).empty());
}

GST_END_TEST

/// Such a stream would make the element wait for ever.
GST_START_TEST(test_a_stream_that_never_worked_is_an_error_whatever_the_policy) {
  for (const auto* const policy : {"error", "wait", "eos"}) {
    Stopped bused{policy};
    bused.break_for_good();
    bused.rig.play();
    bused.fail_unless_all_is_tried();
    fail_unless_has(bused.wait_for(GST_MESSAGE_ERROR), "in vain");
  }
}

GST_END_TEST

/// The clock stands still, so only an interrupt can end the delay.
GST_START_TEST(test_the_delay_before_a_restart_can_be_interrupted) {
  for (const auto state : {GST_STATE_PAUSED, GST_STATE_NULL}) {
    Stopped bused;
    auto& rig = bused.rig;
    rig.play();
    rig.next();
    bused.break_for_good(2);
    bused.fail_unless_notices({"restarted", "restarted"});
    rig.set_state(state);
    if (state == GST_STATE_NULL) continue;
    rig.set_state(GST_STATE_PLAYING);
    rig.kernel.clock().pass(100ms);
    rig.next();
    fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_ERROR).empty());
  }
}

GST_END_TEST

GST_START_TEST(test_a_restart_that_fails_is_tried_again) {
  Stopped bused;
  auto& rig = bused.rig;
  rig.play();
  rig.next();
  rig.camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_STREAMON, EIO); });
  rig.camera->fail_stream();
  bused.fail_unless_notices({"restarted", "restarted"});
  rig.kernel.clock().pass(100ms);
  rig.next();
  fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_ERROR).empty());
}

GST_END_TEST

/// VIDIOC_STREAMON succeeds and no frame comes. Without a limit the element would wait and report
/// nothing.
GST_START_TEST(test_a_restart_that_brings_nothing_has_not_helped) {
  Stopped bused;
  auto& rig = bused.rig;
  rig.play();
  rig.next();
  rig.camera->fail_stream();
  bused.fail_unless_notices({"restarted"});
  for (const auto delay : {100ms, 1000ms}) {
    rig.kernel.clock().pass(10s);
    bused.fail_unless_notices({"restarted"});
    rig.kernel.clock().pass(delay);
  }
  rig.kernel.clock().pass(10s);
  bused.fail_unless_notices({"reopened", "back"});
  rig.kernel.clock().pass(10s);
  fail_unless_has(bused.wait_for(GST_MESSAGE_ERROR), "in vain");
}

GST_END_TEST

/// A device that is back counts as a new one. The repairs before its loss do not count.
GST_START_TEST(test_a_loss_after_all_was_tried_is_waited_for) {
  Stopped bused{"wait"};
  auto& rig = bused.rig;
  bused.break_for_good();
  rig.play();
  bused.fail_unless_notices({"restarted", "restarted"});
  rig.kernel.clock().pass(100ms);
  bused.fail_unless_notices({"restarted"});
  rig.kernel.unplug(rig::path);
  rig.kernel.clock().pass(1s);
  bused.fail_unless_notices({"lost", "waiting"});
  rig.camera = rig.kernel.plug(rig::path, camera("1"));
  rig.kernel.clock().pass(200ms);
  bused.fail_unless_notices({"back"});
  while (!rig.camera->streaming())
    std::this_thread::yield();
  rig.camera->fail_stream();
  bused.fail_unless_notices({"restarted"});
  rig.next();
  fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_ERROR).empty());
}

GST_END_TEST

GST_START_TEST(test_a_lost_device_is_lost_whatever_errno_it_says) {
  Stopped bused;
  auto& rig = bused.rig;
  rig.play();
  rig.next();
  rig.camera->fault([](fake::Faults& faults) {
    faults.fail(VIDIOC_DQBUF, EINVAL);
    faults.fail(VIDIOC_QUERYCAP, ENODEV);
  });
  rig.camera->fail_stream();
  fail_unless_has(bused.wait_for(GST_MESSAGE_ERROR), "went away");
}

GST_END_TEST

GST_START_TEST(test_a_loss_that_the_start_tells_ends_the_stream_too) {
  Stopped bused{"eos"};
  auto& rig = bused.rig;
  rig.play();
  rig.next();
  rig.set_state(GST_STATE_PAUSED);
  rig.camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_STREAMON, ENODEV); });
  rig.set_state(GST_STATE_PLAYING);
  bused.fail_unless_notices({"lost"});
  fail_unless(ends(bused));
  fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_ERROR).empty());
}

GST_END_TEST

/// poll() has not reported the loss yet.
GST_START_TEST(test_a_loss_that_a_requeue_tells_first_ends_the_stream_too) {
  Stopped bused{"eos"};
  auto& rig = bused.rig;
  rig.play();
  auto held = rig.next();
  rig.camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_QBUF, ENODEV); });
  held.reset();
  bused.fail_unless_notices({"lost"});
  fail_unless(ends(bused));
  fail_unless_equals_uint64(rig::stat(rig.element, "restarted"), 0);
  fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_ERROR).empty());
}

GST_END_TEST

GST_START_TEST(test_so_does_a_loss_that_the_requeue_of_downstreams_buffer_tells) {
  for (const auto* const io_mode : {"dmabuf-import", "userptr"}) {
    auto* const pool = rig::pool_of_four(io_mode);
    {
      rig::Pooled run{io_mode, rig::small_yuyv, rig::proposal_of(pool), 12};
      rig::set(run.element, "on-disconnect", "eos");
      run.camera->fill_when_queued();
      run.camera->wait_queued(4);
      run.camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_QBUF, ENODEV); });
      run.camera->fill_when_queued();
      fail_unless_equals_int(run.run_to_the_end().size(), 2);
      fail_unless_equals_uint64(rig::stat(run.element, "restarted"), 0);
    }
    gst_object_unref(pool);
  }
}

GST_END_TEST

GST_START_TEST(test_epipe_after_the_last_frame_is_no_fault) {
  Stopped bused;
  auto& rig = bused.rig;
  rig.play();
  rig.next({.flags = V4L2_BUF_FLAG_LAST});
  rig.camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_DQBUF, EPIPE); });
  const auto starts = rig.camera->calls(VIDIOC_STREAMON);
  const rig::FreeRun run{rig.camera};
  while (rig.camera->calls(VIDIOC_STREAMON) == starts)
    fail_unless(rig::Buffer{gst_harness_pull(rig.harness)} != nullptr);
  fail_unless(rig::Buffer{gst_harness_pull(rig.harness)} != nullptr);
  fail_unless_equals_uint64(rig::stat(rig.element, "restarted"), 0);
  fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_ERROR).empty());
}

GST_END_TEST

static Suite* broken_suite() {
  return suite_of("broken",
                  {
                      TEST(test_a_broken_stream_is_started_again_in_place),
                      TEST(test_each_error_of_a_transfer_is_a_broken_stream),
                      TEST(test_a_queue_that_its_driver_has_stopped_is_started_again),
                      TEST(test_a_requeue_may_be_the_first_to_fail),
                      TEST(test_a_requeue_may_fail_with_each_error_of_a_transfer),
                      TEST(test_so_may_the_requeue_of_downstreams_buffer),
                      TEST(test_a_stream_that_breaks_every_hundred_frames_goes_on),
                      TEST(test_what_can_not_be_mended_is_an_error_that_says_what_was_tried),
                      TEST(test_what_can_not_be_mended_may_end_the_stream),
                      TEST(test_what_can_not_be_mended_may_be_waited_for),
                      TEST(test_a_stream_that_never_worked_is_an_error_whatever_the_policy),
                      TEST(test_the_delay_before_a_restart_can_be_interrupted),
                      TEST(test_a_restart_that_fails_is_tried_again),
                      TEST(test_a_restart_that_brings_nothing_has_not_helped),
                      TEST(test_a_loss_after_all_was_tried_is_waited_for),
                      TEST(test_a_lost_device_is_lost_whatever_errno_it_says),
                      TEST(test_a_loss_that_the_start_tells_ends_the_stream_too),
                      TEST(test_a_loss_that_a_requeue_tells_first_ends_the_stream_too),
                      TEST(test_so_does_a_loss_that_the_requeue_of_downstreams_buffer_tells),
                      TEST(test_epipe_after_the_last_frame_is_no_fault),
                  });
}

SUITE_MAIN(broken_suite)
