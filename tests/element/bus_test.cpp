// Tests a USB bus without enough bandwidth, where VIDIOC_STREAMON returns ENOSPC. If the caps leave
// a choice, the element tries modes that take less, and posts one warning.

#include "fake/bus.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "rigs/rig_with_bus.h"
#include "rigs/suite.h"

using rig::Bused;
using rig::fail_unless_has;

namespace {

constexpr auto any_yuyv = "video/x-raw,format=YUY2";
/// These caps leave the rate open.
constexpr auto large_yuyv = "video/x-raw,format=YUY2,width=640,height=480";
constexpr auto small_yuyv_size = rig::small_yuyv_size;
constexpr std::uint64_t large_size = std::uint64_t{640} * 480 * 2;
constexpr std::uint64_t small_size = small_yuyv_size;

/// A rig with a camera on a USB bus. The GstBus keeps its messages, and `sent` keeps the caps.
struct OnBus : Bused {
  explicit OnBus(std::uint64_t room, const char* caps = large_yuyv)
      : Bused{rig::camera("1"), caps}, usb{std::make_shared<fake::Bus>(room)} {
    rig.camera->share(usb);
    watch();
  }

  void set(const char* property, const char* value) const {
    rig::set(rig.element, property, value);
  }

  /// Records the caps events that go downstream.
  void watch() {
    auto* const pad = gst_element_get_static_pad(rig.element, "src");
    gst_pad_add_probe(
        pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
        [](GstPad*, GstPadProbeInfo* info, gpointer self) {
          auto* const event = GST_PAD_PROBE_INFO_EVENT(info);
          if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) {
            GstCaps* caps{};
            gst_event_parse_caps(event, &caps);
            gchar* const text = gst_caps_to_string(caps);
            static_cast<OnBus*>(self)->sent.emplace_back(text);
            g_free(text);
          }
          return GST_PAD_PROBE_OK;
        },
        this, nullptr);
    gst_object_unref(pad);
  }

  /// The stream is paused, and another camera takes so much bandwidth that too little is left.
  void lose_room_in_a_pause() {
    rig.play();
    rig.next();
    rig.set_state(GST_STATE_PAUSED);
    fail_unless(usb->reserve(this, large_size * 15));
    rig.set_state(GST_STATE_PLAYING);
  }

  /// Returns the text of the WARNING. There must be exactly one.
  std::string warning() {
    const auto texts = rig::texts_of(bus, GST_MESSAGE_WARNING);
    fail_unless_equals_uint64(texts.size(), 1);
    return texts.front();
  }

  void fail_unless_silent() {
    for (const auto type : {GST_MESSAGE_WARNING, GST_MESSAGE_ERROR})
      for (const auto& text : rig::texts_of(bus, type))
        ck_abort_msg("%s", text.c_str());
  }

  /// Waits for the next message of that type, and returns its details.
  std::unique_ptr<GstStructure, decltype(&gst_structure_free)> details_of(GstMessageType type) {
    auto* const message = gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE, type);
    const GstStructure* details{};
    if (type == GST_MESSAGE_WARNING)
      gst_message_parse_warning_details(message, &details);
    else
      gst_message_parse_error_details(message, &details);
    fail_unless(details != nullptr);
    std::unique_ptr<GstStructure, decltype(&gst_structure_free)> copy{gst_structure_copy(details),
                                                                      gst_structure_free};
    gst_message_unref(message);
    return copy;
  }

  std::shared_ptr<fake::Bus> usb;
  std::vector<std::string> sent;  // by the streaming thread; read it after a frame of that
};

std::size_t size_of(const rig::Buffer& buffer) {
  return gst_buffer_get_size(buffer.get());
}

/// Calls `what` when "prepare-format" is emitted for the n-th time. Each try emits it once.
struct AtTry {
  unsigned number;
  std::function<void()> what;
  unsigned seen{};
  std::atomic<bool> done{};

  void wait() const {
    while (!done)
      std::this_thread::yield();
  }

