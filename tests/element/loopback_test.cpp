// Tests loopback devices, whose driver fills a buffer whether it is queued or not.

#include <cerrno>
#include <string>
#include <thread>
#include <vector>

#include "rigs/rig.h"
#include "rigs/rig_with_bus.h"
#include "rigs/suite.h"

using rig::Buffer;
using rig::Bused;
using rig::fail_unless_has;
using rig::stat;

namespace {

constexpr std::uint32_t many = 40;

/// A driver that behaves like v4l2loopback, but has another name.
fake::Model stranger(std::uint32_t buffers) {
  auto model = fake::loopback(buffers);
  model.driver = "stranger";
  return model;
}

struct Loopback : Bused {
  explicit Loopback(const fake::Model& model, const char* caps = rig::small_yuyv)
      : Bused{model, caps} {}

  void set(const char* property, const char* value) { rig::set(rig.element, property, value); }

  /// The producer writes `bytes` bytes. A loopback device waits for no reader, so this waits until
  /// the element has counted the frame.
  void write_damaged(std::uint32_t bytes) {
    const auto before = stat(rig.element, "damaged");
    rig.camera->fill_when_queued({.bytes_used = bytes});
    while (stat(rig.element, "damaged") == before)
      std::this_thread::yield();
  }

  /// Answers as v4l2loopback does since 0.13 without a producer. The driver then remembers a
  /// format.
  void leave_unfed() const { rig.camera->change_status(V4L2_IN_ST_NO_SIGNAL); }

  void fail_unless_silent() const {
    fail_unless(rig::texts_of(bus, GST_MESSAGE_ERROR).empty());
    fail_unless(rig::texts_of(bus, GST_MESSAGE_WARNING).empty());
  }
};

}  // namespace

GST_START_TEST(test_what_is_held_stays_as_it_was) {
  for (const char* const mode : {"auto", "mmap", "rw"})
    for (const auto count : {2U, 8U})
      for (const char* const policy : {"grow", "copy", "drop"}) {
        Loopback loopback{fake::loopback(count)};
        loopback.set("io-mode", mode);
        loopback.set("on-starved", policy);
        loopback.rig.play();
        // With read() the element fills buffers of its own, and downstream holds none of the
        // driver's.
        const bool copies = std::string{mode} != "rw";
        const auto frames = copies ? many : 2;
        std::vector<Buffer> held;
        for (std::uint32_t i = 0; i < frames; ++i) {
          held.push_back(loopback.rig.next());
          fail_if(i > 0 && GST_BUFFER_FLAG_IS_SET(held.back().get(), GST_BUFFER_FLAG_DISCONT));
        }
        for (std::uint32_t i = 0; i < frames; ++i)
          fail_unless(rig::shows(held[i].get(), i), "%s, %u buffers: frame %u", mode, count, i);
        fail_unless_equals_uint64(stat(loopback.rig.element, "delivered"), frames);
        fail_unless_equals_uint64(stat(loopback.rig.element, "copied"), copies ? frames : 0);
        fail_unless_equals_uint64(stat(loopback.rig.element, "overwritten"), 0);
        loopback.fail_unless_silent();
      }
}

GST_END_TEST

// v4l2loopback does so for a producer that is slower than its rate (sustain_framerate).
GST_START_TEST(test_a_frame_that_is_shown_again_is_no_fault) {
  Loopback loopback{fake::loopback()};
  auto& clock = loopback.rig.kernel.clock();
  loopback.rig.kernel.stop_clock();
  loopback.rig.play();
  for (int shown = 0; shown < 3; ++shown) {
    clock.add(std::chrono::milliseconds{33});
    const auto written = clock.now();
    for (int again = 0; again < 3; ++again) {
      loopback.rig.next({.timestamp = written});
      clock.add(std::chrono::milliseconds{33});
    }
  }
  loopback.fail_unless_silent();
}

GST_END_TEST

