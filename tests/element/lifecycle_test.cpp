// Tests states, flushes, pauses and renegotiation, many times over.

#include <cstddef>
#include <future>
#include <malloc.h>
#include <string>
#include <thread>

#include <sys/resource.h>

#include "rigs/emulated.h"
#include "rigs/rig.h"
#include "rigs/suite.h"

using rig::Buffer;
using rig::Rig;

GST_START_TEST(test_streams_exactly_while_playing) {
  Rig rig;
  rig.set_state(GST_STATE_READY);
  fail_unless_equals_int(rig.kernel.open_count(rig::path), 1);
  rig.set_state(GST_STATE_PAUSED);
  fail_if(rig.camera->streaming());
  rig.play();
  rig.next();
  fail_unless(rig.camera->streaming());
  rig.set_state(GST_STATE_PAUSED);
  fail_if(rig.camera->streaming());
  rig.set_state(GST_STATE_READY);
  fail_unless_equals_int(rig.camera->buffer_count(), 0);
  rig.set_state(GST_STATE_NULL);
  fail_unless_equals_int(rig.kernel.open_count(rig::path), 0);
}

GST_END_TEST

namespace {

/// While it exists, the process can open no new descriptor.
class NoDescriptors {
public:
  NoDescriptors() {
    getrlimit(RLIMIT_NOFILE, &usual_);
    const rlimit none{.rlim_cur = 0, .rlim_max = usual_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
  }

  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

  ~NoDescriptors() { setrlimit(RLIMIT_NOFILE, &usual_); }

private:
  rlimit usual_{};
};

}  // namespace

GST_START_TEST(test_an_element_made_without_descriptors_can_be_stopped) {
  fake::FakeKernel kernel;
  const auto camera = kernel.plug(rig::path, fake::webcam());
  gst_object_unref(rig::new_element(kernel));  // GLib has then made what it makes once
  auto* const element = [&] {
    const NoDescriptors none;
    return rig::new_element(kernel);
  }();
  auto* const harness = gst_harness_new_with_element(element, nullptr, "src");
  gst_harness_set_sink_caps_str(harness, rig::small_yuyv);
  gst_harness_play(harness);
  camera->wait_streaming(true);
  auto stopped = std::async(std::launch::async,
                            [element] { return gst_element_set_state(element, GST_STATE_NULL); });
  fail_unless(stopped.wait_for(std::chrono::minutes{1}) == std::future_status::ready,
              "it can't be stopped");
  gst_harness_teardown(harness);
  gst_object_unref(element);
}

GST_END_TEST

GST_START_TEST(test_no_descriptors_left_is_one_error) {
  fake::FakeKernel kernel;
  const auto camera = kernel.plug(rig::path, fake::webcam());
  auto* const element = rig::new_element(kernel);
  auto* const bus = gst_bus_new();
  gst_element_set_bus(element, bus);
  {
    const NoDescriptors none;
    fail_unless(gst_element_set_state(element, GST_STATE_READY) == GST_STATE_CHANGE_FAILURE);
  }
  const auto errors = rig::texts_of(bus, GST_MESSAGE_ERROR);
  fail_unless_equals_int(errors.size(), 1);
  fail_unless(errors[0].find("Too many open files (eventfd)") != std::string::npos, "%s",
              errors[0].c_str());
  fail_if(gst_element_set_state(element, GST_STATE_READY) == GST_STATE_CHANGE_FAILURE);
  gst_element_set_state(element, GST_STATE_NULL);
  gst_element_set_bus(element, nullptr);
  gst_object_unref(bus);
  gst_object_unref(element);
}

GST_END_TEST

GST_START_TEST(test_no_stale_frame_after_a_pause) {
  using namespace std::chrono_literals;
  Rig rig;
  rig.play();
  const auto before = rig.next();
  // All buffers but the held one are queued when the pause begins. In the pause the driver fills
  // none of them.
  rig.camera->wait_queued(3);
  rig.set_state(GST_STATE_PAUSED);
  fail_if(rig.camera->fill());
  rig.play();
  rig.camera->wait_streaming(true);
  const auto after = rig.next();
  fail_unless(GST_BUFFER_FLAG_IS_SET(after.get(), GST_BUFFER_FLAG_DISCONT));
  fail_unless(rig::shows(after.get(), 0));  // the driver's sequence begins anew
  fail_unless(GST_BUFFER_PTS(after.get()) >= GST_BUFFER_PTS(before.get()));
  fail_unless_equals_uint64(GST_BUFFER_OFFSET(after.get()), GST_BUFFER_OFFSET(before.get()) + 1);
}

GST_END_TEST

GST_START_TEST(test_pts_grows_over_many_pauses) {
  Rig rig;
  GstClockTime last{};
  for (int turn = 0; turn < 50; ++turn) {
    rig.play();
    rig.camera->wait_streaming(true);
    for (int frame = 0; frame < 3; ++frame) {
      const auto buffer = rig.next();
      fail_unless(GST_BUFFER_PTS(buffer.get()) >= last);
      last = GST_BUFFER_PTS(buffer.get());
    }
    rig.set_state(GST_STATE_PAUSED);
    fail_if(rig.camera->streaming());
  }
}

GST_END_TEST

GST_START_TEST(test_a_frame_held_over_a_pause_comes_back) {
  Rig rig;
  rig.play();
  auto held = rig.next();
  rig.set_state(GST_STATE_PAUSED);
  rig.play();
  rig.camera->wait_queued(3);
  fail_unless(rig::shows(held.get(), 0));
  held.reset();
  rig.camera->wait_queued(4);
}

GST_END_TEST

GST_START_TEST(test_stops_while_it_waits_for_a_frame) {
  Rig rig;
  for (int turn = 0; turn < 20; ++turn) {
    rig.play();
    rig.camera->wait_streaming(true);
    rig.set_state(GST_STATE_NULL);
    fail_if(rig.camera->streaming());
  }
}

GST_END_TEST

GST_START_TEST(test_flush_ends_the_wait_and_data_flows_again) {
  Rig rig;
  rig.play();
  for (std::uint32_t turn = 0; turn < 20; ++turn) {
    rig.next();
    fail_unless(gst_element_send_event(rig.element, gst_event_new_flush_start()));
    fail_unless(gst_element_send_event(rig.element, gst_event_new_flush_stop(TRUE)));
  }
  fail_unless(rig::shows(rig.next().get(), 20));
}

GST_END_TEST

GST_START_TEST(test_eos_ends_the_wait) {
  Rig rig;
  rig.play();
  rig.next();
  fail_unless(gst_element_send_event(rig.element, gst_event_new_eos()));
  while (auto* const event = gst_harness_pull_event(rig.harness)) {
    const bool eos = GST_EVENT_TYPE(event) == GST_EVENT_EOS;
    gst_event_unref(event);
    if (eos) return;
  }
  ck_abort_msg("no EOS came");
}

GST_END_TEST

GST_START_TEST(test_num_buffers_ends_with_eos) {
  Rig rig;
  g_object_set(rig.element, "num-buffers", 3, nullptr);
  rig.play();
  for (int i = 0; i < 3; ++i)
    rig.next();
  while (auto* const event = gst_harness_pull_event(rig.harness)) {
    const bool eos = GST_EVENT_TYPE(event) == GST_EVENT_EOS;
    gst_event_unref(event);
    if (eos) return;
  }
  ck_abort_msg("no EOS came");
}

GST_END_TEST

GST_START_TEST(test_a_reconfigure_that_changes_nothing_keeps_streaming) {
  Rig rig;
  rig.play();
  rig.next();
  const auto formats = rig.camera->calls(VIDIOC_S_FMT);
  const auto starts = rig.camera->calls(VIDIOC_STREAMON);
  for (int turn = 0; turn < 5; ++turn) {
    gst_pad_push_event(rig.harness->sinkpad, gst_event_new_reconfigure());
    rig.next();
    rig.next();
  }
  fail_unless_equals_int(rig.camera->calls(VIDIOC_S_FMT), formats);
  fail_unless_equals_int(rig.camera->calls(VIDIOC_STREAMON), starts);
  fail_unless_equals_int(rig.camera->calls(VIDIOC_STREAMOFF), 0);
}

GST_END_TEST

/// Pulls buffers until one of `size` bytes comes. After a change of caps, buffers that are on their
/// way still have the old size.
static Buffer pull_of_size(Rig& rig, std::size_t size) {
  for (;;) {
    Buffer buffer{gst_harness_pull(rig.harness)};
    if (gst_buffer_get_size(buffer.get()) == size) return buffer;
  }
}

static constexpr auto large_nv12 = "video/x-raw,format=NV12,width=640,height=480";
static constexpr std::size_t large_nv12_size = std::size_t{640} * 480 * 3 / 2;

GST_START_TEST(test_caps_changes_while_playing) {
  Rig rig;
  // With this policy there are four buffers, however many wait in the harness.
  rig::set(rig.element, "on-starved", "drop");
  rig.play();
  const rig::FreeRun free_run{rig.camera};
  pull_of_size(rig, rig::small_yuyv_size);
  const auto before = rig::holdings();
  for (int turn = 0; turn < 100; ++turn) {
    gst_harness_set_sink_caps_str(rig.harness, large_nv12);
    const auto large = pull_of_size(rig, large_nv12_size);
    fail_unless_equals_int(gst_buffer_get_video_meta(large.get())->width, 640);
    gst_harness_set_sink_caps_str(rig.harness, rig::small_yuyv);
    const auto small = pull_of_size(rig, rig::small_yuyv_size);
    fail_unless_equals_int(gst_buffer_get_video_meta(small.get())->width, 320);
  }
  // The harness frees the buffers that it still holds.
  while (auto* const rest = gst_harness_try_pull(rig.harness))
    gst_buffer_unref(rest);
  const auto after = rig::holdings_after(before);
  fail_unless_equals_uint64(after.descriptors, before.descriptors);
  fail_unless(after.threads <= before.threads + rig::idle_workers);
}

GST_END_TEST

GST_START_TEST(test_caps_change_with_a_frame_held) {
  Rig rig;
  rig.play();
  const auto held = rig.next();
  const rig::FreeRun free_run{rig.camera};
  gst_harness_set_sink_caps_str(rig.harness, large_nv12);
  pull_of_size(rig, large_nv12_size);
  fail_unless(rig::shows(held.get(), 0));
}

GST_END_TEST

GST_START_TEST(test_ten_thousand_lives) {
  Rig rig;
  const auto live = [&] {
    rig.play();
    rig.next();
    rig.next();
    rig.set_state(GST_STATE_NULL);
    while (auto* const event = gst_harness_try_pull_event(rig.harness))
      gst_event_unref(event);  // the harness would keep them all
  };
  // Some lives create what is created once, such as caches and the allocator's arenas.
  for (int life = 0; life < rig::repetitions(1000); ++life)
    live();
  const auto before = rig::holdings();
  const auto bytes = mallinfo2().uordblks;
  for (int life = 0; life < rig::repetitions(9000); ++life)
    live();
  rig::fail_unless_same(before, rig::holdings());
  // A leak of one byte per life would exceed this limit, since malloc() rounds up.
  const auto more = static_cast<std::ptrdiff_t>(mallinfo2().uordblks - bytes);
  fail_unless(more < rig::repetitions(64 * 1024), "%td bytes", more);
  fail_unless_equals_int(rig.kernel.open_count(rig::path), 0);
}

GST_END_TEST

GST_START_TEST(test_states_in_every_order_without_a_frame) {
  Rig rig;
  for (int turn = 0; turn < 50; ++turn) {
    rig.set_state(GST_STATE_PAUSED);
    if (turn % 2 == 0) rig.set_state(GST_STATE_READY);
    rig.play();
    if (turn % 3 == 0) rig.set_state(GST_STATE_PAUSED);
    if (turn % 5 == 0) rig.play();
    rig.set_state(turn % 7 == 0 ? GST_STATE_READY : GST_STATE_NULL);
  }
}

GST_END_TEST

GST_START_TEST(test_properties_tell_of_the_open_device) {
  Rig rig;
  const auto check = [&](bool open) {
    gchar* device{};
    gchar* name{};
    gint descriptor{};
    guint flags{};
    g_object_get(rig.element, "opened-device", &device, "device-name", &name, "device-fd",
                 &descriptor, "flags", &flags, nullptr);
    fail_unless_equals_string(device, open ? rig::path : nullptr);
    fail_unless_equals_string(name, open ? "Fake Camera" : nullptr);
    fail_unless_equals_int(descriptor >= 0, open);
    fail_unless_equals_int((flags & V4L2_CAP_VIDEO_CAPTURE) != 0, open);
    g_free(device);
    g_free(name);
  };
  check(false);
  rig.set_state(GST_STATE_READY);
  check(true);
  rig.set_state(GST_STATE_NULL);
  check(false);
}

GST_END_TEST

GST_START_TEST(test_caps_query_tells_what_the_device_has) {
  Rig rig{fake::webcam(), nullptr};
  auto* const pad = gst_element_get_static_pad(rig.element, "src");
  auto* caps = gst_pad_query_caps(pad, nullptr);
  auto* const template_caps = gst_pad_get_pad_template_caps(pad);
  fail_unless(gst_caps_is_equal(caps, template_caps));
  gst_caps_unref(template_caps);
  gst_caps_unref(caps);
  rig.set_state(GST_STATE_READY);
  caps = gst_pad_query_caps(pad, nullptr);
  auto* const has =
      gst_caps_from_string("video/x-raw,format=NV12,width=640,height=480,framerate=15/1");
  auto* const lacks = gst_caps_from_string("video/x-raw,format=NV12,width=641,height=480");
  fail_unless(gst_caps_can_intersect(caps, has));
  fail_if(gst_caps_can_intersect(caps, lacks));
  for (auto* const owned : {caps, has, lacks})
    gst_caps_unref(owned);
  gst_object_unref(pad);
}

GST_END_TEST

static Suite* lifecycle_suite() {
  return suite_of("lifecycle", {
                                   TEST(test_an_element_made_without_descriptors_can_be_stopped),
                                   TEST(test_no_descriptors_left_is_one_error),
                                   TEST(test_streams_exactly_while_playing),
                                   TEST(test_no_stale_frame_after_a_pause),
                                   TEST(test_pts_grows_over_many_pauses),
                                   TEST(test_a_frame_held_over_a_pause_comes_back),
                                   TEST(test_stops_while_it_waits_for_a_frame),
                                   TEST(test_flush_ends_the_wait_and_data_flows_again),
                                   TEST(test_eos_ends_the_wait),
                                   TEST(test_num_buffers_ends_with_eos),
                                   TEST(test_a_reconfigure_that_changes_nothing_keeps_streaming),
                                   TEST(test_caps_changes_while_playing),
                                   TEST(test_caps_change_with_a_frame_held),
                                   TEST(test_ten_thousand_lives),
                                   TEST(test_states_in_every_order_without_a_frame),
                                   TEST(test_properties_tell_of_the_open_device),
                                   TEST(test_caps_query_tells_what_the_device_has),
                               });
}

SUITE_MAIN(lifecycle_suite)
