// Tests that lost frames are told apart, counted and reported, and that nothing else counts as
// lost.

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

bool discontinuous(const Buffer& buffer) {
  return GST_BUFFER_FLAG_IS_SET(buffer.get(), GST_BUFFER_FLAG_DISCONT);
}

/// Fails unless two times are as good as equal. 30 frames a second are no whole nanoseconds.
void fail_unless_about(guint64 time, Time wanted) {
  const auto difference = Time{static_cast<Time::rep>(time)} - wanted;
  fail_unless(difference > -100us && difference < 100us, "%" G_GUINT64_FORMAT " is not %lld", time,
              static_cast<long long>(wanted.count()));
}

}  // namespace

GST_START_TEST(test_what_the_device_loses_is_counted_and_told) {
  Steady steady;
  steady.play();
  steady.frames(5);
  fail_unless(!steady.gap());
  steady.camera.lose(3);
  const auto behind = steady.next(4 * interval);
  fail_unless(discontinuous(behind));
  const auto gap = steady.gap();
  fail_unless(gap.has_value());
  fail_unless_equals_uint64(gap->timestamp, GST_BUFFER_PTS(behind.get()));
  fail_unless_equals_uint64(gap->running, GST_BUFFER_PTS(behind.get()));
  fail_unless_equals_uint64(gap->stream, GST_BUFFER_PTS(behind.get()));
  fail_unless_about(gap->duration, 3 * interval);
  fail_unless_equals_uint64(gap->processed, 5);
  fail_unless_equals_uint64(gap->dropped, 3);
  steady.fail_unless_lost(0, 3);
  const auto told = steady.warnings();
  fail_unless_equals_uint64(told.size(), 1);
  fail_unless_has(told[0], "has lost 3 frames, although it had buffers to fill");
  fail_unless(!discontinuous(steady.next()));
  fail_unless(!steady.gap());
}

GST_END_TEST

GST_START_TEST(test_a_loss_has_no_jitter) {
  Steady steady;
  steady.play();
  steady.frames(2);
  steady.camera.lose(1);
  steady.next();
  auto* const message = gst_bus_pop_filtered(steady.bused.bus, GST_MESSAGE_QOS);
  gint64 jitter{};
  gdouble proportion{};
  gst_message_parse_qos_values(message, &jitter, &proportion, nullptr);
  fail_unless_equals_int64(jitter, 0);
  fail_unless(proportion == 1.0);
  gst_message_unref(message);
}

GST_END_TEST

/// The details tell a program what the text tells a person.
GST_START_TEST(test_one_warning_when_losses_begin) {
  Steady steady;
  steady.play();
  steady.frames(1);
  for (int loss = 0; loss < 5; ++loss) {
    steady.camera.lose(2);
    steady.next(5s);
  }
  auto* message = gst_bus_pop_filtered(steady.bused.bus, GST_MESSAGE_WARNING);
  const GstStructure* details{};
  gst_message_parse_warning_details(message, &details);
  fail_unless_equals_string(gst_structure_get_string(details, "cause"), "lost-device");
  guint64 lost{};
  guint64 sequence{};
  fail_unless(gst_structure_get_uint64(details, "lost", &lost));
  fail_unless(gst_structure_get_uint64(details, "sequence", &sequence));
  fail_unless_equals_uint64(lost, 2);
  fail_unless_equals_uint64(sequence, 3);
  gst_message_unref(message);
  for (const auto& text : steady.warnings())
    fail_unless(text.find("has lost") == std::string::npos);
  steady.next(11s);
  steady.camera.lose(1);
  steady.next();
  bool told{};
  for (const auto& text : steady.warnings())
    told = told || text.find("has lost 1 frame, although") != std::string::npos;
  fail_unless(told, "losses begin again");
  steady.fail_unless_lost(0, 11);
}

GST_END_TEST

