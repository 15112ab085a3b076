// Tests what a user sees of controls: extra-controls, controls, and v4l2src's four properties.

#include <algorithm>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "rigs/rig.h"
#include "rigs/rig_with_bus.h"
#include "rigs/suite.h"

using rig::Bused;
using rig::camera;
using rig::Rig;

namespace {

constexpr std::uint32_t button = V4L2_CID_DO_WHITE_BALANCE;

/// A camera with a control of each kind that can be refused.
fake::Model odd_camera() {
  auto model = camera("1");
  const auto add = [&](fake::ModelControl control) {
    model.controls.push_back(std::move(control));
  };
  add({.id = V4L2_CID_GAIN,
       .name = "Gain",
       .maximum = 100,
       .initial = 50,
       .flags = V4L2_CTRL_FLAG_READ_ONLY});
  add({.id = V4L2_CID_SHARPNESS,
       .name = "Sharpness",
       .maximum = 100,
       .initial = 50,
       .flags = V4L2_CTRL_FLAG_GRABBED});
  add({.id = button, .name = "White Balance, Do", .type = V4L2_CTRL_TYPE_BUTTON});
  add({.id = V4L2_CID_POWER_LINE_FREQUENCY,
       .name = "Power Line Frequency",
       .type = V4L2_CTRL_TYPE_MENU,
       .maximum = 3});
  std::ranges::sort(model.controls, {}, &fake::ModelControl::id);
  return model;
}

/// A message about a control.
struct Told {
  std::string text;
  std::string control;
  std::string reason;
};

Told told_of(GstMessage* message) {
  GError* error{};
  const GstStructure* details{};
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_WARNING) {
    gst_message_parse_warning(message, &error, nullptr);
    gst_message_parse_warning_details(message, &details);
  } else {
    gst_message_parse_error(message, &error, nullptr);
    gst_message_parse_error_details(message, &details);
  }
  Told told{.text = error->message, .control = {}, .reason = {}};
  g_error_free(error);
  fail_unless(details != nullptr);
  const auto field = [&](const char* name) {
    const auto* const value = gst_structure_get_string(details, name);
    return std::string{value != nullptr ? value : ""};
  };
  fail_unless(field("cause") == "control", "'%s' has the cause %s", told.text.c_str(),
              field("cause").c_str());
  told.control = field("control");
  told.reason = field("reason");
  return told;
}

/// Returns the messages of a type that were posted until now.
std::vector<Told> all_told(GstBus* bus, GstMessageType type = GST_MESSAGE_WARNING) {
  std::vector<Told> all;
  while (auto* const message = gst_bus_pop_filtered(bus, type)) {
    all.push_back(told_of(message));
    gst_message_unref(message);
  }
  return all;
}

void wish(GstElement* element, const std::string& fields) {
  rig::set(element, "extra-controls", "c," + fields);
}

void fail_unless_reads(Rig& rig, std::uint32_t id, std::int64_t value) {
  fail_unless_equals_int64(rig.camera->control(id), value);
}

unsigned sets(Rig& rig) {
  return rig.camera->calls(VIDIOC_S_CTRL) + rig.camera->calls(VIDIOC_S_EXT_CTRLS);
}

int read_int(GstElement* element, const char* name) {
  int value{};
  g_object_get(element, name, &value, nullptr);
  return value;
}

}  // namespace

// ---- extra-controls -----------------------------------------------------------------------------

GST_START_TEST(test_controls_are_set_in_either_order_and_no_other_is) {
  for (const auto* const fields :
       {"exposure_time_absolute=157,auto_exposure=manual",
        "auto_exposure=1,exposure_time_absolute=157", "exposure_time_absolute=157,auto_exposure=1",
        "exposure_auto=1,exposure_absolute=157", "Exposure-Time--Absolute=157,Auto_Exposure=1"}) {
    Bused bused;
    auto& rig = bused.rig;
    wish(rig.element, fields);
    rig.play();
    rig.next();
    fail_unless_reads(rig, V4L2_CID_EXPOSURE_AUTO, 1);
    fail_unless_reads(rig, V4L2_CID_EXPOSURE_ABSOLUTE, 157);
    for (const auto& control : fake::usual_controls())
      if (control.id != V4L2_CID_EXPOSURE_AUTO && control.id != V4L2_CID_EXPOSURE_ABSOLUTE)
        fail_unless_reads(rig, control.id, control.initial);
    fail_unless(all_told(bused.bus).empty());
  }
}

