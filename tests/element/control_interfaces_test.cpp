// Tests GstColorBalance, GstVideoOrientation, GstVideoDirection, the orientation tag, and values
// that a GstController sets.

#include <chrono>
#include <string>
#include <vector>

#include <gst/controller/gstdirectcontrolbinding.h>
#include <gst/controller/gstinterpolationcontrolsource.h>
#include <gst/video/colorbalance.h>
#include <gst/video/videoorientation.h>

#include "rigs/rig.h"
#include "rigs/rig_with_bus.h"
#include "rigs/suite.h"

using namespace std::chrono_literals;
using rig::Bused;

namespace {

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

  [[nodiscard]] GstColorBalance* balance() const { return GST_COLOR_BALANCE(rig.element); }

  [[nodiscard]] GstVideoOrientation* orientation() const {
    return GST_VIDEO_ORIENTATION(rig.element);
  }

  /// Returns the channel of a label, or null.
  [[nodiscard]] GstColorBalanceChannel* channel(const std::string& label) const {
    for (const auto* at = gst_color_balance_list_channels(balance()); at != nullptr; at = at->next)
      if (GST_COLOR_BALANCE_CHANNEL(at->data)->label == label)
        return GST_COLOR_BALANCE_CHANNEL(at->data);
    return nullptr;
  }
};

struct Values {
  static void add(GstColorBalance*, GstColorBalanceChannel* channel, int value, gpointer self) {
    static_cast<Values*>(self)->all.push_back(std::string{channel->label} + " " +
                                              std::to_string(value));
  }

  std::vector<std::string> all;
};

/// Returns the image-orientation that came downstream; empty if none did.
std::string orientation_of(GstHarness* harness) {
  std::string orientation;
  while (auto* const event = gst_harness_try_pull_event(harness)) {
    if (GST_EVENT_TYPE(event) == GST_EVENT_TAG) {
      GstTagList* tags{};
      gst_event_parse_tag(event, &tags);
      gchar* text{};
      if (gst_tag_list_get_string(tags, GST_TAG_IMAGE_ORIENTATION, &text) != FALSE)
        orientation = text;
      g_free(text);
    }
    gst_event_unref(event);
  }
  return orientation;
}

fake::ModelControl mounted_at(std::int64_t degrees) {
  return {.id = V4L2_CID_CAMERA_SENSOR_ROTATION,
          .name = "Camera Sensor Rotation",
          .maximum = 359,
          .initial = degrees,
          .flags = V4L2_CTRL_FLAG_READ_ONLY};
}

/// Binds a property to a ramp, from 0 at the start to 60 after a second.
void bind_ramp(GstObject* object, const char* property) {
  auto* const source = gst_interpolation_control_source_new();
  g_object_set(source, "mode", GST_INTERPOLATION_MODE_LINEAR, nullptr);
  auto* const timed = GST_TIMED_VALUE_CONTROL_SOURCE(source);
  gst_timed_value_control_source_set(timed, 0, 0.0);
  gst_timed_value_control_source_set(timed, GST_SECOND, 60.0);
  fail_unless(gst_object_add_control_binding(
      object, gst_direct_control_binding_new_absolute(object, property, source)));
  gst_object_unref(source);
}

}  // namespace

// ---- GstColorBalance ----------------------------------------------------------------------------

GST_START_TEST(test_channels_are_the_controls_that_there_are) {
  const Ready ready;
  fail_unless_equals_int(
      g_list_length(const_cast<GList*>(gst_color_balance_list_channels(ready.balance()))), 4);
  fail_unless_equals_int(gst_color_balance_get_balance_type(ready.balance()),
                         GST_COLOR_BALANCE_HARDWARE);
  const auto* const hue = ready.channel("HUE");
  fail_unless_equals_int(hue->min_value, -40);
  fail_unless_equals_int(hue->max_value, 40);
  const Ready plain{with_controls(fake::usual_controls())};
  fail_unless(plain.channel("CONTRAST") != nullptr);
  fail_unless(plain.channel("HUE") == nullptr);
}

GST_END_TEST

GST_START_TEST(test_a_closed_device_has_no_channels) {
  const Bused bused;
  fail_unless(gst_color_balance_list_channels(GST_COLOR_BALANCE(bused.rig.element)) == nullptr);
}

GST_END_TEST

GST_START_TEST(test_a_channel_sets_and_reads_its_control) {
  Ready ready;
  auto* const contrast = ready.channel("CONTRAST");
  gst_color_balance_set_value(ready.balance(), contrast, 77);
  fail_unless_equals_int(ready.rig.camera->control(V4L2_CID_CONTRAST), 77);
  fail_unless_equals_int(gst_color_balance_get_value(ready.balance(), contrast), 77);
  gst_color_balance_set_value(ready.balance(), contrast, 1000);
  rig::fail_unless_has(ready.wait_for(GST_MESSAGE_WARNING), "contrast");
  fail_unless_equals_int(gst_color_balance_get_value(ready.balance(), contrast), 95);
}

