// Plays what gst-validate's scenarios of the same names do, and asserts what its monitors assert:
// each change of state succeeds, no ERROR is posted, and the stream keeps the rules
// (stream_rules.h). Debian has no package of gst-validate's scenarios.

#include <algorithm>
#include <array>
#include <string>

#include "rigs/rig_with_bus.h"
#include "rigs/stream_rules.h"
#include "rigs/suite.h"

namespace {

/// An element in a harness, whose bus and stream are watched.
struct Scenario {
  explicit Scenario(const fake::Model& model = rig::camera("1"), const char* caps = rig::small_yuyv)
      : bused{model, caps}, rig{bused.rig}, rules{rig.element} {}

  /// Changes the state, and waits until it is reached.
  void reach(GstState wanted) const {
    if (wanted == GST_STATE_PLAYING)
      rig.play();
    else
      rig.set_state(wanted);
    GstState is{};
    const auto result = gst_element_get_state(rig.element, &is, nullptr, GST_CLOCK_TIME_NONE);
    // A live source has nothing to show in PAUSED.
    const bool paused = wanted == GST_STATE_PAUSED && result == GST_STATE_CHANGE_NO_PREROLL;
    fail_unless(result == GST_STATE_CHANGE_SUCCESS || paused, "the result is %s",
                gst_element_state_change_return_get_name(result));
    fail_unless_equals_int(is, wanted);
  }

  /// Delivers `count` frames, one after the other.
  void deliver(int count) const {
    for (int i = 0; i < count; ++i)
      rig.next();
  }

  /// Takes a frame that was delivered.
  void take() const { gst_buffer_unref(gst_harness_pull(rig.harness)); }

  /// Waits for EOS downstream.
  void wait_for_eos() const {
    for (bool ended = false; !ended;) {
      auto* const event = gst_harness_pull_event(rig.harness);
      fail_unless(event != nullptr, "no EOS came");
      ended = GST_EVENT_TYPE(event) == GST_EVENT_EOS;
      gst_event_unref(event);
    }
  }

  void fail_unless_kept() {
    for (const auto& rule : rules.broken())
      ck_abort_msg("%s", rule.c_str());
    for (const auto type : {GST_MESSAGE_ERROR, GST_MESSAGE_WARNING})
      for (const auto& text : rig::texts_of(bused.bus, type))
        ck_abort_msg("%s", text.c_str());
  }

  rig::Bused bused;
  rig::Rig& rig;  // of `bused`
  rig::StreamRules rules;
};

}  // namespace

GST_START_TEST(test_play) {
  Scenario scenario;
  g_object_set(scenario.rig.element, "num-buffers", 30, nullptr);
  scenario.reach(GST_STATE_PLAYING);
  scenario.deliver(30);
  scenario.wait_for_eos();
  scenario.reach(GST_STATE_NULL);
  scenario.fail_unless_kept();
  fail_unless_equals_int(scenario.rules.streams(), 1);
  fail_unless_equals_int(scenario.rules.buffers(), 30);
  fail_unless_equals_int(scenario.rules.eos(), 1);
  fail_unless_equals_int(scenario.rules.caps().size(), 1);
}

GST_END_TEST

/// The application stops the stream while the element waits for a frame.
GST_START_TEST(test_play_until_an_eos_event) {
  Scenario scenario;
  scenario.reach(GST_STATE_PLAYING);
  scenario.deliver(10);
  fail_unless(gst_element_send_event(scenario.rig.element, gst_event_new_eos()));
  scenario.wait_for_eos();
  scenario.reach(GST_STATE_NULL);
  scenario.fail_unless_kept();
  fail_unless_equals_int(scenario.rules.eos(), 1);
}

GST_END_TEST

