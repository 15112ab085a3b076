// Tests the statistics: what they count, what they measure, and how an application gets them.

#include <string>
#include <utility>
#include <vector>

#include "rigs/steady.h"
#include "rigs/suite.h"

using namespace std::chrono_literals;
using rig::Buffer;
using rig::fail_unless_has;
using rig::interval;
using rig::stat;
using rig::Steady;
using rig::Time;

namespace {

/// A copy of the statistics.
class Statistics {
public:
  explicit Statistics(GstElement* element) {
    g_object_get(element, "stats", &structure_, nullptr);
    fail_unless(structure_ != nullptr);
  }

  explicit Statistics(const GstStructure* structure) : structure_{gst_structure_copy(structure)} {}

  Statistics(Statistics&& other) noexcept : structure_{std::exchange(other.structure_, nullptr)} {}

  Statistics& operator=(Statistics&&) = delete;

  ~Statistics() {
    if (structure_ != nullptr) gst_structure_free(structure_);
  }

  guint64 count(const char* name) const {
    guint64 value{};
    fail_unless(gst_structure_get_uint64(structure_, name, &value), "no %s", name);
    return value;
  }

  double rate(const char* name) const {
    gdouble value{};
    fail_unless(gst_structure_get_double(structure_, name, &value), "no %s", name);
    return value;
  }

  [[nodiscard]] int size() const { return gst_structure_n_fields(structure_); }

  [[nodiscard]] const char* name() const { return gst_structure_get_name(structure_); }

private:
  GstStructure* structure_{};
};

/// Returns the messages with statistics that were posted.
std::vector<Statistics> reports(GstBus* bus) {
  std::vector<Statistics> all;
  while (auto* const message = gst_bus_pop_filtered(bus, GST_MESSAGE_ELEMENT)) {
    const auto* const fields = gst_message_get_structure(message);
    if (gst_structure_has_name(fields, "v4l2cppsrc-stats")) all.emplace_back(fields);
    gst_message_unref(message);
  }
  return all;
}

bool about(double value, double wanted) {
  return value > wanted * 0.99 && value < wanted * 1.01;
}

/// Whether a time is the wanted one, within the width of a bucket.
bool near(guint64 time, Time wanted) {
  const auto ratio = static_cast<double>(time) / static_cast<double>(wanted.count());
  return ratio > 0.965 && ratio < 1.035;
}

}  // namespace

GST_START_TEST(test_all_is_zero_before_the_start) {
  Steady steady;
  const Statistics stats{steady.rig.element};
  for (const auto* const name :
       {"delivered", "copied", "lost", "starved", "skipped", "damaged", "overwritten", "restarted",
        "reconnected", "captured", "lost-starved", "lost-device", "bytes", "queued", "latency-mean",
        "latency-p50", "latency-p99", "latency-max"})
    fail_unless_equals_uint64(stats.count(name), 0);
  fail_unless(stats.rate("fps") == 0);
  fail_unless(stats.rate("fps-nominal") == 0);
  fail_unless_equals_int(stats.size(), 20);
}

GST_END_TEST

GST_START_TEST(test_the_rate_is_measured) {
  Steady steady;
  steady.play();
  steady.frames(1);
  fail_unless(stat(steady.rig.element, "captured") == 1);
  fail_unless(about(Statistics{steady.rig.element}.rate("fps-nominal"), 30));
  fail_unless(Statistics{steady.rig.element}.rate("fps") == 0, "a second must pass");
  steady.frames(31);
  fail_unless(about(Statistics{steady.rig.element}.rate("fps"), 30));
  for (int frame = 0; frame < 32; ++frame)
    steady.next(2 * interval);
  fail_unless(about(Statistics{steady.rig.element}.rate("fps"), 15));
  steady.pass(10s);
  fail_unless(Statistics{steady.rig.element}.rate("fps") == 0, "no frame comes");
}

GST_END_TEST

GST_START_TEST(test_a_restart_measures_anew) {
  Steady steady;
  steady.play();
  steady.frames(32);
  steady.rig.set_state(GST_STATE_READY);
  steady.play();
  steady.frames(1);
  const Statistics stats{steady.rig.element};
  fail_unless_equals_uint64(stats.count("captured"), 1);
  fail_unless(stats.rate("fps") == 0);
}