  void connect(GstElement* element) {
    g_signal_connect(element, "prepare-format",
                     G_CALLBACK(+[](GstElement*, gint, GstCaps*, gpointer self) {
                       auto& at = *static_cast<AtTry*>(self);
                       if (++at.seen != at.number) return;
                       at.what();
                       at.done = true;
                     }),
                     this);
  }
};

}  // namespace

GST_START_TEST(test_a_lower_rate_is_taken_where_caps_leave_no_other_choice) {
  OnBus bused{large_size * 15};
  bused.rig.play();
  fail_unless_equals_uint64(size_of(bused.rig.next()), large_size);
  fail_unless(bused.rig.camera->interval() == (v4l2::Interval{1, 15}));
  const auto text = bused.warning();
  for (const auto* const part :
       {"'/dev/video0' gets no room on its USB bus for YUYV 640x480 at 30/1", "USB bandwidth",
        "VIDIOC_STREAMON: No space left on device", "YUYV 640x480 at 15/1", "on-no-bandwidth"})
    fail_unless_has(text, part);
  fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_ERROR).empty());
  // Downstream got the new caps before the first frame of the new mode.
  fail_unless_equals_uint64(bused.sent.size(), 2);
  fail_unless_has(bused.sent[0], "framerate=(fraction)30/1");
  fail_unless_has(bused.sent[1], "framerate=(fraction)15/1");
  // No more warnings and no more caps follow.
  for (int i = 0; i < 3; ++i)
    bused.rig.next();
  bused.fail_unless_silent();
  fail_unless_equals_uint64(bused.sent.size(), 2);
}

GST_END_TEST

GST_START_TEST(test_the_warning_tells_programs_what_was_taken) {
  OnBus bused{large_size * 15};
  bused.rig.play();
  bused.rig.next();
  const auto details = bused.details_of(GST_MESSAGE_WARNING);
  fail_unless_equals_string(gst_structure_get_string(details.get(), "cause"), "bandwidth");
  fail_unless_equals_string(gst_structure_get_string(details.get(), "call"), "VIDIOC_STREAMON");
  guint64 rate{};
  fail_unless(gst_structure_get_uint64(details.get(), "bytes-per-second", &rate));
  fail_unless_equals_uint64(rate, large_size * 30);
  const auto* const cheaper = gst_structure_get_value(details.get(), "cheaper");
  fail_unless_equals_int(gst_value_list_get_size(cheaper), 1);
  fail_unless_equals_string(g_value_get_string(gst_value_list_get_value(cheaper, 0)),
                            "video/x-raw, format=YUY2, width=640, height=480, framerate=15/1");
}

GST_END_TEST

GST_START_TEST(test_a_compressed_mode_is_taken_where_downstream_takes_it) {
  OnBus bused{std::uint64_t{1280} * 720 / 4 * 30,
              "video/x-raw,format=YUY2,width=640,framerate=30/1; image/jpeg"};
  bused.rig.play();
  bused.rig.next();
  fail_unless(bused.rig.camera->format().fourcc == v4l2::Fourcc{V4L2_PIX_FMT_MJPEG});
  fail_unless_has(bused.warning(), "MJPG 1280x720 at 30/1");
}

GST_END_TEST

GST_START_TEST(test_it_goes_down_step_by_step_and_says_so_once) {
  OnBus bused{small_size * 10, any_yuyv};
  bused.rig.play();
  fail_unless_equals_uint64(size_of(bused.rig.next()), small_size);
  fail_unless(bused.rig.camera->interval() == (v4l2::Interval{1, 10}));
  // The tries are 640x480 at 30, 320x240 at 30, 320x240 at 15 and 320x240 at 10. 640x480 at 15 and
  // at 10 takes more than 320x240 at 30, so these are not tried.
  fail_unless_equals_int(bused.rig.camera->calls(VIDIOC_STREAMON), 4);
  const auto text = bused.warning();
  fail_unless_has(text, "for YUYV 640x480 at 30/1");
  fail_unless_has(text, "YUYV 320x240 at 10/1");
  fail_unless_equals_uint64(rig::stat(bused.rig.element, "restarted"), 0);
  fail_unless_equals_uint64(rig::stat(bused.rig.element, "reconnected"), 0);
}

GST_END_TEST