GST_START_TEST(test_pause_resume) {
  Scenario scenario;
  // The first pause comes before the first frame.
  for (int turn = 0; turn < 10; ++turn) {
    scenario.reach(GST_STATE_PAUSED);
    fail_if(scenario.rig.camera->streaming());
    scenario.reach(GST_STATE_PLAYING);
    scenario.deliver(5);
  }
  fail_unless(gst_element_send_event(scenario.rig.element, gst_event_new_eos()));
  scenario.wait_for_eos();
  scenario.reach(GST_STATE_NULL);
  scenario.fail_unless_kept();
  // A pause is neither a new stream nor new caps.
  fail_unless_equals_int(scenario.rules.streams(), 1);
  fail_unless_equals_int(scenario.rules.caps().size(), 1);
  fail_unless_equals_int(scenario.rules.buffers(), 50);
}

GST_END_TEST

/// EOS arrives although the pipeline was paused when it was asked for.
GST_START_TEST(test_pause_eos_resume) {
  Scenario scenario;
  scenario.reach(GST_STATE_PLAYING);
  scenario.deliver(3);
  scenario.reach(GST_STATE_PAUSED);
  fail_unless(gst_element_send_event(scenario.rig.element, gst_event_new_eos()));
  scenario.reach(GST_STATE_PLAYING);
  scenario.wait_for_eos();
  scenario.fail_unless_kept();
}

GST_END_TEST

GST_START_TEST(test_change_state_intensive) {
  constexpr std::array states{
      GST_STATE_NULL,  GST_STATE_READY,  GST_STATE_NULL,    GST_STATE_PAUSED, GST_STATE_NULL,
      GST_STATE_READY, GST_STATE_PAUSED, GST_STATE_PLAYING, GST_STATE_PAUSED, GST_STATE_READY,
      GST_STATE_NULL,  GST_STATE_PAUSED, GST_STATE_PLAYING, GST_STATE_READY,  GST_STATE_PLAYING,
      GST_STATE_NULL,  GST_STATE_PLAYING};
  Scenario scenario;
  // Once through all states, so that GLib has made what it makes once.
  scenario.reach(GST_STATE_PLAYING);
  scenario.deliver(1);
  scenario.reach(GST_STATE_NULL);
  const auto before = rig::holdings();
  for (int turn = 0; turn < 25; ++turn) {
    for (const auto state : states) {
      scenario.reach(state);
      // Every other time the state changes while the element waits for its first frame.
      if (state == GST_STATE_PLAYING && turn % 2 == 0) scenario.deliver(2);
    }
    scenario.reach(GST_STATE_NULL);
    fail_unless_equals_int(scenario.rig.kernel.open_count(rig::path), 0);
  }
  rig::fail_unless_same(before, rig::holdings_after(before));
  scenario.fail_unless_kept();
}

GST_END_TEST

GST_START_TEST(test_force_key_unit) {
  auto model = rig::camera("1");
  model.forces_key_frames = true;
  Scenario scenario{model, "video/x-h264"};
  scenario.reach(GST_STATE_PLAYING);
  const auto is_delta = [&scenario](std::uint32_t flags) {
    const auto buffer = scenario.rig.next({.flags = flags});
    return GST_BUFFER_FLAG_IS_SET(buffer.get(), GST_BUFFER_FLAG_DELTA_UNIT) != FALSE;
  };
  fail_if(is_delta(V4L2_BUF_FLAG_KEYFRAME));
  for (unsigned turn = 1; turn <= 10; ++turn) {
    fail_unless(is_delta(V4L2_BUF_FLAG_PFRAME));
    auto* const event =
        gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, turn);
    // Downstream asks, and the application does.
    if (turn % 2 == 0)
      fail_unless(gst_harness_push_upstream_event(scenario.rig.harness, event));
    else
      fail_unless(gst_element_send_event(scenario.rig.element, event));
    scenario.rig.camera->wait_controls(turn);
    fail_if(is_delta(V4L2_BUF_FLAG_KEYFRAME));
    if (turn == 5) {
      scenario.reach(GST_STATE_PAUSED);
      scenario.reach(GST_STATE_PLAYING);
    }
  }
  scenario.reach(GST_STATE_NULL);
  scenario.fail_unless_kept();
  fail_unless_equals_int(scenario.rules.caps().size(), 1);
}

GST_END_TEST

