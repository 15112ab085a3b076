// Tests the device's controls as children of the element (GstChildProxy).

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "rigs/rig.h"
#include "rigs/rig_with_bus.h"
#include "rigs/suite.h"

using rig::Bused;

namespace {

struct UnrefObject {
  void operator()(GObject* object) const { g_object_unref(object); }
};

using Child = std::unique_ptr<GObject, UnrefObject>;

Child child(GstElement* element, const char* name) {
  return Child{gst_child_proxy_get_child_by_name(GST_CHILD_PROXY(element), name)};
}

template <class T>
T get(const Child& from, const char* property) {
  T value{};
  g_object_get(from.get(), property, &value, nullptr);
  return value;
}

std::string text(const Child& from, const char* property) {
  gchar* value{};
  g_object_get(from.get(), property, &value, nullptr);
  std::string copy{value != nullptr ? value : "null"};
  g_free(value);
  return copy;
}

/// Sets a property from a text as gst-launch does.
void set(const Child& to, const char* property, const char* value) {
  gst_util_set_object_arg(to.get(), property, value);
}

fake::Model with_controls(std::vector<fake::ModelControl> controls) {
  auto model = rig::camera("1");
  model.controls = std::move(controls);
  return model;
}

/// A rig whose device is open.
struct Ready : Bused {
  explicit Ready(const fake::Model& model = with_controls(fake::rich_controls())) : Bused{model} {
    rig.set_state(GST_STATE_READY);
  }

  [[nodiscard]] Child child(const char* name) const { return ::child(rig.element, name); }

  std::string wait_warning() { return wait_for(GST_MESSAGE_WARNING); }
};

/// Counts notifications. The count is read by the thread that plays frames.
struct Notifications {
  Notifications(GObject* object, const char* signal) : object_{object} {
    id_ = g_signal_connect(object, signal, G_CALLBACK(+[](GObject*, GParamSpec*, gpointer self) {
                             ++static_cast<Notifications*>(self)->count;
                           }),
                           this);
  }

  Notifications(const Notifications&) = delete;
  Notifications& operator=(const Notifications&) = delete;

  ~Notifications() { g_signal_handler_disconnect(object_, id_); }

  std::atomic<int> count{};

private:
  GObject* object_;
  gulong id_;
};

struct Names {
  static void add(GstChildProxy*, GObject*, const char* name, gpointer self) {
    static_cast<Names*>(self)->all.emplace_back(name);
  }

  void listen(GstElement* element, const char* signal) {
    g_signal_connect(element, signal, G_CALLBACK(add), this);
  }

  [[nodiscard]] bool has(const char* name) const {
    return std::ranges::find(all, name) != all.end();
  }

  std::vector<std::string> all;
};

/// A value that is set, and how it reads then.
struct Setting {
  const char* name;
  const char* wanted;
  const char* read;
};

constexpr auto settings = std::to_array<Setting>({
    {"integer_32_bits", "-7", "-7"},
    {"integer_64_bits", "1234567890123", "1234567890123"},
    {"boolean", "false", "false"},
    {"menu", "Menu Item 4", R"text("Menu\ Item\ 4\ \(Override\)")text"},
    {"menu", "1", R"("Menu\ Item\ 1")"},
    {"integer_menu", "100", "100"},
    {"bitmask", "8192", "8192"},
    {"string", "abcd", "abcd"},
    {"u32_1_element_array", "<77>", "< (gint64)77 >"},
    {"s32_2_element_array", "<-1, 2>", "< (gint64)-1, (gint64)2 >"},
    {"area", "<640, 480>", "< (gint64)640, (gint64)480 >"},
    {"rect", "<1, 2, 3, 4>", "< (gint64)1, (gint64)2, (gint64)3, (gint64)4 >"},
    {"u32_dynamic_array", "<11, 12, 13>", "< (gint64)11, (gint64)12, (gint64)13 >"},
});

/// A value that is refused, and a part of the WARNING.
struct Refusal {
  const char* name;
  const char* wanted;
  const char* said;
};

constexpr auto refusals = std::to_array<Refusal>({
    {"read_only_integer_32_bits", "5", "read"},
    {"grabbed", "5", "grabbed"},
    {"menu", "No Such Item", "No Such Item"},
    {"menu", "2", "2"},
    {"menu", "Menu Item", "Menu Item"},
    {"string", "a text that is too long", "too long"},
    {"area", "<1, 2, 3>", "area"},
    {"integer_menu", "7", "7"},
    {"even_stepped", "30", "20"},
    {"exposure_time_absolute", "30", "auto_exposure"},
});

}  // namespace