GST_START_TEST(test_where_nothing_fits_it_is_an_error_after_the_last) {
  OnBus bused{small_size * 10 - 1, any_yuyv};
  bused.rig.play();
  const auto text = bused.wait_for(GST_MESSAGE_ERROR);
  fail_unless_has(text, "USB bandwidth");
  fail_unless_has(text, "YUYV 320x240 at 10/1");
  fail_unless_has(text, "In all 4 modes were tried");
  fail_unless_equals_int(bused.rig.camera->calls(VIDIOC_STREAMON), 4);
  bused.rig.set_state(GST_STATE_NULL);
  bused.fail_unless_silent();
}

GST_END_TEST

GST_START_TEST(test_a_driver_that_sets_something_else_ends_it_too) {
  // The driver ignores the rate that is asked for.
  OnBus bused{0, large_yuyv};
  bused.rig.camera->fault([](fake::Faults& faults) {
    faults.alter<v4l2_streamparm>(
        VIDIOC_S_PARM,
        [](v4l2_streamparm& answer) {
          answer.parm.capture.timeperframe = {.numerator = 1, .denominator = 30};
        },
        100);
  });
  bused.rig.play();
  fail_unless_has(bused.wait_for(GST_MESSAGE_ERROR), "YUYV 640x480 at 30/1");
  fail_unless_equals_int(bused.rig.camera->calls(VIDIOC_STREAMON), 1);
}

GST_END_TEST

GST_START_TEST(test_fixed_caps_leave_no_choice) {
  OnBus bused{0, rig::small_yuyv};
  bused.rig.play();
  fail_unless_has(bused.wait_for(GST_MESSAGE_ERROR), "USB bandwidth");
  fail_unless_equals_int(bused.rig.camera->calls(VIDIOC_STREAMON), 1);
}

GST_END_TEST

GST_START_TEST(test_it_may_be_an_error_at_once) {
  OnBus bused{large_size * 15};
  bused.set("on-no-bandwidth", "error");
  bused.rig.play();
  fail_unless_has(bused.wait_for(GST_MESSAGE_ERROR), "framerate=15/1");
  fail_unless_equals_int(bused.rig.camera->calls(VIDIOC_STREAMON), 1);
}

GST_END_TEST

GST_START_TEST(test_each_start_begins_with_the_best_mode) {
  OnBus bused{large_size * 15};
  bused.rig.play();
  bused.rig.next();
  bused.warning();
  bused.rig.set_state(GST_STATE_READY);
  bused.usb->widen(large_size * 15);
  bused.rig.play();
  bused.rig.next();
  fail_unless(bused.rig.camera->interval() == (v4l2::Interval{1, 30}));
  bused.fail_unless_silent();
}

GST_END_TEST

/// With each I/O method the buffers are freed before the next format is set.
GST_START_TEST(test_every_way_to_travel) {
  for (const auto* const mode : {"auto", "mmap", "dmabuf", "userptr", "dmabuf-import", "rw"}) {
    auto model = rig::camera("1");
    model.device_caps |= V4L2_CAP_READWRITE;
    OnBus bused{small_size * 10, any_yuyv};
    bused.rig.camera = bused.rig.kernel.plug(rig::path, model);
    bused.rig.camera->share(bused.usb);
    bused.set("io-mode", mode);
    bused.rig.play();
    if (g_str_equal(mode, "rw"))
      while (!bused.rig.camera->fill())
        std::this_thread::yield();
    else
      bused.rig.camera->fill_when_queued();
    fail_unless_equals_uint64(size_of(rig::Buffer{gst_harness_pull(bused.rig.harness)}),
                              small_size);
    // Warnings about the first frame are posted while it is on its way. In NULL all have been
    // posted.
    bused.rig.set_state(GST_STATE_NULL);
    auto texts = rig::texts_of(bused.bus, GST_MESSAGE_WARNING);
    std::erase_if(texts, [](const std::string& text) { return text.starts_with("io-mode="); });
    fail_unless_equals_uint64(texts.size(), 1);
    fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_ERROR).empty());
    fail_unless_equals_int(bused.rig.kernel.open_count(rig::path), 0);
    fail_unless_equals_uint64(bused.usb->room(), small_size * 10);
  }
}

