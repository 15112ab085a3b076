// Tests that the PTS of a frame is the running time at which it was captured.

#include <array>
#include <string>
#include <vector>

#include "rigs/rig_with_bus.h"
#include "rigs/suite.h"
#include "rigs/timed_rig.h"

using rig::TimedRig;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;

namespace {

constexpr auto interval = TimedRig::interval;

/// A kind of timestamp, and how far it may lead the PTS from the truth.
struct Kind {
  const char* name;
  std::uint32_t flags;
  nanoseconds (*stamp)(nanoseconds taken);
  nanoseconds tolerance;
};

constexpr auto monotonic = std::uint32_t{V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC};
constexpr auto start_of_frame = monotonic | V4L2_BUF_FLAG_TSTAMP_SRC_SOE;
constexpr auto unknown = std::uint32_t{V4L2_BUF_FLAG_TIMESTAMP_UNKNOWN};
constexpr auto copied = V4L2_BUF_FLAG_TIMESTAMP_COPY | V4L2_BUF_FLAG_TSTAMP_SRC_SOE;
// V4L2 has microseconds.
constexpr nanoseconds exact = 1us;
// What a frame that arrives later than an interval after its start costs without a timestamp.
constexpr nanoseconds late = TimedRig::delay - interval + 1ms;

const std::array kinds{
    Kind{"start of frame", start_of_frame,
         [](nanoseconds taken) { return TimedRig::began + taken; }, exact},
    Kind{"end of frame", monotonic,
         [](nanoseconds taken) { return TimedRig::began + taken + interval; }, exact},
    Kind{"end of frame, yet to come", monotonic,
         [](nanoseconds taken) { return TimedRig::began + taken + 60ms; }, 60ms - interval + exact},
    Kind{"copied from a producer's clock", copied,
         [](nanoseconds taken) { return TimedRig::began + taken; }, exact},
    Kind{"CLOCK_REALTIME", unknown | V4L2_BUF_FLAG_TSTAMP_SRC_SOE,
         [](nanoseconds taken) { return fake::FakeKernel::started + TimedRig::began + taken; },
         exact},
    Kind{"CLOCK_REALTIME by another name", start_of_frame,
         [](nanoseconds taken) { return fake::FakeKernel::started + TimedRig::began + taken; },
         exact},
    Kind{"unknown and zero", unknown, [](nanoseconds) { return nanoseconds{}; }, late},
    Kind{"zero", start_of_frame, [](nanoseconds) { return nanoseconds{}; }, late},
    Kind{"constant", start_of_frame, [](nanoseconds) { return TimedRig::began + nanoseconds{1s}; },
         late},
    Kind{"from another clock", start_of_frame,
         [](nanoseconds taken) { return 5 * TimedRig::began + taken; }, late},
    Kind{"in the near future", start_of_frame,
         [](nanoseconds taken) { return TimedRig::began + taken + 200ms; }, late},
    Kind{"of 10 s ago", start_of_frame,
         [](nanoseconds taken) { return TimedRig::began + taken - 10s; }, late},
};

/// Returns when frame `number` is taken.
nanoseconds taken_at(int number) {
  return 1s + number * interval;
}

/// Lets frames with such timestamps pass. Each must be true and in order, and no later than the
/// latency says.
void check_kind(const Kind& kind, const fake::Model& model, const char* io_mode, int frames) {
  TimedRig timed{model};
  rig::set(timed.rig.element, "io-mode", io_mode);
  timed.play();
  GstClockTime last{};
  for (int number = 0; number < frames; ++number) {
    const auto taken = taken_at(number);
    const auto frame =
        timed.next(taken, {.timestamp = kind.stamp(taken), .timestamps = kind.flags});
    const auto pts = GST_BUFFER_PTS(frame.get());
    fail_unless(timed.error(frame, taken) <= kind.tolerance,
                "%s, frame %d: %" G_GINT64_FORMAT " ns off", kind.name, number,
                timed.error(frame, taken).count());
    fail_unless(number == 0 || pts > last, "%s, frame %d repeats its PTS", kind.name, number);
    last = pts;
    const auto latency = rig::latency_of(timed.rig.element);
    // Sinks allow for 20 ms of processing.
    fail_unless(timed.running(timed.now) <=
                    static_cast<std::int64_t>(pts + latency.least + 20 * GST_MSECOND),
                "%s, frame %d is too late for a sink", kind.name, number);
    fail_unless_equals_uint64(GST_BUFFER_DURATION(frame.get()), interval.count());
  }
}

}  // namespace