// ---- which children there are -------------------------------------------------------------------

GST_START_TEST(test_each_control_is_a_child) {
  const auto controls = fake::all_kinds_of_controls();
  Ready ready{with_controls(controls)};
  auto* const proxy = GST_CHILD_PROXY(ready.rig.element);
  fail_unless_equals_int(gst_child_proxy_get_children_count(proxy), controls.size());
  for (guint i = 0; i < controls.size(); ++i) {
    const Child one{gst_child_proxy_get_child_by_index(proxy, i)};
    fail_unless(one && GST_IS_OBJECT(one.get()));
    const Child same = ready.child(GST_OBJECT_NAME(one.get()));
    fail_unless(same == one);
    fail_if(text(one, "type") == "unknown" && text(one, "title") != "Struct");
    g_object_notify(one.get(), "value");
  }
  fail_unless(gst_child_proxy_get_child_by_index(proxy, 1000) == nullptr);
}

GST_END_TEST

GST_START_TEST(test_names_are_forgiving) {
  const Ready ready;
  const auto one = ready.child("white_balance_temperature");
  fail_unless(one != nullptr);
  fail_unless_equals_string(GST_OBJECT_NAME(one.get()), "white_balance_temperature");
  for (const auto* const name : {"white-balance-temperature", "White Balance Temperature",
                                 "WHITE_BALANCE_TEMPERATURE", "0x98091a"})
    fail_unless(ready.child(name) == one, "%s", name);
  // The name of older kernels.
  fail_unless(ready.child("exposure_auto") == ready.child("auto_exposure"));
  fail_unless(ready.child("no_such_control") == nullptr);
}

GST_END_TEST

GST_START_TEST(test_a_closed_device_has_no_children) {
  rig::Rig rig{rig::camera("1")};
  fail_unless_equals_int(gst_child_proxy_get_children_count(GST_CHILD_PROXY(rig.element)), 0);
  fail_unless(child(rig.element, "brightness") == nullptr);
}

GST_END_TEST

GST_START_TEST(test_nothing_is_asked_until_somebody_wants_a_child) {
  rig::Rig rig{with_controls(fake::rich_controls())};
  rig.play();
  rig.next();
  fail_unless_equals_int(rig.camera->calls(VIDIOC_QUERY_EXT_CTRL), 0);
  const auto subscribed = rig.camera->calls(VIDIOC_SUBSCRIBE_EVENT);  // for changes of the source
  fail_unless(child(rig.element, "brightness") != nullptr);
  fail_unless(rig.camera->calls(VIDIOC_QUERY_EXT_CTRL) > 0);
  fail_unless(rig.camera->calls(VIDIOC_SUBSCRIBE_EVENT) > subscribed);
}

GST_END_TEST

GST_START_TEST(test_child_added_comes_when_the_device_opens) {
  Bused bused{with_controls(fake::rich_controls())};
  Names names;
  names.listen(bused.rig.element, "child-added");
  bused.rig.set_state(GST_STATE_READY);
  fail_unless_equals_int(names.all.size(), fake::rich_controls().size());
  fail_unless(names.has("horizontal_flip"));
}

GST_END_TEST