GST_END_TEST

GST_START_TEST(test_read_finds_no_room_and_has_no_choice) {
  auto model = rig::camera("1");
  model.device_caps |= V4L2_CAP_READWRITE;
  OnBus bused{0, rig::small_yuyv};
  bused.rig.camera = bused.rig.kernel.plug(rig::path, model);
  bused.rig.camera->share(bused.usb);
  bused.set("io-mode", "rw");
  bused.rig.play();
  fail_unless_has(bused.wait_for(GST_MESSAGE_ERROR), "USB bandwidth");
  fail_unless_equals_uint64(rig::stat(bused.rig.element, "restarted"), 0);
}

GST_END_TEST

GST_START_TEST(test_two_that_start_at_once_settle) {
  for (int round = 0; round < 20; ++round) {
    const auto usb = std::make_shared<fake::Bus>(large_size * 45);
    OnBus one{0};
    OnBus other{0};
    one.rig.camera->share(usb);
    other.rig.camera->share(usb);
    const rig::FreeRun run{one.rig.camera};
    const rig::FreeRun other_run{other.rig.camera};
    std::thread beside{[&] {
      other.rig.play();
    }};
    one.rig.play();
    beside.join();
    for (auto* const bused : {&one, &other}) {
      const rig::Buffer buffer{gst_harness_pull(bused->rig.harness)};
      fail_unless_equals_uint64(size_of(buffer), large_size);
    }
    const std::set<std::uint32_t> rates{one.rig.camera->interval().denominator,
                                        other.rig.camera->interval().denominator};
    fail_unless(rates == (std::set<std::uint32_t>{15, 30}));
    one.rig.set_state(GST_STATE_NULL);
    other.rig.set_state(GST_STATE_NULL);
    const auto said = rig::texts_of(one.bus, GST_MESSAGE_WARNING).size() +
                      rig::texts_of(other.bus, GST_MESSAGE_WARNING).size();
    fail_unless_equals_uint64(said, 1);
    fail_unless(rig::texts_of(one.bus, GST_MESSAGE_ERROR).empty());
    fail_unless(rig::texts_of(other.bus, GST_MESSAGE_ERROR).empty());
    fail_unless_equals_uint64(usb->room(), large_size * 45);
  }
}

GST_END_TEST

// ---- once frames have come: their caps stay -----------------------------------------------------

GST_START_TEST(test_after_a_pause_the_caps_stay_by_default) {
  OnBus bused{large_size * 30};
  bused.lose_room_in_a_pause();
  fail_unless_has(bused.wait_for(GST_MESSAGE_ERROR), "USB bandwidth");
  bused.rig.set_state(GST_STATE_NULL);
  fail_unless_equals_uint64(bused.sent.size(), 1);
}

GST_END_TEST

/// A pause frees the buffers of a stream whose buffer pool has grown.
GST_START_TEST(test_after_a_pause_a_narrower_mode_stays) {
  OnBus bused{large_size * 45};
  bused.set("on-starved", "grow");
  bused.rig.camera->fault(  // as kernels before Linux 6.10 do
      [](fake::Faults& faults) { faults.fail(VIDIOC_REMOVE_BUFS, ENOTTY, 1000); });
  fail_unless(bused.usb->reserve(&bused, large_size * 30));
  bused.rig.play();
  std::vector<rig::Buffer> held;
  for (int frame = 0; frame < 6; ++frame)
    held.push_back(bused.rig.next());
  fail_unless(bused.rig.camera->interval() == (v4l2::Interval{1, 15}));
  const auto sent = bused.sent.size();
  held.clear();
  for (int frame = 0; frame < 300; ++frame)  // after some, an unused buffer is retired
    bused.rig.next();
  bused.rig.set_state(GST_STATE_PAUSED);
  bused.usb->release(&bused);
  bused.rig.set_state(GST_STATE_PLAYING);
  bused.rig.next();
  fail_unless(bused.rig.camera->interval() == (v4l2::Interval{1, 15}));
  fail_unless_equals_uint64(bused.sent.size(), sent);
}

GST_END_TEST

