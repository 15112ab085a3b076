// Tests what the element does while its input has no signal, and when the signal comes back.

#include <algorithm>
#include <string>
#include <vector>

#include <gst/video/video.h>

#include "rigs/rig.h"
#include "rigs/rig_with_bus.h"
#include "rigs/suite.h"

using fake::timings_of;
using rig::Buffer;
using rig::Bused;

namespace {

constexpr auto yuyv = "video/x-raw,format=YUY2";

fake::Model hdmi_card() {
  auto model = rig::camera("1");
  model.input_capabilities = V4L2_IN_CAP_DV_TIMINGS;
  return model;
}

/// A capture card whose source sends 640x480 at 60 Hz.
struct Card : Bused {
  explicit Card(const char* policy = "wait", const char* caps = yuyv) : Bused{hdmi_card(), caps} {
    rig.camera->change_timings(timings_of(640, 480, 60));
    rig::set(rig.element, "on-no-signal", policy);
  }

  [[nodiscard]] std::string signal() const {
    gint value{};
    g_object_get(rig.element, "signal", &value, nullptr);
    auto* const type =
        static_cast<GEnumClass*>(g_type_class_ref(g_type_from_name("GstV4l2CppSignal")));
    std::string nick{g_enum_get_value(type, value)->value_nick};
    g_type_class_unref(type);
    return nick;
  }

  void lose(int error = ENOLINK) {
    rig.camera->lose_signal(error);
    fail_unless_notices({"signal-lost"});
  }

  /// Waits for the next event of a kind.
  [[nodiscard]] GstEvent* event(GstEventType type) const {
    for (;;) {
      auto* const next = gst_harness_pull_event(rig.harness);
      fail_unless(next != nullptr);
      if (GST_EVENT_TYPE(next) == type) return next;
      gst_event_unref(next);
    }
  }

  void fail_unless_untroubled() const {
    fail_unless(rig::texts_of(bus, GST_MESSAGE_ERROR).empty());
  }
};

bool is_black(GstBuffer* frame, std::size_t size) {
  GstMapInfo map;
  gst_buffer_map(frame, &map, GST_MAP_READ);
  bool black = map.size == size;
  for (gsize i = 0; i < map.size; ++i)
    black = black && map.data[i] == (i % 2 == 0 ? 16 : 128);
  gst_buffer_unmap(frame, &map);
  return black;
}

}  // namespace

GST_START_TEST(test_a_start_without_a_signal_waits_for_it) {
  for (const char* const policy : {"wait", "gap", "black"})
    for (const int error : {ENOLINK, ENOLCK, ERANGE}) {
      Card card{policy};
      card.rig.camera->lose_signal(error);
      card.rig.play();
      card.fail_unless_notices({"signal-lost"});
      const auto cause = card.cause_of_warning();
      fail_unless_equals_string(cause.c_str(), "no-signal");
      fail_unless_equals_int(card.rig.camera->calls(VIDIOC_STREAMON), 0);
      card.rig.camera->change_timings(timings_of(1280, 720, 50));
      card.fail_unless_notices({"signal-found"});
      const auto frame = card.rig.next();
      fail_unless_equals_uint64(gst_buffer_get_size(frame.get()), 1280 * 720 * 2);
      fail_unless(rig::texts_of(card.bus, GST_MESSAGE_WARNING).empty());
      card.fail_unless_untroubled();
    }
}

GST_END_TEST

GST_START_TEST(test_the_states_of_a_signal_are_told_apart) {
  Card card;
  rig::fail_unless_equals(card.signal(), "no-device");
  card.rig.play();
  card.rig.next();
  rig::fail_unless_equals(card.signal(), "ok");
  for (const auto& [error, nick] :
       {std::pair{ENOLINK, "no-signal"}, {ENOLCK, "no-lock"}, {ERANGE, "out-of-range"}}) {
    card.lose(error);
    rig::fail_unless_equals(card.signal(), nick);
  }
  card.rig.camera->change_timings(timings_of(640, 480, 60));
  card.fail_unless_notices({"signal-found"});
  card.rig.next();
  rig::fail_unless_equals(card.signal(), "ok");
  card.rig.set_state(GST_STATE_NULL);
  rig::fail_unless_equals(card.signal(), "no-device");
}

GST_END_TEST