/// Downstream stops the streaming thread. So the driver fills all buffers, and finds none for the
/// frames after that.
GST_START_TEST(test_what_has_no_buffer_is_starved) {
  Steady steady;
  rig::set(steady.rig.element, "on-starved", "copy");
  steady.play();
  steady.frames(3);
  auto* const pad = gst_element_get_static_pad(steady.rig.element, "src");
  const auto block = gst_pad_add_probe(
      pad, static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_BUFFER),
      [](GstPad*, GstPadProbeInfo*, gpointer) { return GST_PAD_PROBE_OK; }, nullptr, nullptr);
  steady.pass(interval);
  steady.camera.fill_when_queued();
  steady.camera.wait_queued(3);  // the first one is on its way
  for (int frame = 0; frame < 3; ++frame) {
    steady.pass(interval);
    fail_unless(steady.camera.fill());
  }
  for (int frame = 0; frame < 5; ++frame) {
    steady.pass(interval);
    fail_if(steady.camera.fill());
  }
  gst_pad_remove_probe(pad, block);
  gst_object_unref(pad);
  for (int frame = 0; frame < 4; ++frame)
    Buffer{gst_harness_pull(steady.rig.harness)}.reset();
  const auto behind = steady.next();
  fail_unless(discontinuous(behind));
  steady.fail_unless_lost(5, 0);
  fail_unless_equals_uint64(steady.gap()->dropped, 5);
  fail_unless_has(steady.warnings().at(0), "has lost 5 frames, since it had no buffer to fill");
  steady.camera.lose(1);
  steady.next();
  steady.fail_unless_lost(5, 1);
}

GST_END_TEST

/// uvcvideo does not count what is lost on the bus.
GST_START_TEST(test_a_gap_in_time_alone_is_a_loss) {
  Steady steady;
  steady.play();
  steady.frames(6);
  const auto behind = steady.next(3 * interval);
  const auto pts = GST_BUFFER_PTS(behind.get());
  fail_unless(discontinuous(behind));
  steady.fail_unless_lost(0, 0);
  fail_unless(!discontinuous(steady.next()));
  steady.fail_unless_lost(0, 2);
  const auto gap = steady.gap();
  fail_unless(gap.has_value());
  fail_unless_equals_uint64(gap->timestamp, pts);
  fail_unless_about(gap->duration, 2 * interval);
  fail_unless_has(steady.warnings().at(0), "has lost 2 frames, although");
  fail_unless(!steady.gap());
}

GST_END_TEST

GST_START_TEST(test_a_slower_pace_is_no_loss) {
  Steady steady;
  steady.play();
  steady.frames(6);
  for (int frame = 0; frame < 10; ++frame)
    steady.next(2 * interval);
  steady.fail_unless_lost(0, 0);
  fail_unless(!steady.gap());
}

GST_END_TEST

GST_START_TEST(test_a_variable_rate_has_no_gaps_in_time) {
  auto model = rig::camera("1");
  model.has_rates = false;
  Steady steady{model, "video/x-raw,format=YUY2,width=320,height=240"};
  steady.play();
  steady.frames(6);
  for (const auto span : {3 * interval, interval, 10 * Time{1s}, interval})
    steady.next(span);
  steady.fail_unless_lost(0, 0);
  steady.camera.lose(4);
  fail_unless(discontinuous(steady.next()));
  steady.fail_unless_lost(0, 4);
}

GST_END_TEST

GST_START_TEST(test_a_wrap_of_the_number_is_no_loss) {
  Steady steady;
  steady.play();
  steady.frames(2);
  steady.camera.lose(0xfffffffd - 2);
  steady.frames(6);
  steady.fail_unless_lost(0, 0);
  fail_unless(steady.warnings().empty());
  steady.camera.lose(0xffffffff);  // backwards by one
  steady.frames(2);
  steady.fail_unless_lost(0, 0);
}

GST_END_TEST

GST_START_TEST(test_a_first_number_is_no_loss) {
  Steady steady;
  steady.play();
  steady.camera.lose(17);
  fail_unless(discontinuous(steady.next()));
  steady.frames(3);
  steady.fail_unless_lost(0, 0);
  fail_unless(!steady.gap());
}