GST_START_TEST(test_after_a_pause_room_may_be_waited_for) {
  OnBus bused{large_size * 30};
  bused.set("on-disconnect", "wait");
  bused.rig.kernel.stop_clock();
  bused.lose_room_in_a_pause();
  bused.fail_unless_notices({"lost", "waiting", "back"});
  // The wait has no end, but the tries become less frequent.
  for (int i = 0; i < 12; ++i) {
    bused.fail_unless_notices({"lost", "waiting"});
    bused.rig.kernel.clock().pass(std::chrono::seconds{5});
    bused.fail_unless_notices({"back"});
  }
  bused.fail_unless_notices({"lost", "waiting"});
  bused.usb->release(&bused);
  bused.rig.kernel.clock().pass(std::chrono::seconds{5});
  bused.fail_unless_notices({"back"});
  fail_unless_equals_uint64(size_of(bused.rig.next()), large_size);
  fail_unless(bused.rig.camera->interval() == (v4l2::Interval{1, 30}));
  bused.fail_unless_silent();
  fail_unless_equals_uint64(bused.sent.size(), 1);
}

GST_END_TEST

GST_START_TEST(test_waiting_for_room_may_have_an_end) {
  OnBus bused{large_size * 30};
  bused.set("on-disconnect", "wait");
  g_object_set(bused.rig.element, "reconnect-timeout", 60 * GST_SECOND, nullptr);
  bused.rig.kernel.stop_clock();
  bused.lose_room_in_a_pause();
  bused.fail_unless_notices({"lost", "waiting", "back", "lost", "waiting"});
  // Only the time spent waiting counts. The element tries the device again in between.
  for (;;) {
    if (auto* const message = gst_bus_pop_filtered(bused.bus, GST_MESSAGE_ERROR)) {
      gst_message_unref(message);
      break;
    }
    bused.rig.kernel.clock().pass_if_waited_for(fake::Clock::Waiters::all);
    std::this_thread::yield();
  }
  bused.rig.set_state(GST_STATE_NULL);
  fail_unless_equals_uint64(bused.sent.size(), 1);
}

GST_END_TEST

GST_START_TEST(test_after_a_pause_a_recording_may_end) {
  OnBus bused{large_size * 30};
  bused.set("on-disconnect", "eos");
  bused.lose_room_in_a_pause();
  bused.fail_unless_notices({"lost"});
  for (bool ended = false; !ended;) {
    auto* const event = gst_harness_pull_event(bused.rig.harness);
    ended = GST_EVENT_TYPE(event) == GST_EVENT_EOS;
    gst_event_unref(event);
  }
  bused.fail_unless_silent();
  fail_unless_equals_uint64(bused.sent.size(), 1);
}

GST_END_TEST

GST_START_TEST(test_what_comes_back_keeps_its_caps_or_waits_for_room) {
  OnBus bused{large_size * 15};
  bused.set("on-disconnect", "wait");
  bused.rig.play();
  bused.rig.next();
  bused.warning();
  bused.rig.kernel.unplug(rig::path);
  bused.fail_unless_notices({"lost", "waiting"});
  bused.rig.camera = bused.rig.kernel.plug_with(
      rig::path, rig::camera("1"),
      [](fake::Faults& faults) { faults.fail(VIDIOC_STREAMON, ENOSPC, 2); });
  bused.fail_unless_notices({"back", "lost", "waiting", "back", "lost", "waiting", "back"});
  // The mode is neither better nor worse. It is the mode that streamed before.
  fail_unless_equals_uint64(size_of(bused.rig.next()), large_size);
  fail_unless(bused.rig.camera->interval() == (v4l2::Interval{1, 15}));
  bused.fail_unless_silent();
  fail_unless_equals_uint64(bused.sent.size(), 2);
}

GST_END_TEST

GST_START_TEST(test_who_asks_for_other_caps_may_get_less_of_them) {
  OnBus bused{large_size * 15, rig::small_yuyv};
  bused.rig.play();
  bused.rig.next();
  gst_harness_set_sink_caps_str(bused.rig.harness, large_yuyv);
  for (;;) {
    bused.rig.camera->fill();
    rig::Buffer buffer{gst_harness_try_pull(bused.rig.harness)};
    if (buffer && size_of(buffer) == large_size) break;
    std::this_thread::yield();
  }
  fail_unless(bused.rig.camera->interval() == (v4l2::Interval{1, 15}));
  fail_unless_has(bused.warning(), "YUYV 640x480 at 15/1");
  fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_ERROR).empty());
}