GST_END_TEST

GST_START_TEST(test_without_a_wish_no_control_is_asked_for) {
  Rig rig;
  rig.play();
  rig.next();
  rig::set(rig.element, "controls-strict", "true");
  g_object_set(rig.element, "extra-controls", nullptr, nullptr);
  rig.next();
  fail_unless_equals_int(rig.camera->calls(VIDIOC_QUERY_EXT_CTRL), 0);
  // Once a run the camera is asked how it is mounted, for the tag image-orientation.
  fail_unless_equals_int(rig.camera->calls(VIDIOC_G_EXT_CTRLS), 1);
  fail_unless_equals_int(sets(rig), 0);
}

GST_END_TEST

GST_START_TEST(test_controls_are_set_in_every_state) {
  Bused bused;
  auto& rig = bused.rig;
  std::int64_t value{};
  const auto change = [&] {
    wish(rig.element, "brightness=" + std::to_string(++value));
  };
  change();
  rig.set_state(GST_STATE_READY);  // set when it is opened
  fail_unless_reads(rig, V4L2_CID_BRIGHTNESS, value);
  change();  // set at once
  fail_unless_reads(rig, V4L2_CID_BRIGHTNESS, value);
  rig.set_state(GST_STATE_PAUSED);
  change();
  fail_unless_reads(rig, V4L2_CID_BRIGHTNESS, value);
  rig.play();
  for (int turn = 0; turn < 5; ++turn) {
    rig.next();
    change();  // set before the frame after the one that is waited for, at the latest
    rig.next();
    rig.next();
    fail_unless_reads(rig, V4L2_CID_BRIGHTNESS, value);
  }
  rig.set_state(GST_STATE_PAUSED);
  change();
  fail_unless_reads(rig, V4L2_CID_BRIGHTNESS, value);
  rig.set_state(GST_STATE_READY);
  change();
  fail_unless_reads(rig, V4L2_CID_BRIGHTNESS, value);
  fail_unless(all_told(bused.bus).empty());
}

GST_END_TEST

GST_START_TEST(test_a_change_needs_no_frame) {
  Rig rig;
  rig.play();
  rig.next();
  for (int value = 1; value <= 10; ++value) {
    wish(rig.element, "brightness=" + std::to_string(value));
    // No frame comes, so only the command can end the wait for it.
    rig.camera->wait_control(V4L2_CID_BRIGHTNESS, value);
  }
  fail_unless_equals_int(rig.camera->calls(VIDIOC_STREAMON), 1);
}

GST_END_TEST

GST_START_TEST(test_each_failure_is_one_warning_with_its_reason) {
  struct Case {
    const char *fields, *control, *reason, *part;
  };

  for (const auto& [fields, control, reason, part] :
       {Case{"brightnes=5", "brightnes", "unknown", "brightness"},
        Case{"brightness=300", "brightness", "clamped", "-64 to 64"},
        Case{"brightness=dark", "brightness", "type", "-64 to 64"},
        Case{"auto_exposure=\"Night\"", "auto_exposure", "label", "Manual Mode"},
        Case{"power_line_frequency=Entry", "power_line_frequency", "ambiguous", "Entry 2"},
        Case{"auto_exposure=9", "auto_exposure", "range", "Aperture Priority Mode"},
        Case{"exposure_time_absolute=5", "exposure_time_absolute", "inactive",
             "auto_exposure is 3"},
        Case{"gain=5", "gain", "read-only", "50"}, Case{"sharpness=5", "sharpness", "busy", "50"},
        Case{"brightness=1/2", "brightness", "type", "GstFraction"}}) {
    Bused bused{odd_camera()};
    auto& rig = bused.rig;
    wish(rig.element, fields);
    for (int turn = 0; turn < 3; ++turn) {
      rig.play();
      rig.next();
      rig.next();
      rig.set_state(turn == 0 ? GST_STATE_PAUSED : GST_STATE_READY);
    }
    const auto told = all_told(bused.bus);
    fail_unless(told.size() == 1, "%s has %zu messages", fields, told.size());
    fail_unless_equals_string(told[0].control.c_str(), control);
    fail_unless(told[0].reason == reason, "%s: %s, '%s'", fields, told[0].reason.c_str(),
                told[0].text.c_str());
    rig::fail_unless_has(told[0].text, part);
    // It is told again if the user asks again.
    wish(rig.element, fields);
    fail_unless_equals_int(all_told(bused.bus).size(), 1);
    fail_unless(all_told(bused.bus, GST_MESSAGE_ERROR).empty());
  }
}