/// gst-launch-1.0 sets all its children when the first one is added, the last of its line first.
GST_START_TEST(test_what_child_added_sets_is_applied_together) {
  Bused bused{rig::camera("1")};
  const auto set_both = +[](GstElement* element, GObject*, const char*, gpointer) {
    set(child(element, "exposure_time_absolute"), "value", "157");
    set(child(element, "auto_exposure"), "value", "manual");
  };
  g_signal_connect(bused.rig.element, "child-added", G_CALLBACK(set_both), nullptr);
  bused.rig.set_state(GST_STATE_READY);
  fail_unless_equals_int64(bused.rig.camera->control(V4L2_CID_EXPOSURE_AUTO), V4L2_EXPOSURE_MANUAL);
  fail_unless_equals_int64(bused.rig.camera->control(V4L2_CID_EXPOSURE_ABSOLUTE), 157);
  fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_WARNING).empty());
  // Later each value is set at once, and in its order.
  set(child(bused.rig.element, "exposure_time_absolute"), "value", "200");
  fail_unless_equals_int64(bused.rig.camera->control(V4L2_CID_EXPOSURE_ABSOLUTE), 200);
}

GST_END_TEST

// ---- what a child says --------------------------------------------------------------------------

GST_START_TEST(test_a_number_has_value_and_range) {
  Ready ready;
  ready.rig.camera->set_control(V4L2_CID_BRIGHTNESS, -20);
  const auto one = ready.child("brightness");
  fail_unless_equals_int(get<int>(one, "value"), -20);
  fail_unless_equals_int64(get<gint64>(one, "minimum"), -64);
  fail_unless_equals_int64(get<gint64>(one, "maximum"), 64);
  fail_unless_equals_uint64(get<guint64>(one, "step"), 1);
  fail_unless_equals_int64(get<gint64>(one, "default"), 0);
  fail_unless_equals_int(get<guint>(one, "id"), V4L2_CID_BRIGHTNESS);
  rig::fail_unless_equals(text(one, "title"), "Brightness");
  rig::fail_unless_equals(text(one, "type"), "int");
  rig::fail_unless_equals(text(one, "range"), "-64 to 64");
}

GST_END_TEST

GST_START_TEST(test_a_menu_has_labels_and_indexes) {
  Ready ready;
  const auto one = ready.child("power_line_frequency");
  rig::fail_unless_equals(text(one, "value"), "50 Hz");
  fail_unless_equals_int(get<int>(one, "index"), 1);
  rig::fail_unless_equals(text(one, "type"), "menu");
  auto* const menu = get<GstStructure*>(one, "menu");
  fail_unless_equals_int(gst_structure_n_fields(menu), 3);
  fail_unless_equals_string(gst_structure_get_string(menu, "2"), "60 Hz");
  gst_structure_free(menu);
}

GST_END_TEST

GST_START_TEST(test_flags_and_range_are_read_anew) {
  Ready ready;
  const auto one = ready.child("exposure_time_absolute");
  fail_unless((get<guint>(one, "flags") & V4L2_CTRL_FLAG_INACTIVE) != 0);
  ready.rig.camera->set_control(V4L2_CID_EXPOSURE_AUTO, V4L2_EXPOSURE_MANUAL);
  fail_unless((get<guint>(one, "flags") & V4L2_CTRL_FLAG_INACTIVE) == 0);
  ready.rig.camera->set_control_range(V4L2_CID_EXPOSURE_ABSOLUTE, 3, 300);
  fail_unless_equals_int64(get<gint64>(one, "maximum"), 300);
}

GST_END_TEST

// ---- setting ------------------------------------------------------------------------------------

GST_START_TEST(test_each_type_is_set) {
  Ready ready{with_controls(fake::all_kinds_of_controls())};
  for (const auto& one : settings) {
    const auto control = ready.child(one.name);
    fail_unless(control != nullptr, "%s", one.name);
    set(control, "value", one.wanted);
    GValue value = G_VALUE_INIT;
    g_object_get_property(control.get(), "value", &value);
    gchar* const text = gst_value_serialize(&value);
    fail_unless_equals_string(text, one.read);
    g_free(text);
    g_value_unset(&value);
  }
  fail_unless(rig::texts_of(ready.bus, GST_MESSAGE_WARNING).empty());
}

GST_END_TEST

GST_START_TEST(test_a_menu_is_set_by_its_index) {
  Ready ready;
  g_object_set(ready.child("power_line_frequency").get(), "index", 2, nullptr);
  fail_unless_equals_int(ready.rig.camera->control(V4L2_CID_POWER_LINE_FREQUENCY), 2);
}

GST_END_TEST

