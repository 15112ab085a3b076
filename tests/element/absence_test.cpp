// Tests which device is open, and what a pipeline does while the camera is absent.

#include <cerrno>
#include <string>
#include <thread>

#include "rigs/rig.h"
#include "rigs/rig_with_bus.h"
#include "rigs/suite.h"

using rig::Bused;
using rig::camera;
using rig::fail_unless_has;

namespace {

constexpr auto other_path = "/dev/video9";

/// Returns the text of a property, or an empty text if the property is null.
std::string text_of(GstElement* element, const char* property) {
  gchar* text{};
  g_object_get(element, property, &text, nullptr);
  std::string copy{text != nullptr ? text : ""};
  g_free(text);
  return copy;
}

void fail_unless_reads(GstElement* element, const char* property, const std::string& expected) {
  const auto text = text_of(element, property);
  fail_unless(text == expected, "%s is '%s', not '%s'", property, text.c_str(), expected.c_str());
}

void fail_unless_open(GstElement* element, const char* path) {
  fail_unless_reads(element, "opened-device", path);
}

void set_device(GstElement* element, const char* path) {
  g_object_set(element, "device", path, nullptr);
}

void fail_unless_refused(GstElement* element, GstState state) {
  fail_unless(gst_element_set_state(element, state) == GST_STATE_CHANGE_FAILURE);
}

/// Waits for an event of that type. Returns false when no event comes any more.
bool comes(GstHarness* harness, GstEventType type) {
  while (auto* const event = gst_harness_pull_event(harness)) {
    const bool is_it = GST_EVENT_TYPE(event) == type;
    gst_event_unref(event);
    if (is_it) return true;
  }
  return false;
}

/// Lets time pass for those who wait for it, until a message of that type comes. The caller owns
/// the message.
GstMessage* await_message(Bused& bused, GstMessageType type, fake::Clock::Waiters waiters) {
  for (;;) {
    if (auto* const message = gst_bus_pop_filtered(bused.bus, type)) return message;
    bused.rig.kernel.clock().pass_if_waited_for(waiters);
  }
}

void fail_unless_told_in_time(Bused& bused, const char* state) {
  // Time passes only for waits that a camera cannot end. So a first frame's time limit does not
  // pass.
  auto* const message =
      await_message(bused, GST_MESSAGE_ELEMENT, fake::Clock::Waiters::for_time_alone);
  const std::string told{gst_structure_get_string(gst_message_get_structure(message), "state")};
  gst_message_unref(message);
  fail_unless(told == state, "'%s', not '%s'", told.c_str(), state);
}

void fail_unless_error_in_time(Bused& bused, const char* part) {
  auto* const message = await_message(bused, GST_MESSAGE_ERROR, fake::Clock::Waiters::all);
  GError* error{};
  gst_message_parse_error(message, &error, nullptr);
  fail_unless_has(error->message, part);
  g_error_free(error);
  gst_message_unref(message);
}

/// A path at which no camera is plugged in yet. The clock is stopped, so actions take no time.
struct Absent {
  Absent() {
    bused.rig.kernel.unplug(rig::path);
    bused.rig.kernel.stop_clock();
    set_device(element(), rig::path);
    rig::set(element(), "on-disconnect", "wait");
  }

  [[nodiscard]] GstElement* element() const { return bused.rig.element; }

  void plug_in() { bused.rig.camera = bused.rig.kernel.plug(rig::path, camera("1")); }

  Bused bused;
};

/// A camera that was plugged in, has sent a frame, and is unplugged again.
struct Lost : Absent {
  Lost() {
    plug_in();
    bused.rig.play();
    bused.rig.next();
    lose();
  }

  void lose() {
    bused.rig.kernel.unplug(rig::path);
    bused.fail_unless_notices({"lost", "waiting"});
  }
};

/// Runs `check` on an element that waits before it has caps, and on one that waits after it had
/// them.
template <class Check>
void each_wait(Check check) {
  {
    Absent absent;
    absent.bused.rig.play();
    absent.bused.fail_unless_notices({"waiting"});
    absent.bused.rig.kernel.clock().pass();  // once the element waits
    check(absent);
  }
  Lost lost;
  lost.bused.rig.kernel.clock().pass();
  check(lost);
}

void fail_unless_quiet(Bused& bused) {
  const auto errors = rig::texts_of(bused.bus, GST_MESSAGE_ERROR);
  fail_unless(errors.empty(), "%s", errors.empty() ? "" : errors.front().c_str());
}

fake::Model unfed() {
  auto model = camera("1");
  model.formats.clear();
  return model;
}

}  // namespace