/// Downstream takes other caps each time. New caps come before the first buffer that has them.
GST_START_TEST(test_renegotiation) {
  constexpr std::array wishes{
      std::pair{"video/x-raw,format=NV12,width=640,height=480", "NV12"},
      std::pair{"image/jpeg,width=1280,height=720", "image/jpeg"},
      std::pair{"video/x-raw,format=YUY2,width=320,height=240,framerate=30/1", "YUY2"}};
  Scenario scenario;
  rig::set(scenario.rig.element, "on-starved", "drop");
  scenario.reach(GST_STATE_PLAYING);
  const rig::FreeRun free_run{scenario.rig.camera};
  scenario.take();
  std::size_t known = scenario.rules.caps().size();
  fail_unless_equals_int(known, 1);
  for (std::size_t turn = 0; turn < 12; ++turn) {
    const auto& [caps, part] = wishes[turn % wishes.size()];
    gst_harness_set_sink_caps_str(scenario.rig.harness, caps);
    // In every third turn the pipeline is paused while it is to renegotiate.
    if (turn % 3 == 2) {
      scenario.reach(GST_STATE_PAUSED);
      scenario.reach(GST_STATE_PLAYING);
    }
    while (scenario.rules.caps().size() == known)
      scenario.take();
    fail_unless_equals_int(scenario.rules.caps().size(), ++known);
    fail_unless(scenario.rules.caps().back().find(part) != std::string::npos, "%s",
                scenario.rules.caps().back().c_str());
    const auto so_far = scenario.rules.buffers();
    while (scenario.rules.buffers() < so_far + 3)
      scenario.take();
  }
  scenario.reach(GST_STATE_NULL);
  scenario.fail_unless_kept();
  fail_unless_equals_int(scenario.rules.streams(), 1);
}

GST_END_TEST

/// A stream that breaks the rules is noticed. A wrong order of events is a critical warning of
/// GStreamer's own, which ends each test.
GST_START_TEST(test_the_rules_are_asserted) {
  auto* const element = gst_element_factory_make("identity", nullptr);
  gst_object_ref_sink(element);
  gst_element_set_state(element, GST_STATE_PLAYING);
  auto* const pad = gst_element_get_static_pad(element, "src");
  {
    rig::StreamRules rules{element};
    const auto push = [pad](GstClockTime pts) {
      auto* const buffer = gst_buffer_new_allocate(nullptr, 4, nullptr);
      GST_BUFFER_PTS(buffer) = pts;
      gst_pad_push(pad, buffer);
    };
    auto fail_unless_breaks = [&, known = std::size_t{}](std::size_t more) mutable {
      known += more;
      fail_unless_equals_int(rules.broken().size(), known);
    };
    gst_pad_push_event(pad, gst_event_new_stream_start("scenario"));
    auto* const caps = gst_caps_from_string("video/x-raw,format=GRAY8,width=4,height=2");
    gst_pad_push_event(pad, gst_event_new_caps(caps));
    gst_caps_unref(caps);
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    gst_pad_push_event(pad, gst_event_new_segment(&segment));
    fail_unless_breaks(0);
    push(20);
    fail_unless_breaks(1);  // 4 bytes are no picture of 4x2
    push(10);
    fail_unless_breaks(2);  // and the PTS runs backwards
    push(GST_CLOCK_TIME_NONE);
    fail_unless_breaks(2);  // there is no PTS
    gst_pad_push_event(pad, gst_event_new_eos());
    fail_unless_equals_int(rules.eos(), 1);
  }
  gst_element_set_state(element, GST_STATE_NULL);
  gst_object_unref(pad);
  gst_object_unref(element);
}

GST_END_TEST

static Suite* scenarios_suite() {
  return suite_of("scenarios", {
                                   TEST(test_play),
                                   TEST(test_play_until_an_eos_event),
                                   TEST(test_pause_resume),
                                   TEST(test_pause_eos_resume),
                                   TEST(test_change_state_intensive),
                                   TEST(test_force_key_unit),
                                   TEST(test_renegotiation),
                                   TEST(test_the_rules_are_asserted),
                               });
}

SUITE_MAIN(scenarios_suite)