GST_START_TEST(test_pts_is_the_time_of_capture_with_each_kind_of_timestamp) {
  for (const auto& kind : kinds)
    check_kind(kind, rig::tiny_camera(), "auto", 40);
  // After 10 s the last kind lies between the start of the stream and now.
  check_kind(kinds.back(), rig::tiny_camera(), "auto", 400);
}

GST_END_TEST

GST_START_TEST(test_a_frame_that_is_read_counts_as_taken_an_interval_before) {
  auto model = rig::tiny_camera();
  model.device_caps |= V4L2_CAP_READWRITE;
  auto kind = kinds[0];
  kind.tolerance = late;
  check_kind(kind, model, "rw", 40);
}

GST_END_TEST

GST_START_TEST(test_pts_follows_a_clock_that_drifts_for_an_hour) {
  TimedRig timed;
  timed.shown = [](nanoseconds since) {
    return 7s + since + since / 2000;  // 500 ppm
  };
  timed.move_to(0s);
  timed.play();
  for (int number = 0; number < 360; ++number) {
    const auto taken = 1s + number * nanoseconds{10s};
    const auto frame = timed.next(taken);
    fail_unless(timed.error(frame, taken) < 100us);
  }
}

GST_END_TEST

GST_START_TEST(test_a_frame_that_waited_ten_seconds_is_that_old) {
  TimedRig timed;
  timed.play();
  timed.next(taken_at(0));
  timed.arrives_after = 10s;
  fail_unless(timed.error(timed.next(taken_at(1)), taken_at(1)) <= exact);
}

GST_END_TEST

GST_START_TEST(test_pts_begins_anew_with_another_base_time) {
  TimedRig timed;
  timed.play();
  int number{};
  for (; number < 45; ++number)
    timed.next(taken_at(number));
  // As a flush with reset_time does, and as gst_element_set_start_time() does.
  for (const bool flush : {true, false}) {
    if (flush) {
      fail_unless(gst_element_send_event(timed.rig.element, gst_event_new_flush_start()));
      fail_unless(gst_element_send_event(timed.rig.element, gst_event_new_flush_stop(TRUE)));
    }
    gst_element_set_base_time(timed.rig.element,
                              static_cast<GstClockTime>(timed.shown(timed.now).count()));
    number += 2;
    for (int frame = 0; frame < 10; ++frame, ++number)
      fail_unless(timed.error(timed.next(taken_at(number)), taken_at(number)) <= exact);
  }
}

GST_END_TEST

GST_START_TEST(test_pts_follows_another_clock) {
  TimedRig timed;
  timed.play();
  for (int number = 0; number < 45; ++number)
    timed.next(taken_at(number));
  auto* const other = gst_test_clock_new_with_start_time(3 * GST_SECOND);
  gst_element_set_clock(timed.rig.element, other);
  gst_element_set_base_time(timed.rig.element, 2 * GST_SECOND);
  const auto switched = timed.now;
  GstClockTime last{};
  for (int number = 47; number < 57; ++number) {
    const auto since = taken_at(number) - switched;
    gst_test_clock_set_time(
        GST_TEST_CLOCK(other),
        3 * GST_SECOND + static_cast<GstClockTime>((since + TimedRig::delay).count()));
    const auto frame = timed.next(taken_at(number));
    const auto expected = GST_SECOND + static_cast<GstClockTime>(since.count());
    fail_unless(GST_BUFFER_PTS(frame.get()) >= expected - GST_USECOND);
    fail_unless(GST_BUFFER_PTS(frame.get()) <= expected + GST_USECOND);
    fail_unless(GST_BUFFER_PTS(frame.get()) > last);
    last = GST_BUFFER_PTS(frame.get());
  }
  gst_element_set_clock(timed.rig.element, nullptr);
  gst_object_unref(other);
}