GST_END_TEST

GST_START_TEST(test_latency_is_from_the_capture_to_the_push) {
  Steady steady;
  steady.play();
  auto& clock = steady.rig.kernel.clock();
  for (int frame = 0; frame < 200; ++frame) {
    const Time age = frame == 100 ? 80ms : 5ms;
    steady.next(interval, {.timestamp = clock.now() + interval - age});
  }
  const Statistics stats{steady.rig.element};
  fail_unless(near(stats.count("latency-p50"), 5ms));
  fail_unless(near(stats.count("latency-p99"), 5ms));
  // The kernel tells microseconds.
  fail_unless(stats.count("latency-max") >= 80000000 && stats.count("latency-max") < 80001000);
  fail_unless(near(stats.count("latency-mean"), 5375us));
}

GST_END_TEST

/// Times of another clock, from the future or long ago are not those of the capture.
GST_START_TEST(test_no_latency_without_the_time_of_capture) {
  Steady steady;
  steady.play();
  auto& clock = steady.rig.kernel.clock();
  for (const auto time : {clock.now() + 10s, clock.now() - 20s})
    steady.next(interval, {.timestamp = time});
  fail_unless_equals_uint64(stat(steady.rig.element, "latency-max"), 0);
}

GST_END_TEST

GST_START_TEST(test_bytes_and_buffers_are_counted) {
  Steady steady;
  rig::set(steady.rig.element, "on-starved", "copy");
  steady.play();
  const auto held = steady.next();
  fail_unless_equals_uint64(stat(steady.rig.element, "bytes"), rig::small_yuyv_size);
  fail_unless_equals_uint64(stat(steady.rig.element, "queued"), 3);
  steady.next();
  fail_unless_equals_uint64(stat(steady.rig.element, "bytes"), 2 * rig::small_yuyv_size);
  fail_unless_equals_uint64(stat(steady.rig.element, "queued"), 2);
}

GST_END_TEST

GST_START_TEST(test_statistics_come_as_messages) {
  Steady steady;
  g_object_set(steady.rig.element, "stats-interval", guint64{GST_SECOND}, nullptr);
  steady.play();
  for (int frame = 0; frame < 35; ++frame)
    steady.next(100ms);
  const auto all = reports(steady.bused.bus);
  fail_unless_equals_uint64(all.size(), 3);
  fail_unless_equals_string(all[0].name(), "v4l2cppsrc-stats");
  fail_unless_equals_int(all[0].size(), 20);
  // The first frame may come before the element has noticed that the stream began.
  for (std::size_t report = 0; report < all.size(); ++report) {
    const auto delivered = all[report].count("delivered");
    const auto usual = 10 * (report + 1);
    fail_unless(delivered == usual || delivered == usual + 1);
  }
}

GST_END_TEST

/// A monitor wants to know how it is going most of all while nothing comes.
GST_START_TEST(test_statistics_come_in_a_silence) {
  Steady steady;
  g_object_set(steady.rig.element, "stats-interval", guint64{GST_SECOND}, nullptr);
  steady.play();
  steady.frames(1);
  for (int second = 0; second < 3; ++second)
    steady.rig.kernel.clock().pass(1s);
  for (int report = 0; report < 3; ++report) {
    auto* const message =
        gst_bus_timed_pop_filtered(steady.bused.bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_ELEMENT);
    const Statistics stats{gst_message_get_structure(message)};
    fail_unless_equals_uint64(stats.count("delivered"), 1);
    gst_message_unref(message);
  }
}

GST_END_TEST

GST_START_TEST(test_no_messages_unless_wanted) {
  Steady steady;
  steady.play();
  for (int frame = 0; frame < 10; ++frame)
    steady.next(1s);
  fail_unless(reports(steady.bused.bus).empty());
}

GST_END_TEST

namespace {

/// Returns the WARNINGs of a camera that gives half its rate for five seconds.
std::vector<std::string> told_of_half_the_rate(const fake::Model& model) {
  Steady steady{model};
  steady.play();
  for (int frame = 0; frame < 75; ++frame)
    steady.next(2 * interval);
  return steady.warnings();
}

}  // namespace