GST_END_TEST

GST_START_TEST(test_value_changed_comes_with_the_next_frame) {
  Ready ready;
  auto& rig = ready.rig;
  fail_unless(ready.channel("HUE") != nullptr);
  Values values;
  g_signal_connect(rig.element, "value-changed", G_CALLBACK(Values::add), &values);
  rig.play();
  rig.next();
  rig.camera->set_control(V4L2_CID_HUE, 7);
  // Frames that wait are dequeued without poll(), which tells of events.
  rig.camera->wait_events_fetched();
  rig.next();
  rig.next();
  fail_unless_equals_int(values.all.size(), 1);
  fail_unless_equals_string(values.all[0].c_str(), "HUE 7");
}

GST_END_TEST

GST_START_TEST(test_channels_outlive_a_loss) {
  Ready ready;
  auto& rig = ready.rig;
  rig::set(rig.element, "on-disconnect", "wait");
  const auto* const before = gst_color_balance_list_channels(ready.balance());
  auto* const hue = ready.channel("HUE");
  rig.play();
  rig.next();
  rig.kernel.unplug(rig::path);
  ready.fail_unless_notices({"lost", "waiting"});
  rig.camera = rig.kernel.plug("/dev/video5", with_controls(fake::usual_controls()));
  ready.fail_unless_notices({"back"});
  rig.next();
  fail_unless(ready.channel("HUE") == nullptr);
  gst_color_balance_set_value(ready.balance(), hue, 7);
  rig.next();
  rig::fail_unless_has(ready.wait_for(GST_MESSAGE_WARNING), "hue");
  fail_unless_equals_int(gst_color_balance_get_value(ready.balance(), hue), 0);
  fail_unless_equals_int(g_list_length(const_cast<GList*>(before)), 4);
  rig.kernel.unplug("/dev/video5");
  rig.camera = rig.kernel.plug(rig::path, with_controls(fake::rich_controls()));
  ready.fail_unless_notices({"lost", "waiting", "back"});
  rig.next();
  fail_unless(ready.channel("HUE") == hue);
  fail_unless(gst_color_balance_list_channels(ready.balance()) == before);
}

GST_END_TEST

// ---- orientation --------------------------------------------------------------------------------

GST_START_TEST(test_flips_are_set_and_read) {
  const Ready ready;
  gboolean flip{TRUE};
  fail_unless(gst_video_orientation_get_hflip(ready.orientation(), &flip));
  fail_if(flip);
  fail_unless(gst_video_orientation_set_hflip(ready.orientation(), TRUE));
  fail_unless(gst_video_orientation_set_vflip(ready.orientation(), TRUE));
  fail_unless_equals_int(ready.rig.camera->control(V4L2_CID_HFLIP), 1);
  fail_unless_equals_int(ready.rig.camera->control(V4L2_CID_VFLIP), 1);
  fail_unless(gst_video_orientation_get_vflip(ready.orientation(), &flip));
  fail_unless(flip);
}

GST_END_TEST

GST_START_TEST(test_a_device_without_flips_says_so) {
  const Ready ready{with_controls(fake::usual_controls())};
  gboolean flip{};
  fail_if(gst_video_orientation_get_hflip(ready.orientation(), &flip));
  fail_if(gst_video_orientation_set_vflip(ready.orientation(), TRUE));
}

GST_END_TEST

GST_START_TEST(test_a_direction_that_is_set_before_the_device_opens) {
  Bused bused{with_controls(fake::rich_controls())};
  auto& rig = bused.rig;
  rig::set(rig.element, "video-direction", "180");
  rig.set_state(GST_STATE_READY);
  fail_unless_equals_int(rig.camera->control(V4L2_CID_HFLIP), 1);
  fail_unless_equals_int(rig.camera->control(V4L2_CID_VFLIP), 1);
  fail_unless_equals_int(rig.camera->control(V4L2_CID_ROTATE), 0);
  rig::set(rig.element, "video-direction", "90r");
  fail_unless_equals_int(rig.camera->control(V4L2_CID_HFLIP), 0);
  fail_unless_equals_int(rig.camera->control(V4L2_CID_VFLIP), 0);
  fail_unless_equals_int(rig.camera->control(V4L2_CID_ROTATE), 90);
  GstVideoOrientationMethod direction{};
  g_object_get(rig.element, "video-direction", &direction, nullptr);
  fail_unless_equals_int(direction, GST_VIDEO_ORIENTATION_90R);
}

GST_END_TEST