// ---- which device -------------------------------------------------------------------------------

GST_START_TEST(test_the_device_that_is_asked_for_or_none) {
  Bused bused;
  auto& rig = bused.rig;
  rig.set_state(GST_STATE_READY);
  fail_unless_open(rig.element, rig::path);
  set_device(rig.element, other_path);
  for (int turn = 0; turn < 2; ++turn) {
    fail_unless_refused(rig.element, GST_STATE_PLAYING);
    fail_unless_has(bused.wait_for(GST_MESSAGE_ERROR), other_path);
    fail_unless_open(rig.element, "");
    fail_unless_reads(rig.element, "device", other_path);
    fail_unless_equals_int(rig.kernel.open_count(rig::path), 0);
  }
  fail_unless_quiet(bused);
  rig.camera = rig.kernel.plug(other_path, camera("2"));
  rig.play();
  rig.next();
  fail_unless_open(rig.element, other_path);
}

GST_END_TEST

GST_START_TEST(test_the_device_that_is_asked_for_is_waited_for) {
  Bused bused;
  auto& rig = bused.rig;
  rig.kernel.stop_clock();
  rig::set(rig.element, "on-disconnect", "wait");
  rig.set_state(GST_STATE_READY);
  set_device(rig.element, other_path);
  const auto former = rig.camera;
  rig.play();
  bused.fail_unless_notices({"waiting"});
  rig.kernel.clock().pass();
  rig.kernel.clock().pass();
  fail_unless_equals_int(rig.kernel.open_count(rig::path), 0);
  fail_unless_equals_int(former->calls(VIDIOC_S_FMT), 0);
  rig.camera = rig.kernel.plug(other_path, camera("2"));
  fail_unless_told_in_time(bused, "back");
  rig.next();
  fail_unless_open(rig.element, other_path);
}

GST_END_TEST

GST_START_TEST(test_one_device_is_closed_before_the_next_is_opened) {
  auto model = camera("1");
  model.single_open = true;
  Bused bused{model};
  auto& rig = bused.rig;
  constexpr auto link = "/dev/v4l/by-id/usb-fake";
  rig.kernel.link(link, rig::path);
  rig.set_state(GST_STATE_READY);
  set_device(rig.element, link);
  rig.play();
  rig.next();
  fail_unless_open(rig.element, link);
  fail_unless_quiet(bused);
}

GST_END_TEST

GST_START_TEST(test_device_reads_back_what_was_set) {
  Bused bused;
  auto& rig = bused.rig;
  fail_unless_open(rig.element, "");
  rig.set_state(GST_STATE_READY);
  fail_unless_reads(rig.element, "device", "");
  fail_unless_open(rig.element, rig::path);
  set_device(rig.element, other_path);
  fail_unless_reads(rig.element, "device", other_path);
  fail_unless_open(rig.element, rig::path);
  rig.set_state(GST_STATE_NULL);
  fail_unless_reads(rig.element, "device", other_path);
  fail_unless_open(rig.element, "");
}

GST_END_TEST

GST_START_TEST(test_a_name_that_is_no_path) {
  for (const auto* const name : {"0", "video0"})
    for (const std::string policy : {"error", "wait"}) {
      Bused bused;
      set_device(bused.rig.element, name);
      rig::set(bused.rig.element, "on-disconnect", policy);
      fail_unless_refused(bused.rig.element, GST_STATE_READY);
      const auto text = bused.wait_for(GST_MESSAGE_ERROR);
      fail_unless_has(text, "'/dev/video0'");
      fail_unless_has(text, ("'" + std::string{name} + "'").c_str());
    }
}

GST_END_TEST

// ---- a lost device ------------------------------------------------------------------------------