GST_START_TEST(test_a_button_is_pressed_by_true) {
  Ready ready{with_controls(fake::all_kinds_of_controls())};
  const auto button = ready.child("button");
  const auto before =
      ready.rig.camera->calls(VIDIOC_S_EXT_CTRLS) + ready.rig.camera->calls(VIDIOC_S_CTRL);
  set(button, "value", "false");
  const auto let_go =
      ready.rig.camera->calls(VIDIOC_S_EXT_CTRLS) + ready.rig.camera->calls(VIDIOC_S_CTRL);
  fail_unless_equals_int(let_go, before);
  set(button, "value", "true");
  fail_unless(ready.rig.camera->calls(VIDIOC_S_EXT_CTRLS) + ready.rig.camera->calls(VIDIOC_S_CTRL) >
              before);
  fail_unless_equals_int(get<gboolean>(button, "value"), FALSE);
}

GST_END_TEST

GST_START_TEST(test_a_value_is_set_while_frames_flow) {
  Ready ready;
  auto& rig = ready.rig;
  rig.play();
  rig.next();
  gst_child_proxy_set(GST_CHILD_PROXY(rig.element), "contrast::value", 44, nullptr);
  rig.next();
  rig.next();
  fail_unless_equals_int(rig.camera->control(V4L2_CID_CONTRAST), 44);
}

GST_END_TEST

GST_START_TEST(test_gst_launch_sets_a_child_that_comes_later) {
  fake::FakeKernel kernel;
  const auto camera = kernel.plug(rig::path, with_controls(fake::rich_controls()));
  gst_v4l2_cpp_src_register(nullptr);
  GError* error{};
  auto* const pipeline = gst_parse_launch(
      "v4l2cppsrc name=camera contrast::value=44 auto_exposure::value=manual "
      "exposure-time-absolute::value=157 no_such_control::value=1 ! fakesink",
      &error);
  fail_unless(error == nullptr);
  auto* const element = gst_bin_get_by_name(GST_BIN(pipeline), "camera");
  gst_v4l2_cpp_src_source(GST_V4L2_CPP_SRC(element)).set_kernel(kernel);
  gst_element_set_state(pipeline, GST_STATE_READY);
  fail_unless_equals_int(camera->control(V4L2_CID_CONTRAST), 44);
  fail_unless_equals_int(camera->control(V4L2_CID_EXPOSURE_AUTO), V4L2_EXPOSURE_MANUAL);
  fail_unless_equals_int(camera->control(V4L2_CID_EXPOSURE_ABSOLUTE), 157);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(element);
  gst_object_unref(pipeline);
}

GST_END_TEST

// ---- refusals -----------------------------------------------------------------------------------

GST_START_TEST(test_each_refusal_is_a_warning) {
  Ready ready{with_controls(fake::all_kinds_of_controls())};
  for (const auto& one : refusals) {
    set(ready.child(one.name), "value", one.wanted);
    const auto text = ready.wait_warning();
    rig::fail_unless_has(text, one.name);
    rig::fail_unless_has(text, one.said);
  }
}

GST_END_TEST

GST_START_TEST(test_a_list_of_other_things_is_refused) {
  Ready ready{with_controls(fake::all_kinds_of_controls())};
  GValue list = G_VALUE_INIT;
  g_value_init(&list, GST_TYPE_ARRAY);
  for (const auto* const word : {"wide", "high"}) {
    GValue one = G_VALUE_INIT;
    g_value_init(&one, G_TYPE_STRING);
    g_value_set_string(&one, word);
    gst_value_array_append_and_take_value(&list, &one);
  }
  g_object_set_property(ready.child("area").get(), "value", &list);
  g_value_unset(&list);
  rig::fail_unless_has(ready.wait_warning(), "area");
}

GST_END_TEST

GST_START_TEST(test_a_control_that_is_busy_while_streaming_is_reported) {
  Ready ready{with_controls(fake::all_kinds_of_controls())};
  auto& rig = ready.rig;
  rig.play();
  rig.next();
  g_object_set(ready.child("busy_while_streaming").get(), "value", 3, nullptr);
  rig.next();
  rig.next();
  rig::fail_unless_has(ready.wait_warning(), "busy_while_streaming");
}

GST_END_TEST