GST_START_TEST(test_a_change_is_notified_without_a_lock) {
  Card card;
  std::vector<std::string> seen;

  struct Watcher {
    Card& card;
    std::vector<std::string>& seen;
  } watcher{card, seen};

  g_signal_connect(card.rig.element, "notify::signal",
                   G_CALLBACK(+[](GstElement* element, GParamSpec*, gpointer data) {
                     auto& into = *static_cast<Watcher*>(data);
                     into.seen.push_back(into.card.signal());
                     rig::set(element, "on-no-signal", "wait");
                     rig::set(element, "frequency", "0");
                     g_object_notify(G_OBJECT(element), "device");
                   }),
                   &watcher);
  card.rig.play();
  card.rig.next();
  card.lose();
  card.rig.camera->change_timings(timings_of(640, 480, 60));
  card.fail_unless_notices({"signal-found"});
  card.rig.next();
  card.rig.set_state(GST_STATE_NULL);
  fail_unless(std::ranges::find(seen, "no-signal") != seen.end());
  fail_unless(std::ranges::find(seen, "ok") != seen.end());
}

GST_END_TEST

GST_START_TEST(test_gaps_fill_the_time_without_a_signal) {
  Card card{"gap"};
  card.rig.play();
  const auto first = card.rig.next();
  card.lose();
  GstClockTime before = GST_BUFFER_PTS(first.get());
  for (int gap = 0; gap < 5; ++gap) {
    auto* const event = card.event(GST_EVENT_GAP);
    GstClockTime time{};
    GstClockTime duration{};
    gst_event_parse_gap(event, &time, &duration);
    fail_unless(time >= before);
    // The fake's pixel clock makes 60 Hz.
    fail_unless_equals_uint64(duration, GST_SECOND / 60);
    before = time;
    gst_event_unref(event);
  }
  card.rig.camera->change_timings(timings_of(1280, 720, 50));
  auto* const caps = card.event(GST_EVENT_CAPS);
  gst_event_unref(caps);
  const auto frame = card.rig.next();
  fail_unless_equals_uint64(gst_buffer_get_size(frame.get()), 1280 * 720 * 2);
  fail_unless(GST_BUFFER_PTS(frame.get()) >= before);
  fail_unless(GST_BUFFER_FLAG_IS_SET(frame.get(), GST_BUFFER_FLAG_DISCONT));
  card.fail_unless_untroubled();
}

GST_END_TEST

GST_START_TEST(test_black_frames_fill_the_time_without_a_signal) {
  Card card{"black"};
  card.rig.play();
  const auto first = card.rig.next();
  card.lose();
  GstClockTime before = GST_BUFFER_PTS(first.get());
  for (int frame = 0; frame < 5; ++frame) {
    const Buffer black{gst_harness_pull(card.rig.harness)};
    fail_unless(is_black(black.get(), std::size_t{640} * 480 * 2));
    fail_unless(GST_BUFFER_PTS(black.get()) >= before);
    fail_unless_equals_uint64(GST_BUFFER_DURATION(black.get()), GST_SECOND / 60);
    before = GST_BUFFER_PTS(black.get());
  }
  card.rig.camera->change_timings(timings_of(1280, 720, 50));
  card.rig.camera->fill_when_queued();
  for (;;) {
    const Buffer frame{gst_harness_pull(card.rig.harness)};
    if (is_black(frame.get(), std::size_t{640} * 480 * 2)) continue;
    fail_unless_equals_uint64(gst_buffer_get_size(frame.get()), 1280 * 720 * 2);
    break;
  }
  card.fail_unless_untroubled();
}

GST_END_TEST

GST_START_TEST(test_what_has_no_black_gets_gaps) {
  Card card{"black", "image/jpeg"};
  card.rig.play();
  card.rig.next();
  card.lose();
  for (int gap = 0; gap < 2; ++gap)
    gst_event_unref(card.event(GST_EVENT_GAP));
  fail_unless_equals_int(gst_harness_buffers_in_queue(card.rig.harness), 0);
}

GST_END_TEST

GST_START_TEST(test_a_driver_that_tells_nothing_is_asked) {
  Card card;
  card.rig.play();
  card.rig.next();
  card.rig.camera->fault(
      [](fake::Faults& faults) { faults.fail(VIDIOC_QUERY_DV_TIMINGS, ENOLINK, 3); });
  // The third look of the element's is in vain, and it goes on by itself.
  card.fail_unless_notices({"signal-lost", "signal-found"});
  card.rig.next();
  card.fail_unless_untroubled();
}

GST_END_TEST