GST_START_TEST(test_a_lost_device_is_closed_at_once) {
  for (const std::string policy : {"error", "eos"}) {
    Bused bused;
    auto& rig = bused.rig;
    rig::set(rig.element, "on-disconnect", policy);
    rig.play();
    rig.next();
    rig.kernel.unplug(rig::path);
    if (policy == "error")
      fail_unless_has(bused.wait_for(GST_MESSAGE_ERROR), "went away");
    else
      bused.fail_unless_notices({"lost"});
    fail_unless(comes(rig.harness, GST_EVENT_EOS));
    gint descriptor{};
    g_object_get(rig.element, "device-fd", &descriptor, nullptr);
    fail_unless_equals_int(descriptor, -1);
    fail_unless_open(rig.element, "");
    rig.camera = rig.kernel.plug(rig::path, camera("1"));
    rig.set_state(GST_STATE_READY);
    fail_unless_equals_int(rig.kernel.open_count(rig::path), 0);
    rig.play();
    rig.next();
    fail_unless_open(rig.element, rig::path);
    fail_unless_quiet(bused);
  }
}

GST_END_TEST

GST_START_TEST(test_a_loss_in_paused_is_told_there) {
  for (const std::string policy : {"error", "wait", "eos"}) {
    Bused bused;
    auto& rig = bused.rig;
    rig::set(rig.element, "on-disconnect", policy);
    rig.set_state(GST_STATE_READY);
    rig.kernel.unplug(rig::path);
    rig.set_state(GST_STATE_PAUSED);
    if (policy == "wait")
      bused.fail_unless_notices({"lost", "waiting"});
    else
      fail_unless_has(bused.wait_for(GST_MESSAGE_ERROR), "went away");
    fail_unless_open(rig.element, "");
    rig.set_state(GST_STATE_NULL);
    // The loss has been reported once.
    fail_unless(gst_bus_pop_filtered(bused.bus, GST_MESSAGE_ELEMENT) == nullptr);
    fail_unless_quiet(bused);
  }
}

GST_END_TEST

GST_START_TEST(test_data_flow_after_a_loss_tells_it_again) {
  Bused bused;
  auto& rig = bused.rig;
  rig.play();
  rig.next();
  rig.kernel.unplug(rig::path);
  for (int turn = 0; turn < 2; ++turn) {
    fail_unless_has(bused.wait_for(GST_MESSAGE_ERROR), "went away");
    fail_unless(comes(rig.harness, GST_EVENT_EOS));
    fail_unless_quiet(bused);
    gst_element_send_event(rig.element, gst_event_new_flush_start());
    gst_element_send_event(rig.element, gst_event_new_flush_stop(TRUE));
  }
}

GST_END_TEST

// ---- what is asked of a pipeline that waits -----------------------------------------------------

GST_START_TEST(test_eos_while_the_camera_is_away) {
  each_wait([](Absent& absent) {
    fail_unless(gst_element_send_event(absent.element(), gst_event_new_eos()));
    fail_unless(comes(absent.bused.rig.harness, GST_EVENT_EOS));
    fail_unless_quiet(absent.bused);
    fail_unless_equals_uint64(rig::stat(absent.element(), "reconnected"), 0);
    absent.bused.rig.set_state(GST_STATE_NULL);
    fail_unless_quiet(absent.bused);
  });
}

GST_END_TEST

/// The camera goes and comes back while the events are on their way.
GST_START_TEST(test_events_at_any_moment_of_a_loss) {
  Bused bused;
  auto& rig = bused.rig;
  rig::set(rig.element, "on-disconnect", "wait");
  for (int turn = 0; turn < 200; ++turn) {
    rig.play();
    if (turn % 2 == 0) rig.next();
    std::thread meddler{[&rig] {
      rig.kernel.unplug(rig::path);
      rig.camera = rig.kernel.plug(rig::path, camera("1"));
    }};
    if (turn % 4 < 2) {
      gst_element_send_event(rig.element, gst_event_new_flush_start());
      gst_element_send_event(rig.element, gst_event_new_flush_stop(TRUE));
    }
    fail_unless(gst_element_send_event(rig.element, gst_event_new_eos()));
    fail_unless(comes(rig.harness, GST_EVENT_EOS));
    meddler.join();
    rig.set_state(turn % 3 == 0 ? GST_STATE_READY : GST_STATE_NULL);
    fail_unless_quiet(bused);
    while (auto* const event = gst_harness_try_pull_event(rig.harness))
      gst_event_unref(event);
    while (auto* const rest = gst_harness_try_pull(rig.harness))
      gst_buffer_unref(rest);
  }
}