GST_END_TEST

GST_START_TEST(test_pts_counts_from_the_first_frame_without_a_clock) {
  TimedRig timed;
  timed.play();
  gst_element_set_clock(timed.rig.element, nullptr);
  for (int number = 0; number < 10; ++number) {
    const auto frame = timed.next(taken_at(number));
    const auto expected = static_cast<GstClockTime>((number * interval).count());
    fail_unless(GST_BUFFER_PTS(frame.get()) <= expected + GST_USECOND);
    fail_unless(GST_BUFFER_PTS(frame.get()) + GST_USECOND >= expected);
  }
}

GST_END_TEST

GST_START_TEST(test_a_hundred_pauses_leave_no_stale_frame) {
  TimedRig timed;
  GstClockTime last{};
  nanoseconds since{};
  for (int turn = 0; turn < 100; ++turn) {
    // A pipeline gives its elements another base time, so that running time stands still in PAUSED.
    const auto running = static_cast<GstClockTime>(turn) * 200 * GST_MSECOND;
    timed.move_to(since);
    gst_element_set_base_time(timed.rig.element,
                              static_cast<GstClockTime>(timed.shown(since).count()) - running);
    timed.rig.set_state(GST_STATE_PLAYING);
    timed.rig.camera->wait_streaming(true);
    for (int frame = 1; frame <= 3; ++frame) {
      const auto taken = since + frame * interval;
      const auto buffer = timed.next(taken);
      fail_unless(timed.error(buffer, taken) <= exact);
      fail_unless(turn + frame == 1 || GST_BUFFER_PTS(buffer.get()) > last);
      last = GST_BUFFER_PTS(buffer.get());
      fail_unless_equals_int(GST_BUFFER_FLAG_IS_SET(buffer.get(), GST_BUFFER_FLAG_DISCONT),
                             frame == 1);
    }
    timed.rig.set_state(GST_STATE_PAUSED);
    since = timed.now + 2s;
  }
  fail_unless_equals_uint64(rig::stat(timed.rig.element, "lost"), 0);
}

GST_END_TEST

GST_START_TEST(test_wrong_timestamps_are_one_warning) {
  rig::Bused bused;
  auto& rig = bused.rig;
  rig.kernel.set_time(1000s);
  rig.play();
  rig.camera->wait_streaming(true);
  const auto deliver = [&](nanoseconds now, nanoseconds stamp) {
    rig.kernel.set_time(now);
    rig.next({.timestamp = stamp});
  };
  deliver(1000s, 5s);  // as long as none is good, none is wrong
  deliver(1001s, 1001s);
  deliver(1002s, 1002s);
  fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_WARNING).empty());
  deliver(1003s, 1001s);
  const auto texts = rig::texts_of(bused.bus, GST_MESSAGE_WARNING);
  fail_unless_equals_int(texts.size(), 1);
  fail_unless(texts[0].find("is before that of the frame before") != std::string::npos);
  deliver(1004s, 1004s);
  deliver(1005s, 1004s);
  deliver(1006s, 0s);
  fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_WARNING).empty());
}

GST_END_TEST

GST_START_TEST(test_one_wrong_timestamp_costs_one_frame_its_exactness) {
  for (const nanoseconds wrong : {nanoseconds{0s}, nanoseconds{TimedRig::began + 1s}, -5s + 0ns}) {
    TimedRig timed;
    timed.play();
    for (int number = 0; number < 30; ++number) {
      const bool bad = number == 20;
      const auto stamp = bad ? wrong : TimedRig::began + taken_at(number);
      const auto frame = timed.next(taken_at(number), {.timestamp = stamp});
      fail_unless(timed.error(frame, taken_at(number)) <= (bad ? 500us : exact));
    }
  }
}

