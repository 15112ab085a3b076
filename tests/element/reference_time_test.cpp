// Tests the times that buffers carry besides their PTS (GstReferenceTimestampMeta).

#include <optional>

#include "rigs/suite.h"
#include "rigs/timed_rig.h"

using rig::TimedRig;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;

namespace {

constexpr auto monotonic = "timestamp/x-system-monotonic";

/// Returns the time with that reference, or nullopt.
std::optional<nanoseconds> time_of(const rig::Buffer& buffer, const char* reference) {
  auto* const caps = gst_caps_new_empty_simple(reference);
  const auto* const meta = gst_buffer_get_reference_timestamp_meta(buffer.get(), caps);
  gst_caps_unref(caps);
  if (meta == nullptr) return std::nullopt;
  fail_unless_equals_uint64(meta->duration, GST_CLOCK_TIME_NONE);
  return nanoseconds{static_cast<nanoseconds::rep>(meta->timestamp)};
}

int metas(const rig::Buffer& buffer) {
  return static_cast<int>(
      gst_buffer_get_n_meta(buffer.get(), GST_REFERENCE_TIMESTAMP_META_API_TYPE));
}

void fail_unless_time(const rig::Buffer& buffer, const char* reference, nanoseconds time) {
  const auto seen = time_of(buffer, reference);
  fail_unless(seen.has_value());
  fail_unless_equals_int64(seen->count(), time.count());
}

}  // namespace

GST_START_TEST(test_each_buffer_has_the_drivers_timestamp) {
  for (const char* const policy : {"grow", "copy"}) {
    TimedRig timed;
    rig::set(timed.rig.element, "on-starved", policy);
    timed.play();
    std::vector<rig::Buffer> held;  // so that buffers run out, and are copied
    for (int number = 0; number < 12; ++number) {
      const auto taken = 1s + number * 33ms;
      auto frame = timed.next(taken);
      fail_unless_time(frame, monotonic, TimedRig::began + taken);
      fail_unless_equals_int(metas(frame), 1);
      held.push_back(std::move(frame));
      if (number % 5 == 4) held.clear();
    }
  }
}

GST_END_TEST

GST_START_TEST(test_a_frame_without_a_good_timestamp_has_none) {
  TimedRig timed;
  timed.play();
  for (int number = 0; number < 8; ++number)
    fail_unless_equals_int(metas(timed.next(1s + number * 33ms)), 1);
  for (int number = 8; number < 16; ++number)
    fail_unless_equals_int(metas(timed.next(1s + number * 33ms, {.timestamp = 0s})), 0);
  fail_unless_equals_int(metas(timed.next(2s)), 1);
}

GST_END_TEST

GST_START_TEST(test_copied_timestamps_are_a_stream_of_their_own) {
  auto model = rig::tiny_camera();
  model.driver = "v4l2 Loop";
  TimedRig timed{model};
  timed.play();
  const auto frame = timed.next(1s, {.timestamp = 12s, .timestamps = V4L2_BUF_FLAG_TIMESTAMP_COPY});
  fail_unless_time(frame, "timestamp/x-v4l2-loop-stream", 12s);
  fail_unless_equals_int(metas(frame), 1);
}

GST_END_TEST

GST_START_TEST(test_the_wall_clock_says_when_a_frame_was_captured) {
  struct Wall {
    const char* name;
    const char* reference;
    nanoseconds ahead;
  };

  for (const auto& wall :
       {Wall{"realtime", "timestamp/x-unix", 0s}, Wall{"tai", "timestamp/x-tai", 37s}}) {
    TimedRig timed;
    rig::set(timed.rig.element, "wall-clock", wall.name);
    timed.play();
    const auto began = fake::FakeKernel::started + TimedRig::began + wall.ahead;
    for (int number = 0; number < 8; ++number) {
      const auto frame = timed.next(1s + number * 33ms);
      fail_unless_time(frame, wall.reference, began + 1s + number * 33ms);
      fail_unless_time(frame, monotonic, TimedRig::began + 1s + number * 33ms);
    }
    // Without a timestamp it is as good as the PTS.
    const auto frame = timed.next(1s + 8 * 33ms, {.timestamp = 0s});
    fail_unless(time_of(frame, wall.reference).has_value());
    fail_unless_equals_int(metas(frame), 1);
  }
}

GST_END_TEST

static Suite* reference_time_suite() {
  return suite_of("reference_time", {
                                        TEST(test_each_buffer_has_the_drivers_timestamp),
                                        TEST(test_a_frame_without_a_good_timestamp_has_none),
                                        TEST(test_copied_timestamps_are_a_stream_of_their_own),
                                        TEST(test_the_wall_clock_says_when_a_frame_was_captured),
                                    });
}

SUITE_MAIN(reference_time_suite)