GST_END_TEST

GST_START_TEST(test_one_failure_stops_no_other_control) {
  Bused bused{odd_camera()};
  auto& rig = bused.rig;
  wish(rig.element, "nothing=1,brightness=5,gain=3,contrast=6");
  rig.play();
  rig.next();
  fail_unless_reads(rig, V4L2_CID_BRIGHTNESS, 5);
  fail_unless_reads(rig, V4L2_CID_CONTRAST, 6);
  fail_unless_equals_int(all_told(bused.bus).size(), 2);
}

GST_END_TEST

GST_START_TEST(test_strict_makes_it_an_error_at_the_start) {
  Bused bused{odd_camera()};
  auto& rig = bused.rig;
  rig::set(rig.element, "controls-strict", "true");
  wish(rig.element, "gain=5");
  fail_unless_equals_int(gst_element_set_state(rig.element, GST_STATE_READY),
                         GST_STATE_CHANGE_FAILURE);
  const auto told = all_told(bused.bus, GST_MESSAGE_ERROR);
  fail_unless_equals_int(told.size(), 1);
  fail_unless_equals_string(told[0].reason.c_str(), "read-only");
  fail_unless(all_told(bused.bus).empty());
  wish(rig.element, "brightness=5");
  rig.play();
  rig.next();
  fail_unless_reads(rig, V4L2_CID_BRIGHTNESS, 5);
}

GST_END_TEST

GST_START_TEST(test_a_refusal_while_it_negotiates_is_one_error) {
  Bused bused{odd_camera()};
  auto& rig = bused.rig;
  rig::set(rig.element, "controls-strict", "true");
  g_signal_connect(
      rig.element, "prepare-format",
      G_CALLBACK(+[](GstElement* element, gint, GstCaps*, gpointer) { wish(element, "gain=5"); }),
      nullptr);
  rig.play();
  auto* const message =
      gst_bus_timed_pop_filtered(bused.bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_ERROR);
  rig::fail_unless_equals(told_of(message).reason, "read-only");
  gst_message_unref(message);
  rig.set_state(GST_STATE_NULL);
  fail_unless(all_told(bused.bus, GST_MESSAGE_ERROR).empty());
}

GST_END_TEST

GST_START_TEST(test_strict_makes_it_an_error_in_every_state) {
  for (const auto state : {GST_STATE_READY, GST_STATE_PAUSED, GST_STATE_PLAYING}) {
    Bused bused{odd_camera()};
    auto& rig = bused.rig;
    rig::set(rig.element, "controls-strict", "true");
    if (state == GST_STATE_PLAYING) {
      rig.play();
      rig.next();
    } else {
      rig.set_state(state);
    }
    wish(rig.element, "gain=5");
    auto* const message =
        gst_bus_timed_pop_filtered(bused.bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_ERROR);
    rig::fail_unless_equals(told_of(message).reason, "read-only");
    gst_message_unref(message);
    rig.set_state(GST_STATE_NULL);
    fail_unless(all_told(bused.bus, GST_MESSAGE_ERROR).empty());
  }
}

GST_END_TEST

// The streaming thread starts the device meanwhile, and applies all wishes. It may find this wish
// before the thread of the wish has asked for anything.
GST_START_TEST(test_a_refusal_at_any_moment_of_a_start_is_one_error) {
  for (int round = 0; round < 400; ++round) {
    Bused bused{odd_camera()};
    auto& rig = bused.rig;
    rig::set(rig.element, "controls-strict", "true");
    rig.set_state(GST_STATE_PAUSED);
    wish(rig.element, "gain=5");
    gst_message_unref(
        gst_bus_timed_pop_filtered(bused.bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_ERROR));
    rig.set_state(GST_STATE_NULL);
    fail_unless(all_told(bused.bus, GST_MESSAGE_ERROR).empty());
  }
}

GST_END_TEST

GST_START_TEST(test_a_button_is_pressed_once) {
  Bused bused{odd_camera()};
  auto& rig = bused.rig;
  wish(rig.element, "white_balance_do=1");
  rig.play();
  rig.next();
  rig.set_state(GST_STATE_PAUSED);
  rig.play();
  rig.next();
  fail_unless_equals_int(sets(rig), 1);
  wish(rig.element, "white_balance_do=1");
  rig.next();
  rig.next();
  fail_unless_equals_int(sets(rig), 2);
  fail_unless(all_told(bused.bus).empty());
}