// ---- changes by others --------------------------------------------------------------------------

GST_START_TEST(test_a_change_by_another_program_is_notified_with_the_next_frame) {
  Ready ready;
  auto& rig = ready.rig;
  const auto one = ready.child("brightness");
  const auto other = ready.child("contrast");
  Notifications values{one.get(), "notify::value"};
  Notifications others{other.get(), "notify::value"};
  rig.play();
  rig.next();
  rig.camera->set_control(V4L2_CID_BRIGHTNESS, 12);
  rig.camera->wait_events_fetched();
  rig.next();
  rig.next();
  fail_unless_equals_int(values.count, 1);
  fail_unless_equals_int(others.count, 0);
  fail_unless_equals_int(get<int>(one, "value"), 12);
}

GST_END_TEST

GST_START_TEST(test_flags_are_notified) {
  Ready ready;
  auto& rig = ready.rig;
  const auto one = ready.child("exposure_time_absolute");
  Notifications flags{one.get(), "notify::flags"};
  Notifications maximum{one.get(), "notify::maximum"};
  rig.play();
  rig.next();
  rig.camera->set_control(V4L2_CID_EXPOSURE_AUTO, V4L2_EXPOSURE_MANUAL);
  rig.camera->wait_events_fetched();
  rig.next();
  rig.next();
  fail_unless(flags.count > 0);
  fail_unless_equals_int(maximum.count, 0);
  rig.camera->set_control_range(V4L2_CID_EXPOSURE_ABSOLUTE, 3, 300);
  rig.camera->wait_events_fetched();
  rig.next();
  rig.next();
  fail_unless(maximum.count > 0);
}

GST_END_TEST

GST_START_TEST(test_all_values_are_notified_after_a_change_of_the_source) {
  auto model = with_controls(fake::rich_controls());
  model.tells_changes = true;
  Ready ready{model};
  auto& rig = ready.rig;
  const auto one = ready.child("brightness");
  const auto other = ready.child("hue");
  rig.play();
  rig.next();
  Notifications values{one.get(), "notify::value"};
  Notifications others{other.get(), "notify::value"};
  rig.camera->change_source(model.formats);
  // A frame that is filled while the old buffers are freed is lost.
  while (others.count == 0) {
    rig.camera->fill();
    const rig::Buffer frame{gst_harness_try_pull(rig.harness)};
    std::this_thread::yield();
  }
  fail_unless_equals_int(values.count, 1);
  fail_unless_equals_int(others.count, 1);
}

GST_END_TEST

// ---- loss and return ----------------------------------------------------------------------------

GST_START_TEST(test_a_child_survives_the_loss_of_its_device) {
  Ready ready;
  auto& rig = ready.rig;
  rig::set(rig.element, "on-disconnect", "wait");
  const auto one = ready.child("brightness");
  g_object_set(one.get(), "value", 20, nullptr);
  fail_unless_equals_int(get<int>(one, "value"), 20);
  rig.play();
  rig.next();
  Names removed;
  removed.listen(rig.element, "child-removed");
  rig.kernel.unplug(rig::path);
  ready.fail_unless_notices({"lost", "waiting"});
  fail_unless_equals_int(get<int>(one, "value"), 20);  // as it was read last
  fail_unless(ready.child("brightness") == one);
  g_object_set(one.get(), "value", 30, nullptr);  // waits for the device
  Notifications values{one.get(), "notify::value"};
  rig.camera = rig.kernel.plug("/dev/video5", with_controls(fake::rich_controls()));
  ready.fail_unless_notices({"back"});
  rig.next();
  fail_unless(values.count > 0);
  fail_unless(ready.child("brightness") == one);
  fail_unless_equals_int(rig.camera->control(V4L2_CID_BRIGHTNESS), 30);
  fail_unless_equals_int(get<int>(one, "value"), 30);
  fail_unless(removed.all.empty());
}

GST_END_TEST