GST_END_TEST

GST_START_TEST(test_flush_while_the_camera_is_away) {
  each_wait([](Absent& absent) {
    auto& rig = absent.bused.rig;
    for (int turn = 0; turn < 20; ++turn) {
      fail_unless(gst_element_send_event(rig.element, gst_event_new_flush_start()));
      fail_unless(comes(rig.harness, GST_EVENT_FLUSH_START));
      fail_unless(gst_element_send_event(rig.element, gst_event_new_flush_stop(TRUE)));
    }
    absent.plug_in();
    fail_unless_told_in_time(absent.bused, "back");
    rig.next();
    fail_unless_quiet(absent.bused);
  });
}

GST_END_TEST

GST_START_TEST(test_null_while_the_camera_is_away) {
  for (const auto state : {GST_STATE_PAUSED, GST_STATE_READY, GST_STATE_NULL})
    each_wait([state](Absent& absent) {
      auto& rig = absent.bused.rig;
      rig.set_state(state);
      absent.plug_in();
      rig.play();
      if (state == GST_STATE_READY) fail_unless_told_in_time(absent.bused, "waiting");
      if (state != GST_STATE_NULL) fail_unless_told_in_time(absent.bused, "back");
      rig.next();
      fail_unless_quiet(absent.bused);
    });
}

GST_END_TEST

GST_START_TEST(test_a_reconfigure_while_the_camera_is_away) {
  each_wait([](Absent& absent) {
    auto& rig = absent.bused.rig;
    gst_harness_set_sink_caps_str(rig.harness,
                                  "video/x-raw,format=NV12,width=640,height=480,framerate=30/1");
    // The element checks the caps again after each of these events.
    gst_element_send_event(rig.element, gst_event_new_flush_start());
    gst_element_send_event(rig.element, gst_event_new_flush_stop(TRUE));
    absent.plug_in();
    fail_unless_told_in_time(absent.bused, "back");
    fail_unless_equals_uint64(gst_buffer_get_size(rig.next().get()),
                              std::size_t{640} * 480 * 3 / 2);
    fail_unless_quiet(absent.bused);
  });
}

GST_END_TEST

GST_START_TEST(test_a_pipeline_in_paused_looks_for_no_camera) {
  Absent absent;
  auto& rig = absent.bused.rig;
  rig.set_state(GST_STATE_PAUSED);
  absent.bused.fail_unless_notices({"waiting"});
  absent.plug_in();
  // The streaming thread waits for PLAYING. So the plugged-in camera must see no call.
  gst_element_send_event(rig.element, gst_event_new_flush_start());
  gst_element_send_event(rig.element, gst_event_new_flush_stop(TRUE));
  fail_unless_equals_int(rig.camera->all_calls(), 0);
  rig.play();
  absent.bused.fail_unless_notices({"back"});
  rig.next();
}

GST_END_TEST

// ---- how long it is waited for ------------------------------------------------------------------

GST_START_TEST(test_what_opens_and_does_not_stream_is_waited_for_no_longer) {
  using namespace std::chrono_literals;
  Lost lost;
  auto& rig = lost.bused.rig;
  g_object_set(rig.element, "reconnect-timeout", 2 * GST_SECOND, nullptr);
  rig.camera = rig.kernel.plug_with(rig::path, camera("1"), [](fake::Faults& faults) {
    faults.fail(VIDIOC_STREAMON, EIO, 1000);
  });
  // The element tries after 0, 0.1, 0.2, ... s. The clock passes while it waits between two tries.
  const auto begin = rig.kernel.clock().now();
  fail_unless_error_in_time(lost.bused, "VIDIOC_STREAMON");
  const auto waited = rig.kernel.clock().now() - begin;
  fail_unless(waited >= 2s && waited < 3s);
}

GST_END_TEST