GST_END_TEST

// ---- what else may happen meanwhile -------------------------------------------------------------

GST_START_TEST(test_a_stream_that_breaks_before_its_first_frame_has_all_its_repairs) {
  OnBus bused{large_size * 30};
  bused.rig.kernel.stop_clock();
  bused.rig.play();
  bused.rig.camera->wait_streaming(true);
  // The bandwidth is taken by others as soon as the stream stops.
  bused.rig.camera->fault([&](fake::Faults& faults) {
    faults.fail(VIDIOC_STREAMON, ENOSPC);
    faults.fail(VIDIOC_DQBUF, EIO, 3);
  });
  bused.rig.camera->fail_stream();
  bused.fail_unless_notices({"restarted"});
  fail_unless_has(bused.wait_for(GST_MESSAGE_WARNING), "YUYV 640x480 at 15/1");
  // Two more restarts follow, as without the loss of bandwidth. The second and the third are
  // delayed.
  const rig::FreeRun run{bused.rig.camera};
  bused.fail_unless_notices({"restarted"});
  bused.rig.kernel.clock().pass(std::chrono::milliseconds{100});
  bused.fail_unless_notices({"restarted"});
  bused.rig.kernel.clock().pass(std::chrono::seconds{1});
  fail_unless_equals_uint64(size_of(rig::Buffer{gst_harness_pull(bused.rig.harness)}), large_size);
  fail_unless(bused.rig.camera->interval() == (v4l2::Interval{1, 15}));
  fail_unless_equals_uint64(rig::stat(bused.rig.element, "reconnected"), 0);
}

GST_END_TEST

GST_START_TEST(test_a_silent_stream_that_is_started_again_may_take_less) {
  OnBus bused{large_size * 30};
  bused.rig.kernel.stop_clock();
  g_object_set(bused.rig.element, "first-frame-timeout", 2 * GST_SECOND, nullptr);
  bused.set("on-stall", "restart");
  bused.rig.play();
  bused.rig.camera->wait_streaming(true);
  bused.rig.camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_STREAMON, ENOSPC); });
  bused.rig.kernel.clock().pass(std::chrono::seconds{2});
  bused.fail_unless_notices({"stalled", "restarted"});
  bused.rig.next();
  fail_unless(bused.rig.camera->interval() == (v4l2::Interval{1, 15}));
  fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_ERROR).empty());
}

GST_END_TEST

GST_START_TEST(test_a_loss_during_the_tries_is_a_loss) {
  OnBus bused{small_size * 10, any_yuyv};
  AtTry at{.number = 2, .what = [&] {
             bused.rig.kernel.unplug(rig::path);
           }};
  at.connect(bused.rig.element);
  bused.rig.play();
  fail_unless_has(bused.wait_for(GST_MESSAGE_ERROR), "went away");
}

GST_END_TEST

GST_START_TEST(test_what_was_lost_during_the_tries_begins_anew) {
  OnBus bused{small_size * 10, any_yuyv};
  bused.set("on-disconnect", "wait");
  AtTry at{.number = 2, .what = [&] {
             bused.rig.kernel.unplug(rig::path);
           }};
  at.connect(bused.rig.element);
  bused.rig.play();
  bused.fail_unless_notices({"lost", "waiting"});
  bused.rig.camera = bused.rig.kernel.plug(rig::path, rig::camera("1"));
  fail_unless_equals_uint64(size_of(bused.rig.next()), large_size);
  bused.fail_unless_silent();
}

GST_END_TEST