GST_START_TEST(test_a_control_that_the_returning_device_lacks) {
  Ready ready;
  auto& rig = ready.rig;
  rig::set(rig.element, "on-disconnect", "wait");
  const auto one = ready.child("hue");
  g_object_set(one.get(), "value", 20, nullptr);
  Names removed;
  Names added;
  removed.listen(rig.element, "child-removed");
  added.listen(rig.element, "child-added");
  rig.play();
  rig.next();
  rig.kernel.unplug(rig::path);
  ready.fail_unless_notices({"lost", "waiting"});
  rig.camera = rig.kernel.plug("/dev/video5", with_controls(fake::usual_controls()));
  ready.fail_unless_notices({"back"});
  rig::fail_unless_has(ready.wait_warning(), "hue");
  rig.next();
  fail_unless(removed.has("hue"));
  fail_unless(ready.child("hue") == nullptr);
  fail_unless(ready.child("brightness") != nullptr);
  g_object_set(one.get(), "value", 10, nullptr);
  rig.next();
  rig::fail_unless_has(ready.wait_warning(), "hue");
  rig.kernel.unplug("/dev/video5");
  rig.camera = rig.kernel.plug(rig::path, with_controls(fake::rich_controls()));
  ready.fail_unless_notices({"lost", "waiting", "back"});
  rig.next();
  fail_unless(added.has("hue"));
  fail_unless(ready.child("hue") == one);
  fail_unless_equals_int(rig.camera->control(V4L2_CID_HUE), 10);
}

GST_END_TEST

GST_START_TEST(test_a_child_outlives_its_element) {
  Child one;
  {
    const Ready ready;
    one = ready.child("brightness");
    fail_unless_equals_int(get<int>(one, "value"), 0);
  }
  g_object_set(one.get(), "value", 5, nullptr);
  fail_unless_equals_int(get<int>(one, "value"), 0);
}

GST_END_TEST

// ---- threads ------------------------------------------------------------------------------------

GST_START_TEST(test_four_threads_set_children_while_the_element_restarts) {
  Ready ready;
  auto& rig = ready.rig;
  std::atomic<bool> running{true};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int value = 0; running; value = (value + 1) % 60) {
        const auto one = child(rig.element, "brightness");
        if (!one) continue;
        g_object_set(one.get(), "value", value, nullptr);
        static_cast<void>(get<int>(one, "value"));
        static_cast<void>(get<guint>(one, "flags"));
      }
    });
  for (int i = 0; i < 20; ++i) {
    rig.play();
    rig.next();
    rig.set_state(i % 2 == 0 ? GST_STATE_READY : GST_STATE_NULL);
  }
  running = false;
  for (auto& thread : threads)
    thread.join();
  fail_unless(rig::texts_of(ready.bus, GST_MESSAGE_WARNING).empty());
}

GST_END_TEST

static Suite* control_children_suite() {
  return suite_of("control-children",
                  {TEST(test_each_control_is_a_child),
                   TEST(test_names_are_forgiving),
                   TEST(test_a_closed_device_has_no_children),
                   TEST(test_nothing_is_asked_until_somebody_wants_a_child),
                   TEST(test_child_added_comes_when_the_device_opens),
                   TEST(test_what_child_added_sets_is_applied_together),
                   TEST(test_a_number_has_value_and_range),
                   TEST(test_a_menu_has_labels_and_indexes),
                   TEST(test_flags_and_range_are_read_anew),
                   TEST(test_each_type_is_set),
                   TEST(test_a_menu_is_set_by_its_index),
                   TEST(test_a_button_is_pressed_by_true),
                   TEST(test_a_value_is_set_while_frames_flow),
                   TEST(test_gst_launch_sets_a_child_that_comes_later),
                   TEST(test_each_refusal_is_a_warning),
                   TEST(test_a_list_of_other_things_is_refused),
                   TEST(test_a_control_that_is_busy_while_streaming_is_reported),
                   TEST(test_a_change_by_another_program_is_notified_with_the_next_frame),
                   TEST(test_flags_are_notified),
                   TEST(test_all_values_are_notified_after_a_change_of_the_source),
                   TEST(test_a_child_survives_the_loss_of_its_device),
                   TEST(test_a_control_that_the_returning_device_lacks),
                   TEST(test_a_child_outlives_its_element),
                   TEST(test_four_threads_set_children_while_the_element_restarts)});
}

SUITE_MAIN(control_children_suite)