GST_END_TEST

// ---- set again ----------------------------------------------------------------------------------

GST_START_TEST(test_controls_are_set_again_after_what_may_reset_them) {
  Bused bused;
  auto& rig = bused.rig;
  wish(rig.element, "brightness=5,contrast=6");
  rig.set_state(GST_STATE_READY);
  // "prepare-format" comes before VIDIOC_S_FMT. A driver may reset a control in that call.
  g_signal_connect(rig.element, "prepare-format",
                   G_CALLBACK(+[](GstElement*, int, GstCaps*, gpointer device) {
                     static_cast<fake::Camera*>(device)->set_control(V4L2_CID_BRIGHTNESS, 60);
                   }),
                   rig.camera.get());
  rig.play();
  rig.next();
  fail_unless_reads(rig, V4L2_CID_BRIGHTNESS, 5);
  const auto before = sets(rig);
  rig.set_state(GST_STATE_PAUSED);
  rig.camera->set_control(V4L2_CID_BRIGHTNESS, 60);
  rig.play();  // VIDIOC_STREAMON
  rig.next();
  fail_unless_reads(rig, V4L2_CID_BRIGHTNESS, 5);
  fail_unless_equals_int(sets(rig) - before, 1);
  rig.set_state(GST_STATE_PAUSED);
  rig.play();
  rig.next();
  fail_unless_equals_int(sets(rig) - before, 1);  // none differed
}

GST_END_TEST

GST_START_TEST(test_controls_are_set_again_when_the_camera_returns) {
  Bused bused;
  auto& rig = bused.rig;
  rig::set(rig.element, "on-disconnect", "wait");
  wish(rig.element, "brightness=5,contrast=6");
  rig.play();
  rig.next();
  rig.kernel.unplug(rig::path);
  bused.fail_unless_notices({"lost", "waiting"});
  wish(rig.element, "brightness=7,contrast=6");  // while it is away
  auto lacking = camera("1");
  std::erase_if(lacking.controls,
                [](const auto& control) { return control.id == V4L2_CID_CONTRAST; });
  rig.camera = rig.kernel.plug("/dev/video5", lacking);
  bused.fail_unless_notices({"back"});
  rig.next();
  fail_unless_reads(rig, V4L2_CID_BRIGHTNESS, 7);
  const auto told = all_told(bused.bus);
  fail_unless_equals_int(told.size(), 1);
  fail_unless_equals_string(told[0].control.c_str(), "contrast");
  fail_unless_equals_string(told[0].reason.c_str(), "unknown");
}

GST_END_TEST

GST_START_TEST(test_a_device_that_goes_away_while_it_is_set_is_waited_for) {
  for (const unsigned long request :
       {VIDIOC_QUERY_EXT_CTRL, VIDIOC_G_EXT_CTRLS, VIDIOC_S_EXT_CTRLS}) {
    Bused bused;
    auto& rig = bused.rig;
    rig::set(rig.element, "on-disconnect", "wait");
    wish(rig.element, "brightness=5,contrast=6");
    rig.set_state(GST_STATE_READY);
    rig.camera->set_control(V4L2_CID_BRIGHTNESS, 60);
    // The streaming thread sets the controls again after VIDIOC_S_FMT.
    rig.camera->fault([&](fake::Faults& faults) { faults.fail(request, ENODEV); });
    rig.play();
    bused.fail_unless_notices({"lost", "waiting", "back"});
    rig.next();
    fail_unless_reads(rig, V4L2_CID_BRIGHTNESS, 5);
    fail_unless(all_told(bused.bus).empty());
    fail_unless(all_told(bused.bus, GST_MESSAGE_ERROR).empty());
  }
}

GST_END_TEST

// ---- the properties of v4l2src ------------------------------------------------------------------