GST_END_TEST

GST_START_TEST(test_the_mode_may_take_the_arrival) {
  for (const char* const mode : {"arrival", "smoothed"}) {
    TimedRig timed;
    rig::set(timed.rig.element, "timestamp-mode", mode);
    timed.play();
    for (int number = 0; number < 10; ++number) {
      const auto frame = timed.next(taken_at(number));
      const auto expected = taken_at(number) + TimedRig::delay - interval;
      fail_unless(timed.error(frame, expected) <= 1us);
    }
  }
}

GST_END_TEST

/// Frames with good timestamps, `step` apart. Returns the duration of the last one.
static GstClockTime last_duration(const fake::Model& model, const char* caps, nanoseconds step) {
  TimedRig timed{model, caps};
  timed.arrives_after = step;
  timed.play();
  GstClockTime duration{};
  for (int number = 0; number < 20; ++number) {
    const auto taken = 1s + number * step;
    const auto frame = timed.next(taken);
    fail_unless(timed.error(frame, taken) <= exact);
    duration = GST_BUFFER_DURATION(frame.get());
  }
  return duration;
}

GST_START_TEST(test_duration_is_the_real_interval) {
  fail_unless_equals_uint64(last_duration(rig::tiny_camera(), rig::tiny_yuyv, 66ms),
                            66 * GST_MSECOND);
  fail_unless_equals_uint64(last_duration(rig::tiny_camera(), rig::tiny_yuyv, 34ms),
                            GST_SECOND / 30);
  fail_unless_equals_uint64(last_duration(rig::tiny_camera(), rig::tiny_yuyv, 10s),
                            10 * GST_SECOND);
  auto variable = rig::tiny_camera();
  variable.has_rates = false;
  fail_unless_equals_uint64(last_duration(variable, rig::tiny_yuyv, 10s), 10 * GST_SECOND);
  auto fast = rig::tiny_camera();
  for (auto& format : fast.formats)
    for (auto& mode : format.modes)
      mode.intervals = {{1, 1000}};
  fail_unless_equals_uint64(last_duration(fast, rig::tiny_yuyv, 1ms), GST_MSECOND);
  auto fields = rig::tiny_camera();
  fields.field = V4L2_FIELD_ALTERNATE;
  fields.standards = V4L2_STD_PAL;
  fields.input_capabilities = V4L2_IN_CAP_STD;
  fields.formats = {{.fourcc = V4L2_PIX_FMT_YUYV,
                     .modes = {{.size = {720, 288}, .intervals = {{1, 25}}},
                               {.size = {720, 576}, .intervals = {{1, 25}}}}}};
  fail_unless_equals_uint64(
      last_duration(fields,
                    "video/x-raw(format:Interlaced),format=YUY2,width=720,height=576,"
                    "interlace-mode=alternate",
                    20ms),
      20 * GST_MSECOND);
}

GST_END_TEST

static Suite* time_suite() {
  return suite_of("time", {
                              TEST(test_pts_is_the_time_of_capture_with_each_kind_of_timestamp),
                              TEST(test_a_frame_that_is_read_counts_as_taken_an_interval_before),
                              TEST(test_pts_follows_a_clock_that_drifts_for_an_hour),
                              TEST(test_a_frame_that_waited_ten_seconds_is_that_old),
                              TEST(test_pts_begins_anew_with_another_base_time),
                              TEST(test_pts_follows_another_clock),
                              TEST(test_pts_counts_from_the_first_frame_without_a_clock),
                              TEST(test_a_hundred_pauses_leave_no_stale_frame),
                              TEST(test_wrong_timestamps_are_one_warning),
                              TEST(test_one_wrong_timestamp_costs_one_frame_its_exactness),
                              TEST(test_the_mode_may_take_the_arrival),
                              TEST(test_duration_is_the_real_interval),
                          });
}

SUITE_MAIN(time_suite)