GST_START_TEST(test_what_is_back_and_sends_nothing_is_waited_for_no_longer) {
  using namespace std::chrono_literals;
  Lost lost;
  auto& rig = lost.bused.rig;
  g_object_set(rig.element, "reconnect-timeout", 2 * GST_SECOND, nullptr);
  rig.kernel.clock().pass(500ms);
  lost.plug_in();
  fail_unless_told_in_time(lost.bused, "back");
  fail_unless_error_in_time(lost.bused,
                            "'/dev/video0' was found, but has sent no frame within 2.0 s");
}

GST_END_TEST

GST_START_TEST(test_a_frame_ends_the_wait) {
  using namespace std::chrono_literals;
  Lost lost;
  auto& rig = lost.bused.rig;
  g_object_set(rig.element, "reconnect-timeout", 2 * GST_SECOND, nullptr);
  for (int turn = 0; turn < 3; ++turn) {
    rig.kernel.clock().pass(1500ms);
    lost.plug_in();
    fail_unless_told_in_time(lost.bused, "back");
    rig.next();
    lost.lose();
  }
  fail_unless_quiet(lost.bused);
  fail_unless_error_in_time(lost.bused, "did not come back within 2.0 s");
}

GST_END_TEST

GST_START_TEST(test_a_pause_is_no_part_of_the_wait) {
  using namespace std::chrono_literals;
  each_wait([](Absent& absent) {
    auto& rig = absent.bused.rig;
    g_object_set(rig.element, "reconnect-timeout", 2 * GST_SECOND, nullptr);
    rig.set_state(GST_STATE_PAUSED);
    rig.kernel.clock().add(10s);
    rig.play();
    rig.kernel.clock().pass();
    rig.kernel.clock().pass();
    fail_unless_quiet(absent.bused);
    fail_unless_error_in_time(absent.bused, "did not come back within 2.");
  });
}

GST_END_TEST

// ---- a device that is opened again because it was silent ----------------------------------------

GST_START_TEST(test_what_cannot_be_opened_again_is_lost) {
  for (const std::string policy : {"error", "wait", "eos"}) {
    Bused bused;
    auto& rig = bused.rig;
    rig.kernel.stop_clock();
    rig::set(rig.element, "on-stall", "reopen");
    g_object_set(rig.element, "stall-timeout", 2 * GST_SECOND, "first-frame-timeout",
                 2 * GST_SECOND, nullptr);
    rig::set(rig.element, "on-disconnect", policy);
    rig.play();
    rig.next();
    rig.kernel.clock().pass();
    bused.fail_unless_notices({"stalled", "restarted"});
    rig.kernel.refuse(rig::path, EACCES);
    rig.kernel.clock().pass();
    bused.fail_unless_notices({"stalled", "reopened"});
    if (policy == "error") {
      const auto text = bused.wait_for(GST_MESSAGE_ERROR);
      fail_unless_has(text, rig::path);
      fail_unless_has(text, "can't be opened again");
      continue;
    }
    bused.fail_unless_notices({"lost"});
    if (policy == "eos") {
      fail_unless(comes(rig.harness, GST_EVENT_EOS));
    } else {
      bused.fail_unless_notices({"waiting"});
      rig.camera = rig.kernel.plug(rig::path, camera("1"));
      fail_unless_told_in_time(bused, "back");
      rig.next();
    }
    fail_unless_quiet(bused);
  }
}

GST_END_TEST

// ---- nodes that are no camera yet ---------------------------------------------------------------

GST_START_TEST(test_a_node_without_a_format_is_no_camera) {
  Bused bused{unfed()};
  auto& rig = bused.rig;
  const auto former = rig.camera;
  rig.camera = rig.kernel.plug("/dev/video1", camera("2"));
  rig.play();
  rig.next();
  fail_unless_open(rig.element, "/dev/video1");
  fail_unless_equals_int(former->calls(VIDIOC_S_FMT), 0);
}

GST_END_TEST

GST_START_TEST(test_a_node_without_a_format_is_told) {
  for (const auto* const device : {"", rig::path})
    for (const auto* const caps :
         {"ANY", rig::small_yuyv, "video/x-raw,format=YUY2", "image/jpeg"}) {
      Bused bused{unfed(), caps};
      if (*device != '\0') set_device(bused.rig.element, device);
      gst_element_set_state(bused.rig.element, GST_STATE_PLAYING);
      const auto text = bused.wait_for(GST_MESSAGE_ERROR);
      fail_unless_has(text, rig::path);
      fail_unless_has(text, "no format yet");
      fail_unless_has(text, "start its producer");
      bused.rig.set_state(GST_STATE_NULL);
      fail_unless_quiet(bused);
    }
}