GST_START_TEST(test_a_refusal_to_stream_is_waited_out) {
  for (const int error : {ENOLINK, ENOLCK}) {
    Card card;
    card.rig.camera->fault(
        [error](fake::Faults& faults) { faults.fail(VIDIOC_STREAMON, error, 2); });
    card.rig.play();
    card.fail_unless_notices({"signal-lost"});
    card.rig.next();
    fail_unless_equals_int(card.rig.camera->calls(VIDIOC_STREAMON), 3);
    card.fail_unless_untroubled();
  }
}

GST_END_TEST

GST_START_TEST(test_no_signal_is_no_stall) {
  Card card;
  auto& rig = card.rig;
  g_object_set(rig.element, "first-frame-timeout", GST_MSECOND, "stall-timeout", GST_MSECOND,
               nullptr);
  rig::set(rig.element, "on-stall", "error");
  rig.camera->lose_signal(ENOLINK);
  rig.play();
  card.fail_unless_notices({"signal-lost"});
  card.lose(ENOLCK);
  fail_unless_equals_uint64(rig::stat(rig.element, "restarted"), 0);
  card.fail_unless_untroubled();
}

GST_END_TEST

GST_START_TEST(test_the_wait_ends_with_what_the_application_wants) {
  for (const char* const policy : {"wait", "gap", "black"})
    for (int turn = 0; turn < 3; ++turn) {
      Card card{policy};
      auto& rig = card.rig;
      rig.play();
      rig.next();
      card.lose();
      gst_harness_set_drop_buffers(rig.harness, TRUE);
      if (turn == 0) {
        rig.set_state(GST_STATE_PAUSED);
        rig.set_state(GST_STATE_PLAYING);
        rig.camera->change_timings(timings_of(1280, 720, 50));
        card.fail_unless_notices({"signal-found"});
      } else if (turn == 1) {
        gst_element_send_event(rig.element, gst_event_new_eos());
        gst_event_unref(card.event(GST_EVENT_EOS));
      } else {
        gst_element_send_event(rig.element, gst_event_new_flush_start());
        gst_element_send_event(rig.element, gst_event_new_flush_stop(TRUE));
        rig.camera->change_timings(timings_of(1280, 720, 50));
        card.fail_unless_notices({"signal-found"});
      }
      card.fail_unless_untroubled();
    }
}

GST_END_TEST

GST_START_TEST(test_the_device_goes_away_without_a_signal) {
  for (const char* const policy : {"wait", "gap", "black"}) {
    Card card{policy};
    auto& rig = card.rig;
    rig::set(rig.element, "on-disconnect", "wait");
    rig.play();
    rig.next();
    card.lose();
    gst_harness_set_drop_buffers(rig.harness, TRUE);
    rig.kernel.unplug(rig::path);
    card.fail_unless_notices({"lost", "waiting"});
    rig::fail_unless_equals(card.signal(), "no-device");
    rig.camera = rig.kernel.plug(rig::path, hdmi_card());
    rig.camera->change_timings(timings_of(1280, 720, 50));
    card.fail_unless_notices({"back"});
    rig.camera->wait_streaming(true);
    card.fail_unless_untroubled();
  }
}

GST_END_TEST

GST_START_TEST(test_a_thousand_flips_leak_nothing) {
  Card card{"black"};
  auto& rig = card.rig;
  gst_harness_set_drop_buffers(rig.harness, TRUE);
  const rig::FreeRun run{rig.camera};
  rig.play();
  rig.camera->wait_streaming(true);
  const auto flip = [&] {
    card.lose();
    rig.camera->change_timings(timings_of(640, 480, 60));
    card.fail_unless_notices({"signal-found"});
    rig.camera->wait_streaming(true);
  };
  flip();
  const auto before = rig::holdings();
  for (int i = 0; i < 20; ++i)
    flip();
  rig::fail_unless_same(before, rig::holdings_after(before));
}

GST_END_TEST

static Suite* signal_suite() {
  return suite_of("signal", {
                                TEST(test_a_start_without_a_signal_waits_for_it),
                                TEST(test_the_states_of_a_signal_are_told_apart),
                                TEST(test_a_change_is_notified_without_a_lock),
                                TEST(test_gaps_fill_the_time_without_a_signal),
                                TEST(test_black_frames_fill_the_time_without_a_signal),
                                TEST(test_what_has_no_black_gets_gaps),
                                TEST(test_a_driver_that_tells_nothing_is_asked),
                                TEST(test_a_refusal_to_stream_is_waited_out),
                                TEST(test_no_signal_is_no_stall),
                                TEST(test_the_wait_ends_with_what_the_application_wants),
                                TEST(test_the_device_goes_away_without_a_signal),
                                TEST(test_a_thousand_flips_leak_nothing),
                            });
}

SUITE_MAIN(signal_suite)