GST_START_TEST(test_another_rate_is_one_warning) {
  const auto told = told_of_half_the_rate(rig::camera("1"));
  fail_unless_equals_uint64(told.size(), 1);
  fail_unless_has(told[0], "gives 15.0 frames per second, but its mode says 30.0");
  fail_unless_has(told[0], "may take longer exposures");
}

GST_END_TEST

GST_START_TEST(test_the_control_that_explains_the_rate_is_named) {
  for (const int value : {0, 1}) {
    auto model = rig::camera("1");
    model.controls.push_back({.id = V4L2_CID_EXPOSURE_AUTO_PRIORITY,
                              .name = "Exposure, Dynamic Framerate",
                              .type = V4L2_CTRL_TYPE_BOOLEAN,
                              .minimum = 0,
                              .maximum = 1,
                              .initial = value});
    const auto told = told_of_half_the_rate(model);
    fail_unless_equals_uint64(told.size(), 1);
    const bool named = told[0].find("exposure_dynamic_framerate is on") != std::string::npos;
    fail_unless_equals_int(named, value);
  }
}

GST_END_TEST

GST_START_TEST(test_a_device_that_keeps_its_rate_is_not_told) {
  Steady steady;
  steady.play();
  steady.frames(100);
  for (int frame = 0; frame < 100; ++frame)
    steady.next(interval * 11 / 10);
  steady.next(8s);
  steady.frames(100);
  fail_unless(steady.warnings().empty());
}

GST_END_TEST

GST_START_TEST(test_a_thousand_frames_a_second) {
  auto model = rig::camera("1");
  model.formats = {{.fourcc = V4L2_PIX_FMT_YUYV,
                    .modes = {{.size = {320, 240}, .intervals = {{1, 1000}}}},
                    .step = {}}};
  Steady steady{model, "video/x-raw,format=YUY2,width=320,height=240"};
  steady.play();
  for (int frame = 0; frame < 2500; ++frame)
    steady.next(1ms);
  fail_unless(about(Statistics{steady.rig.element}.rate("fps"), 1000));
  fail_unless(about(Statistics{steady.rig.element}.rate("fps-nominal"), 1000));
  steady.fail_unless_lost(0, 0);
  fail_unless(steady.warnings().empty());
}

GST_END_TEST

GST_START_TEST(test_a_frame_in_ten_seconds) {
  auto model = rig::camera("1");
  model.formats = {{.fourcc = V4L2_PIX_FMT_YUYV,
                    .modes = {{.size = {320, 240}, .intervals = {{10, 1}}}},
                    .step = {}}};
  Steady steady{model, "video/x-raw,format=YUY2,width=320,height=240"};
  steady.play();
  for (int frame = 0; frame < 6; ++frame)
    steady.next(10s);
  fail_unless(about(Statistics{steady.rig.element}.rate("fps"), 0.1));
  fail_unless(about(Statistics{steady.rig.element}.rate("fps-nominal"), 0.1));
  steady.next(20s);
  steady.next(10s);
  steady.fail_unless_lost(0, 1);
}

GST_END_TEST

static Suite* stats_suite() {
  return suite_of("stats", {
                               TEST(test_all_is_zero_before_the_start),
                               TEST(test_the_rate_is_measured),
                               TEST(test_a_restart_measures_anew),
                               TEST(test_latency_is_from_the_capture_to_the_push),
                               TEST(test_no_latency_without_the_time_of_capture),
                               TEST(test_bytes_and_buffers_are_counted),
                               TEST(test_statistics_come_as_messages),
                               TEST(test_statistics_come_in_a_silence),
                               TEST(test_no_messages_unless_wanted),
                               TEST(test_another_rate_is_one_warning),
                               TEST(test_the_control_that_explains_the_rate_is_named),
                               TEST(test_a_device_that_keeps_its_rate_is_not_told),
                               TEST(test_a_thousand_frames_a_second),
                               TEST(test_a_frame_in_ten_seconds),
                           });
}

SUITE_MAIN(stats_suite)