GST_END_TEST

GST_START_TEST(test_a_node_without_a_format_is_waited_for) {
  for (const auto* const device : {"", rig::path}) {
    Bused bused{unfed()};
    auto& rig = bused.rig;
    rig.kernel.stop_clock();
    if (*device != '\0') set_device(rig.element, device);
    rig::set(rig.element, "on-disconnect", "wait");
    rig.play();
    bused.fail_unless_notices({"waiting"});
    for (int turn = 0; turn < 3; ++turn)
      rig.kernel.clock().pass();
    rig.camera->feed(fake::webcam().formats);
    fail_unless_told_in_time(bused, "back");
    rig.next();
    fail_unless_quiet(bused);
  }
}

GST_END_TEST

GST_START_TEST(test_an_output_node_may_capture_later) {
  constexpr auto output = V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_STREAMING;
  Bused bused{fake::node_with(output, "Loopback")};
  auto& rig = bused.rig;
  rig.kernel.stop_clock();
  set_device(rig.element, rig::path);
  fail_unless_refused(rig.element, GST_STATE_READY);
  fail_unless_has(bused.wait_for(GST_MESSAGE_ERROR), "start its producer");
  rig::set(rig.element, "on-disconnect", "wait");
  rig.play();
  bused.fail_unless_notices({"waiting"});
  for (int turn = 0; turn < 3; ++turn)
    rig.kernel.clock().pass();
  auto fed = fake::webcam();
  fed.card = "Loopback";
  rig.camera = rig.kernel.plug(rig::path, fed);
  fail_unless_told_in_time(bused, "back");
  rig.next();
  fail_unless_quiet(bused);
}

GST_END_TEST

GST_START_TEST(test_only_where_any_will_do_a_format_is_asked_for) {
  for (const auto* const device : {"", rig::path}) {
    Bused bused;
    if (*device != '\0') set_device(bused.rig.element, device);
    bused.rig.set_state(GST_STATE_READY);
    fail_unless_equals_int(bused.rig.camera->calls(VIDIOC_G_FMT), *device == '\0' ? 1 : 0);
    fail_unless_equals_int(bused.rig.camera->calls(VIDIOC_ENUM_FMT), 0);
  }
}

GST_END_TEST

static Suite* absence_suite() {
  return suite_of("absence", {
                                 TEST(test_the_device_that_is_asked_for_or_none),
                                 TEST(test_the_device_that_is_asked_for_is_waited_for),
                                 TEST(test_one_device_is_closed_before_the_next_is_opened),
                                 TEST(test_device_reads_back_what_was_set),
                                 TEST(test_a_name_that_is_no_path),
                                 TEST(test_a_lost_device_is_closed_at_once),
                                 TEST(test_a_loss_in_paused_is_told_there),
                                 TEST(test_data_flow_after_a_loss_tells_it_again),
                                 TEST(test_eos_while_the_camera_is_away),
                                 TEST(test_events_at_any_moment_of_a_loss),
                                 TEST(test_flush_while_the_camera_is_away),
                                 TEST(test_null_while_the_camera_is_away),
                                 TEST(test_a_reconfigure_while_the_camera_is_away),
                                 TEST(test_a_pipeline_in_paused_looks_for_no_camera),
                                 TEST(test_what_opens_and_does_not_stream_is_waited_for_no_longer),
                                 TEST(test_what_is_back_and_sends_nothing_is_waited_for_no_longer),
                                 TEST(test_a_frame_ends_the_wait),
                                 TEST(test_a_pause_is_no_part_of_the_wait),
                                 TEST(test_what_cannot_be_opened_again_is_lost),
                                 TEST(test_a_node_without_a_format_is_no_camera),
                                 TEST(test_a_node_without_a_format_is_told),
                                 TEST(test_a_node_without_a_format_is_waited_for),
                                 TEST(test_an_output_node_may_capture_later),
                                 TEST(test_only_where_any_will_do_a_format_is_asked_for),
                             });
}

SUITE_MAIN(absence_suite)
