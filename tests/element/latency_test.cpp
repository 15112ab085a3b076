// Tests that the answer to a LATENCY query is true.

#include "rigs/rig_with_bus.h"
#include "rigs/suite.h"
#include "rigs/timed_rig.h"

using rig::latency_of;
using rig::Rig;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;

namespace {

constexpr auto frame = GstClockTime{GST_SECOND / 30};

void fail_unless_latency(GstElement* element, GstClockTime least, GstClockTime most) {
  const auto latency = latency_of(element);
  fail_unless(latency.live);
  fail_unless_equals_uint64(latency.least, least);
  fail_unless_equals_uint64(latency.most, most);
}

/// Returns how many LATENCY messages were posted.
int latency_messages(GstBus* bus) {
  int count{};
  while (auto* const message = gst_bus_pop_filtered(bus, GST_MESSAGE_LATENCY)) {
    gst_message_unref(message);
    ++count;
  }
  return count;
}

}  // namespace

GST_START_TEST(test_latency_is_answered_in_every_state) {
  Rig rig;
  g_object_set(rig.element, "max-buffers", 8, nullptr);
  rig.set_state(GST_STATE_READY);
  fail_unless_latency(rig.element, frame, GST_CLOCK_TIME_NONE);
  rig.play();
  rig.next();
  fail_unless_latency(rig.element, frame, 8 * frame);
  rig.set_state(GST_STATE_PAUSED);
  fail_unless_latency(rig.element, frame, 8 * frame);
}

GST_END_TEST

GST_START_TEST(test_latency_without_a_rate_has_no_upper_limit) {
  auto model = fake::webcam();
  model.has_rates = false;
  Rig rig{model, "video/x-raw,format=YUY2,width=320,height=240"};
  rig.play();
  rig.next();
  fail_unless_latency(rig.element, frame, GST_CLOCK_TIME_NONE);
}

GST_END_TEST

GST_START_TEST(test_latency_of_fields_is_that_of_one_field) {
  auto model = fake::webcam();
  model.field = V4L2_FIELD_ALTERNATE;
  model.standards = V4L2_STD_PAL;
  model.input_capabilities = V4L2_IN_CAP_STD;
  model.formats = {{.fourcc = V4L2_PIX_FMT_YUYV,
                    .modes = {{.size = {720, 288}, .intervals = {{1, 25}}},
                              {.size = {720, 576}, .intervals = {{1, 25}}}}}};
  Rig rig{model,
          "video/x-raw(format:Interlaced),format=YUY2,width=720,height=576,interlace-mode="
          "alternate"};
  rig.play();
  rig.next();
  fail_unless_equals_uint64(latency_of(rig.element).least, GST_SECOND / 50);
}

GST_END_TEST

GST_START_TEST(test_a_camera_that_is_slower_than_it_says_has_another_latency) {
  rig::Bused bused;
  auto& rig = bused.rig;
  const nanoseconds began = 1000s;
  rig.kernel.set_time(began);
  rig.play();
  rig.camera->wait_streaming(true);
  const auto deliver = [&](int first, int count, nanoseconds delay) {
    for (int number = first; number < first + count; ++number) {
      const auto taken = began + 1s + number * 200ms;
      rig.kernel.set_time(taken + delay);
      rig.next({.timestamp = taken});
    }
  };
  deliver(0, 8, 34ms);
  latency_messages(bused.bus);
  fail_unless_equals_uint64(latency_of(rig.element).least, frame);
  // In the dark it exposes for 200 ms.
  deliver(8, 8, 200ms);
  fail_unless_equals_int(latency_messages(bused.bus), 1);
  const auto latency = latency_of(rig.element);
  fail_unless(latency.least >= 200 * GST_MSECOND);
  fail_unless(latency.least <= 230 * GST_MSECOND);
  fail_unless(latency.most >= latency.least);
  deliver(16, 24, 200ms);
  fail_unless_equals_int(latency_messages(bused.bus), 0);
}

GST_END_TEST

static Suite* latency_suite() {
  return suite_of("latency",
                  {
                      TEST(test_latency_is_answered_in_every_state),
                      TEST(test_latency_without_a_rate_has_no_upper_limit),
                      TEST(test_latency_of_fields_is_that_of_one_field),
                      TEST(test_a_camera_that_is_slower_than_it_says_has_another_latency),
                  });
}

SUITE_MAIN(latency_suite)