GST_END_TEST

GST_START_TEST(test_a_hundred_pauses_are_no_loss) {
  Steady steady;
  steady.play();
  for (int pause = 0; pause < 100; ++pause) {
    steady.frames(4);
    steady.rig.set_state(GST_STATE_PAUSED);
    steady.pass(2s);
    steady.rig.set_state(GST_STATE_PLAYING);
    steady.camera.wait_streaming(true);
  }
  steady.fail_unless_lost(0, 0);
  fail_unless_equals_uint64(stat(steady.rig.element, "captured"), 400);
  fail_unless(!steady.gap());
  fail_unless(steady.warnings().empty());
}

GST_END_TEST

GST_START_TEST(test_damage_is_told_apart) {
  Steady steady;
  steady.play();
  steady.frames(4);
  steady.pass(interval);
  steady.camera.fill_when_queued({.flags = V4L2_BUF_FLAG_ERROR});
  const auto behind = steady.next();
  fail_unless(discontinuous(behind));
  steady.fail_unless_lost(0, 0);
  const auto gap = steady.gap();
  fail_unless(gap.has_value());
  fail_unless_equals_uint64(gap->timestamp, GST_BUFFER_PTS(behind.get()));
  fail_unless_about(gap->duration, interval);
  fail_unless_equals_uint64(gap->dropped, 1);
  const auto told = steady.warnings();
  fail_unless_equals_uint64(told.size(), 1);
  fail_unless_has(told[0], "has sent a damaged frame (the driver's error flag)");
}

GST_END_TEST

GST_START_TEST(test_what_the_user_skips_is_not_told) {
  Steady steady;
  rig::set(steady.rig.element, "skip-frames", "3");
  steady.play();
  for (int frame = 0; frame < 3; ++frame) {
    steady.pass(interval);
    steady.camera.fill_when_queued();
  }
  fail_unless(discontinuous(steady.next()));
  steady.frames(2);
  steady.fail_unless_lost(0, 0);
  fail_unless_equals_uint64(stat(steady.rig.element, "skipped"), 3);
  fail_unless(!steady.gap());
  fail_unless(steady.warnings().empty());
}

GST_END_TEST

/// Each tenth frame is lost, as with vivid's "Percentage of Dropped Buffers".
GST_START_TEST(test_what_came_and_what_was_lost_adds_up) {
  Steady steady;
  steady.play();
  steady.next();
  constexpr guint64 made = 2000;
  guint64 lost{};
  std::uint32_t random = 1;
  for (guint64 frame = 1; frame < made;) {
    random = random * 1664525U + 1013904223U;
    if ((random >> 16U) % 10 == 0 && frame + 1 < made) {
      steady.camera.lose(1);
      steady.pass(interval);
      ++lost;
      ++frame;
      continue;
    }
    steady.next();
    ++frame;
  }
  fail_unless(lost > 100);
  steady.fail_unless_lost(0, lost);
  fail_unless_equals_uint64(stat(steady.rig.element, "captured") + lost, made);
}

GST_END_TEST

static Suite* frame_loss_suite() {
  return suite_of("frame_loss", {
                                    TEST(test_what_the_device_loses_is_counted_and_told),
                                    TEST(test_a_loss_has_no_jitter),
                                    TEST(test_one_warning_when_losses_begin),
                                    TEST(test_what_has_no_buffer_is_starved),
                                    TEST(test_a_gap_in_time_alone_is_a_loss),
                                    TEST(test_a_slower_pace_is_no_loss),
                                    TEST(test_a_variable_rate_has_no_gaps_in_time),
                                    TEST(test_a_wrap_of_the_number_is_no_loss),
                                    TEST(test_a_first_number_is_no_loss),
                                    TEST(test_a_hundred_pauses_are_no_loss),
                                    TEST(test_damage_is_told_apart),
                                    TEST(test_what_the_user_skips_is_not_told),
                                    TEST(test_what_came_and_what_was_lost_adds_up),
                                });
}

SUITE_MAIN(frame_loss_suite)