GST_START_TEST(test_brightness_is_kept_until_the_device_is_open) {
  Rig rig;
  g_object_set(rig.element, "brightness", 12, "contrast", 13, nullptr);
  fail_unless_equals_int(read_int(rig.element, "brightness"), 12);
  fail_unless_equals_int(read_int(rig.element, "hue"), 0);
  rig.play();
  rig.next();
  fail_unless_reads(rig, V4L2_CID_BRIGHTNESS, 12);
  fail_unless_reads(rig, V4L2_CID_CONTRAST, 13);
  rig.camera->set_control(V4L2_CID_BRIGHTNESS, 20);
  fail_unless_equals_int(read_int(rig.element, "brightness"), 20);
  rig.set_state(GST_STATE_READY);
  g_object_set(rig.element, "brightness", 14, nullptr);
  fail_unless_reads(rig, V4L2_CID_BRIGHTNESS, 14);
  wish(rig.element, "brightness=15");  // the newest wish counts
  fail_unless_reads(rig, V4L2_CID_BRIGHTNESS, 15);
  g_object_set(rig.element, "brightness", 16, nullptr);
  fail_unless_reads(rig, V4L2_CID_BRIGHTNESS, 16);
}

GST_END_TEST

/// Sets a property to the next value for each frame, as a GstController's binding does.
struct Counter {
  GstControlBinding parent;
  int value;
};

struct CounterClass {
  GstControlBindingClass parent;
};

G_DEFINE_TYPE(Counter, counter, GST_TYPE_CONTROL_BINDING)

static void counter_init(Counter*) {}

static void counter_class_init(CounterClass* klass) {
  GST_CONTROL_BINDING_CLASS(klass)->sync_values = [](GstControlBinding* self, GstObject* object,
                                                     GstClockTime, GstClockTime) -> gboolean {
    g_object_set(object, self->name, ++reinterpret_cast<Counter*>(self)->value, nullptr);
    return TRUE;
  };
}

GST_START_TEST(test_a_controller_sets_brightness_with_each_frame) {
  Bused bused;
  auto& rig = bused.rig;
  auto* const binding = static_cast<GstControlBinding*>(
      g_object_new(counter_get_type(), "object", rig.element, "name", "brightness", nullptr));
  fail_unless(gst_object_add_control_binding(GST_OBJECT(rig.element), binding));
  rig.play();
  for (int frame = 1; frame <= 70; ++frame) {
    rig.next();
    fail_unless_reads(rig, V4L2_CID_BRIGHTNESS, std::min(frame + 1, 64));  // 1 before the first
  }
  // It is out of range from 65 on. A WARNING for each frame would be too many.
  fail_unless_equals_int(all_told(bused.bus).size(), 1);
}

GST_END_TEST

// ---- controls -----------------------------------------------------------------------------------

GST_START_TEST(test_controls_are_saved_and_restored) {
  Bused bused{odd_camera()};
  auto& rig = bused.rig;
  GstStructure* saved{};
  g_object_get(rig.element, "controls", &saved, nullptr);
  fail_unless(saved == nullptr);
  rig.set_state(GST_STATE_READY);
  rig.camera->set_control(V4L2_CID_BRIGHTNESS, 7);
  rig.camera->set_control(V4L2_CID_AUTO_WHITE_BALANCE, 0);
  rig.camera->set_control(V4L2_CID_WHITE_BALANCE_TEMPERATURE, 3000);
  g_object_get(rig.element, "controls", &saved, nullptr);
  int brightness{};
  fail_unless(gst_structure_get_int(saved, "brightness", &brightness));
  fail_unless_equals_int(brightness, 7);
  fail_if(gst_structure_has_field(saved, "white_balance_do"));
  fail_unless(gst_structure_has_field(saved, "gain"));
  rig.camera->set_control(V4L2_CID_WHITE_BALANCE_TEMPERATURE, 4000);
  rig.camera->set_control(V4L2_CID_AUTO_WHITE_BALANCE, 1);
  rig.camera->set_control(V4L2_CID_BRIGHTNESS, 8);
  rig.camera->set_control(V4L2_CID_EXPOSURE_ABSOLUTE, 200);  // inactive, and what it is set to
  rig.camera->set_control(V4L2_CID_GAIN, 60);                // read-only
  g_object_set(rig.element, "extra-controls", saved, nullptr);
  gst_structure_free(saved);
  fail_unless_reads(rig, V4L2_CID_BRIGHTNESS, 7);
  fail_unless_reads(rig, V4L2_CID_AUTO_WHITE_BALANCE, 0);
  fail_unless_reads(rig, V4L2_CID_WHITE_BALANCE_TEMPERATURE, 3000);
  for (const auto& told : all_told(bused.bus))
    fail_unless(false, "%s", told.text.c_str());
}

GST_END_TEST

// ---- threads ------------------------------------------------------------------------------------