GST_START_TEST(test_an_unknown_driver_is_found_out) {
  for (const auto most : {2U, 8U}) {
    Loopback loopback{stranger(most)};
    loopback.rig.kernel.stop_clock();
    loopback.rig.play();
    const auto held = loopback.rig.next();
    const auto count = static_cast<std::uint32_t>(loopback.rig.camera->buffer_count());
    // These frames are freed at once, so their buffers are never filled on loan.
    for (std::uint32_t i = 1; i < count; ++i)
      loopback.rig.next();
    loopback.rig.camera->fill_when_queued();
    fail_unless_has(loopback.wait_for(GST_MESSAGE_WARNING), "still in use downstream");
    fail_unless_equals_uint64(stat(loopback.rig.element, "overwritten"), 1);
    const auto copied = stat(loopback.rig.element, "copied");
    std::vector<Buffer> copies;
    for (std::uint32_t i = count + 1; i < many; ++i)
      if (i % count == 0)
        loopback.rig.camera->fill_when_queued();  // into the held buffer again
      else
        copies.push_back(loopback.rig.next());
    std::uint32_t next{};
    for (std::uint32_t i = count + 1; i < many; ++i)
      if (i % count != 0) fail_unless(rig::shows(copies[next++].get(), i), "frame %u", i);
    fail_unless(GST_BUFFER_FLAG_IS_SET(copies[0].get(), GST_BUFFER_FLAG_DISCONT));
    fail_unless_equals_uint64(stat(loopback.rig.element, "copied") - copied, copies.size());
    fail_unless_equals_uint64(stat(loopback.rig.element, "overwritten"), (many - 1) / count);
    loopback.fail_unless_silent();
  }
}

GST_END_TEST

GST_START_TEST(test_nothing_is_lost_once_a_driver_is_found_out) {
  Loopback loopback{stranger(2)};
  loopback.rig.kernel.stop_clock();
  loopback.rig.play();
  auto held = loopback.rig.next();
  loopback.rig.next();
  loopback.rig.camera->fill_when_queued();
  const auto cause = loopback.cause_of_warning();
  fail_unless_equals_string(cause.c_str(), "overwritten");
  held.reset();
  std::vector<Buffer> copies;
  for (std::uint32_t i = 3; i < many; ++i)
    copies.push_back(loopback.rig.next());
  for (std::uint32_t i = 3; i < many; ++i)
    fail_unless(rig::shows(copies[i - 3].get(), i), "frame %u", i);
  fail_unless_equals_uint64(stat(loopback.rig.element, "overwritten"), 1);
  loopback.fail_unless_silent();
}

GST_END_TEST

GST_START_TEST(test_the_newest_frame_is_shown_whole) {
  Loopback loopback{fake::loopback(2)};
  loopback.set("leaky", "newest");
  loopback.rig.play();
  std::vector<Buffer> held;
  held.push_back(loopback.rig.next());
  for (std::uint32_t i = 2; i < many; i += 2) {
    loopback.rig.camera->fill_at_once(2);
    held.emplace_back(gst_harness_pull(loopback.rig.harness));
  }
  for (std::uint32_t i = 0; i < held.size(); ++i)
    fail_unless(rig::shows(held[i].get(), 2 * i), "frame %u", 2 * i);
  loopback.fail_unless_silent();
}

GST_END_TEST

// ---- producers ----------------------------------------------------------------------------------

GST_START_TEST(test_a_producer_that_comes_back_with_another_size_is_followed) {
  Loopback loopback{fake::loopback(2), "video/x-raw,format=YUY2"};
  loopback.rig.play();
  loopback.rig.next();
  auto model = fake::loopback(2);
  for (auto& mode : model.formats[0].modes)
    mode.size = {.width = 640, .height = 480};
  loopback.rig.camera->feed(model.formats);
  loopback.write_damaged(100);
  while (loopback.rig.camera->calls(VIDIOC_STREAMON) < 2)
    std::this_thread::yield();
  const auto frame = loopback.rig.next();
  fail_unless_equals_uint64(gst_buffer_get_size(frame.get()), 640U * 480 * 2);
  fail_unless_equals_uint64(stat(loopback.rig.element, "damaged"), 1);
  loopback.fail_unless_silent();
}

GST_END_TEST

GST_START_TEST(test_a_producer_of_another_size_is_told_of) {
  Loopback loopback{fake::loopback(2)};
  loopback.rig.play();
  for (std::uint32_t i = 0; i < 100; ++i) {
    loopback.write_damaged(100);
    if (i % 25 == 24) loopback.rig.next();  // a producer may be cut short now and then
  }
  loopback.fail_unless_silent();
  for (std::uint32_t i = 0; i < 30; ++i)
    loopback.write_damaged(38400);
  fail_unless_has(loopback.wait_for(GST_MESSAGE_ERROR),
                  "frames of 38400 bytes, but YUYV 320x240 takes 153600");
}

GST_END_TEST