GST_START_TEST(test_downstream_may_ask_for_something_else_during_the_tries) {
  OnBus bused{small_size * 10, any_yuyv};
  AtTry at{.number = 2, .what = [&] {
             gst_harness_set_sink_caps_str(bused.rig.harness,
                                           "video/x-raw,format=YUY2,width=320,framerate=10/1");
           }};
  at.connect(bused.rig.element);
  bused.rig.play();
  fail_unless_equals_uint64(size_of(bused.rig.next()), small_size);
  fail_unless(bused.rig.camera->interval() == (v4l2::Interval{1, 10}));
  // The tries are 640x480 at 30, 320x240 at 30, and the mode that downstream asked for then.
  fail_unless_equals_int(bused.rig.camera->calls(VIDIOC_STREAMON), 3);
  fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_ERROR).empty());
}

GST_END_TEST

GST_START_TEST(test_a_flush_ends_the_tries) {
  OnBus bused{small_size * 10, any_yuyv};
  AtTry at{.number = 2, .what = [&] {
             std::thread flusher{[&] {
               gst_element_send_event(bused.rig.element, gst_event_new_flush_start());
             }};
             flusher.join();
           }};
  at.connect(bused.rig.element);
  bused.rig.play();
  at.wait();
  fail_unless(gst_element_send_event(bused.rig.element, gst_event_new_flush_stop(TRUE)));
  fail_unless_equals_uint64(size_of(bused.rig.next()), small_size);
  fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_ERROR).empty());
}

GST_END_TEST

GST_START_TEST(test_a_pause_or_null_ends_the_tries) {
  for (const auto state : {GST_STATE_PAUSED, GST_STATE_NULL}) {
    OnBus bused{small_size * 10, any_yuyv};
    // gst_harness_play() asserts that its change of state ends at once. So the thread changes the
    // state after it.
    std::promise<void> plays;
    std::thread changer;
    AtTry at{.number = 2, .what = [&] {
               changer = std::thread{[&] {
                 plays.get_future().wait();
                 bused.rig.set_state(state);
               }};
             }};
    at.connect(bused.rig.element);
    bused.rig.play();
    plays.set_value();
    at.wait();
    changer.join();
    fail_if(bused.rig.camera->streaming());
    fail_unless_equals_uint64(bused.usb->room(), small_size * 10);
    bused.rig.set_state(GST_STATE_PLAYING);
    fail_unless_equals_uint64(size_of(bused.rig.next()), small_size);
    fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_ERROR).empty());
  }
}

GST_END_TEST

static Suite* bus_suite() {
  return suite_of("bus",
                  {
                      TEST(test_a_lower_rate_is_taken_where_caps_leave_no_other_choice),
                      TEST(test_the_warning_tells_programs_what_was_taken),
                      TEST(test_a_compressed_mode_is_taken_where_downstream_takes_it),
                      TEST(test_it_goes_down_step_by_step_and_says_so_once),
                      TEST(test_where_nothing_fits_it_is_an_error_after_the_last),
                      TEST(test_a_driver_that_sets_something_else_ends_it_too),
                      TEST(test_fixed_caps_leave_no_choice),
                      TEST(test_it_may_be_an_error_at_once),
                      TEST(test_each_start_begins_with_the_best_mode),
                      TEST(test_every_way_to_travel),
                      TEST(test_read_finds_no_room_and_has_no_choice),
                      TEST(test_two_that_start_at_once_settle),
                      TEST(test_after_a_pause_the_caps_stay_by_default),
                      TEST(test_after_a_pause_a_narrower_mode_stays),
                      TEST(test_after_a_pause_room_may_be_waited_for),
                      TEST(test_waiting_for_room_may_have_an_end),
                      TEST(test_after_a_pause_a_recording_may_end),
                      TEST(test_what_comes_back_keeps_its_caps_or_waits_for_room),
                      TEST(test_who_asks_for_other_caps_may_get_less_of_them),
                      TEST(test_a_stream_that_breaks_before_its_first_frame_has_all_its_repairs),
                      TEST(test_a_silent_stream_that_is_started_again_may_take_less),
                      TEST(test_a_loss_during_the_tries_is_a_loss),
                      TEST(test_what_was_lost_during_the_tries_begins_anew),
                      TEST(test_downstream_may_ask_for_something_else_during_the_tries),
                      TEST(test_a_flush_ends_the_tries),
                      TEST(test_a_pause_or_null_ends_the_tries),
                  });
}

SUITE_MAIN(bus_suite)