GST_START_TEST(test_another_device_is_turned_by_the_controls_that_it_has) {
  auto controls = fake::usual_controls();
  controls.push_back({.id = V4L2_CID_ROTATE, .name = "Rotate", .maximum = 270, .step = 90});
  Bused bused{with_controls(controls)};
  auto& rig = bused.rig;
  rig::set(rig.element, "on-disconnect", "wait");
  rig::set(rig.element, "video-direction", "180");
  rig.play();
  rig.next();
  fail_unless_equals_int(rig.camera->control(V4L2_CID_ROTATE), 180);
  rig.kernel.unplug(rig::path);
  bused.fail_unless_notices({"lost", "waiting"});
  controls = fake::rich_controls();
  std::erase_if(controls, [](const auto& one) { return one.id == V4L2_CID_ROTATE; });
  rig.camera = rig.kernel.plug("/dev/video5", with_controls(controls));
  bused.fail_unless_notices({"back"});
  rig.next();
  fail_unless_equals_int(rig.camera->control(V4L2_CID_HFLIP), 1);
  fail_unless_equals_int(rig.camera->control(V4L2_CID_VFLIP), 1);
  rig::set(rig.element, "video-direction", "auto");
  rig.next();
  fail_unless_equals_int(rig.camera->control(V4L2_CID_HFLIP), 1);
}

GST_END_TEST

GST_START_TEST(test_a_direction_that_the_device_lacks) {
  Bused bused{with_controls(fake::usual_controls())};
  rig::set(bused.rig.element, "video-direction", "horiz");
  bused.rig.set_state(GST_STATE_READY);
  rig::fail_unless_has(bused.wait_for(GST_MESSAGE_WARNING), "horizontal_flip");
}

GST_END_TEST

GST_START_TEST(test_a_diagonal_is_refused) {
  Ready ready;
  rig::set(ready.rig.element, "video-direction", "ul-lr");
  rig::fail_unless_has(ready.wait_for(GST_MESSAGE_WARNING), "video-direction");
}

GST_END_TEST

GST_START_TEST(test_a_camera_that_is_mounted_askew_is_tagged) {
  rig::Rig rig{with_controls({mounted_at(90)})};
  rig.play();
  rig.next();
  rig::fail_unless_equals(orientation_of(rig.harness), "rotate-270");
  rig.next();
  rig::fail_unless_equals(orientation_of(rig.harness), "");
  rig.set_state(GST_STATE_READY);
  rig.play();
  rig.next();
  rig::fail_unless_equals(orientation_of(rig.harness), "rotate-270");
}

GST_END_TEST

GST_START_TEST(test_a_camera_that_says_nothing_is_not_tagged) {
  rig::Rig rig;
  rig.play();
  rig.next();
  rig::fail_unless_equals(orientation_of(rig.harness), "");
}

GST_END_TEST

// ---- GstController ------------------------------------------------------------------------------

/// Does what v4l2src's example camctrl.c does, with the word changed.
GST_START_TEST(test_a_controller_moves_a_property_and_a_child) {
  Ready ready;
  auto& rig = ready.rig;
  auto* const child = gst_child_proxy_get_child_by_name(GST_CHILD_PROXY(rig.element), "contrast");
  bind_ramp(GST_OBJECT(rig.element), "brightness");
  bind_ramp(GST_OBJECT(child), "value");
  rig.play();
  // The time grows by 1/30 s with each frame. A value that is set with one frame is on the device
  // before the next one. The value of that one may be there too.
  for (int frame = 1; frame < 30; ++frame) {
    rig.next();
    for (const auto id : {V4L2_CID_CONTRAST, V4L2_CID_BRIGHTNESS}) {
      const auto now = static_cast<int>(rig.camera->control(static_cast<std::uint32_t>(id)));
      fail_unless(now >= 2 * frame - 3 && now <= 2 * frame, "%d after %d frames", now, frame);
    }
  }
  g_object_unref(child);
}

GST_END_TEST

static Suite* control_interfaces_suite() {
  return suite_of(
      "control-interfaces",
      {TEST(test_channels_are_the_controls_that_there_are),
       TEST(test_a_closed_device_has_no_channels), TEST(test_a_channel_sets_and_reads_its_control),
       TEST(test_value_changed_comes_with_the_next_frame), TEST(test_channels_outlive_a_loss),
       TEST(test_flips_are_set_and_read), TEST(test_a_device_without_flips_says_so),
       TEST(test_a_direction_that_is_set_before_the_device_opens),
       TEST(test_another_device_is_turned_by_the_controls_that_it_has),
       TEST(test_a_direction_that_the_device_lacks), TEST(test_a_diagonal_is_refused),
       TEST(test_a_camera_that_is_mounted_askew_is_tagged),
       TEST(test_a_camera_that_says_nothing_is_not_tagged),
       TEST(test_a_controller_moves_a_property_and_a_child)});
}

SUITE_MAIN(control_interfaces_suite)