GST_START_TEST(test_a_format_that_nobody_feeds_is_told_of) {
  for (const auto* const device : {"", rig::path}) {
    Loopback loopback{fake::loopback(2)};
    if (*device != '\0') loopback.set("device", device);
    loopback.leave_unfed();
    gst_element_set_state(loopback.rig.element, GST_STATE_PLAYING);
    fail_unless_has(loopback.wait_for(GST_MESSAGE_ERROR), "Nobody feeds");
    loopback.rig.set_state(GST_STATE_NULL);
    loopback.fail_unless_silent();
  }
}

GST_END_TEST

GST_START_TEST(test_a_format_that_nobody_feeds_is_no_camera) {
  Loopback loopback{fake::loopback(2)};
  loopback.leave_unfed();
  loopback.rig.camera = loopback.rig.kernel.plug("/dev/video1", fake::webcam());
  loopback.rig.play();
  loopback.rig.next();
  loopback.fail_unless_silent();
}

GST_END_TEST

GST_START_TEST(test_a_recording_ends_whole_when_nobody_feeds_its_format) {
  Loopback loopback{fake::loopback(2)};
  loopback.set("on-disconnect", "eos");
  loopback.rig.play();
  loopback.rig.next();
  loopback.rig.set_state(GST_STATE_PAUSED);
  loopback.leave_unfed();
  loopback.rig.set_state(GST_STATE_PLAYING);
  for (bool ended = false; !ended;) {
    auto* const event = gst_harness_pull_event(loopback.rig.harness);
    fail_unless(event != nullptr);
    ended = GST_EVENT_TYPE(event) == GST_EVENT_EOS;
    gst_event_unref(event);
  }
  loopback.fail_unless_silent();
}

GST_END_TEST

GST_START_TEST(test_a_format_that_nobody_feeds_is_waited_for) {
  for (const auto* const device : {"", rig::path}) {
    Loopback loopback{fake::loopback(2)};
    loopback.rig.kernel.stop_clock();
    if (*device != '\0') loopback.set("device", device);
    loopback.set("on-disconnect", "wait");
    loopback.leave_unfed();
    loopback.rig.play();
    loopback.fail_unless_notices({"waiting"});
    // The element tries some times in vain, and posts no message about that.
    for (int looks = 0; looks < 3; ++looks)
      loopback.rig.kernel.clock().pass();
    // The producer would find a format that is set now, and may not look.
    fail_unless_equals_int(loopback.rig.camera->calls(VIDIOC_S_FMT), 0);
    fail_unless_equals_int(loopback.rig.camera->calls(VIDIOC_REQBUFS), 0);
    loopback.rig.camera->change_status(0);
    loopback.rig.kernel.clock().pass();
    loopback.fail_unless_notices({"back"});
    loopback.rig.next();
    loopback.fail_unless_silent();
  }
}

GST_END_TEST

// ---- other programs -----------------------------------------------------------------------------

// Before 0.13, VIDIOC_REQBUFS of another program makes the driver forget who has mapped its
// buffers. VIDIOC_DQBUF then returns EINVAL.
GST_START_TEST(test_buffers_that_another_program_has_taken_are_asked_for_again) {
  Loopback loopback{fake::loopback(2)};
  loopback.rig.play();
  loopback.rig.next();
  const auto asked = loopback.rig.camera->calls(VIDIOC_REQBUFS);
  loopback.rig.camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_DQBUF, EINVAL); });
  loopback.rig.camera->fill_when_queued();
  loopback.fail_unless_notices({"restarted"});
  loopback.rig.next();
  fail_unless(loopback.rig.camera->calls(VIDIOC_REQBUFS) > asked);
  fail_unless_equals_uint64(stat(loopback.rig.element, "restarted"), 1);
  loopback.fail_unless_silent();
}

GST_END_TEST

static Suite* loopback_suite() {
  return suite_of("loopback",
                  {
                      TEST(test_what_is_held_stays_as_it_was),
                      TEST(test_a_frame_that_is_shown_again_is_no_fault),
                      TEST(test_an_unknown_driver_is_found_out),
                      TEST(test_nothing_is_lost_once_a_driver_is_found_out),
                      TEST(test_the_newest_frame_is_shown_whole),
                      TEST(test_a_producer_that_comes_back_with_another_size_is_followed),
                      TEST(test_a_producer_of_another_size_is_told_of),
                      TEST(test_a_format_that_nobody_feeds_is_told_of),
                      TEST(test_a_format_that_nobody_feeds_is_no_camera),
                      TEST(test_a_recording_ends_whole_when_nobody_feeds_its_format),
                      TEST(test_a_format_that_nobody_feeds_is_waited_for),
                      TEST(test_buffers_that_another_program_has_taken_are_asked_for_again),
                  });
}

SUITE_MAIN(loopback_suite)