GST_START_TEST(test_handlers_may_set_controls) {
  Bused bused{odd_camera()};
  auto& rig = bused.rig;
  g_signal_connect(rig.element, "prepare-format",
                   G_CALLBACK(+[](GstElement* element, int, GstCaps*, gpointer) {
                     wish(element, "brightness=9,nothing=1");
                   }),
                   nullptr);
  gst_bus_set_sync_handler(
      bused.bus,
      [](GstBus*, GstMessage* message, gpointer element) {
        if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_WARNING)
          g_object_set(element, "contrast", 9, nullptr);
        return GST_BUS_PASS;
      },
      rig.element, nullptr);
  rig.play();
  rig.next();
  rig.next();
  fail_unless_reads(rig, V4L2_CID_BRIGHTNESS, 9);
  fail_unless_reads(rig, V4L2_CID_CONTRAST, 9);
}

GST_END_TEST

GST_START_TEST(test_four_threads_set_controls_while_the_pipeline_restarts) {
  Bused bused{odd_camera()};
  auto& rig = bused.rig;
  rig::FreeRun free_run{rig.camera};
  std::atomic<bool> running{true};
  std::vector<std::thread> setters;
  const auto repeat = [&](std::function<void(int)> set) {
    setters.emplace_back([&running, set = std::move(set)] {
      for (int turn = 0; running; ++turn)
        set(turn);
    });
  };
  repeat([&](int turn) { g_object_set(rig.element, "brightness", turn % 60, nullptr); });
  repeat([&](int turn) { wish(rig.element, "contrast=" + std::to_string(turn % 90)); });
  repeat([&](int turn) {
    wish(rig.element, turn % 2 == 0 ? "auto_exposure=1,exposure_time_absolute=5" : "nothing=1");
  });
  repeat([&](int) {
    GstStructure* saved{};
    g_object_get(rig.element, "controls", &saved, nullptr);
    if (saved != nullptr) gst_structure_free(saved);
    read_int(rig.element, "brightness");
  });
  for (int turn = 0; turn < 30; ++turn) {
    rig.play();
    for (int frame = 0; frame < 3; ++frame)
      gst_buffer_unref(gst_harness_pull(rig.harness));
    rig.set_state(turn % 3 == 0   ? GST_STATE_NULL
                  : turn % 3 == 1 ? GST_STATE_PAUSED
                                  : GST_STATE_READY);
    gst_bus_set_flushing(bused.bus, TRUE);
    gst_bus_set_flushing(bused.bus, FALSE);
  }
  running = false;
  for (auto& setter : setters)
    setter.join();
  // The latest wish is not lost.
  rig.play();
  g_object_set(rig.element, "brightness", 33, nullptr);
  wish(rig.element, "contrast=44");
  rig.camera->wait_control(V4L2_CID_BRIGHTNESS, 33);
  rig.camera->wait_control(V4L2_CID_CONTRAST, 44);
}

GST_END_TEST

static Suite* controls_suite() {
  return suite_of("controls", {
                                  TEST(test_controls_are_set_in_either_order_and_no_other_is),
                                  TEST(test_without_a_wish_no_control_is_asked_for),
                                  TEST(test_controls_are_set_in_every_state),
                                  TEST(test_a_change_needs_no_frame),
                                  TEST(test_each_failure_is_one_warning_with_its_reason),
                                  TEST(test_one_failure_stops_no_other_control),
                                  TEST(test_strict_makes_it_an_error_at_the_start),
                                  TEST(test_a_refusal_while_it_negotiates_is_one_error),
                                  TEST(test_strict_makes_it_an_error_in_every_state),
                                  TEST(test_a_refusal_at_any_moment_of_a_start_is_one_error),
                                  TEST(test_a_button_is_pressed_once),
                                  TEST(test_controls_are_set_again_after_what_may_reset_them),
                                  TEST(test_controls_are_set_again_when_the_camera_returns),
                                  TEST(test_a_device_that_goes_away_while_it_is_set_is_waited_for),
                                  TEST(test_brightness_is_kept_until_the_device_is_open),
                                  TEST(test_a_controller_sets_brightness_with_each_frame),
                                  TEST(test_controls_are_saved_and_restored),
                                  TEST(test_handlers_may_set_controls),
                                  TEST(test_four_threads_set_controls_while_the_pipeline_restarts),
                              });
}

SUITE_MAIN(controls_suite)
