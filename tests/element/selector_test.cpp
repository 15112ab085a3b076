// Tests that "device" takes a selector: which camera it opens, and what becomes of it when cameras
// come and go.

#include <array>
#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include "rigs/rig.h"
#include "rigs/rig_with_bus.h"
#include "rigs/suite.h"

using rig::Bused;
using rig::camera;
using rig::fail_unless_equals;
using rig::fail_unless_has;

namespace {

std::string text_of(GstElement* element, const char* property) {
  gchar* text{};
  g_object_get(element, property, &text, nullptr);
  std::string copy{text != nullptr ? text : ""};
  g_free(text);
  return copy;
}

void select(Bused& bused, const char* selector) {
  g_object_set(bused.rig.element, "device", selector, nullptr);
}

void fail_unless_open(Bused& bused, const char* path) {
  fail_unless_equals(text_of(bused.rig.element, "opened-device"), path);
}

/// The values that choose the cameras 1 and 2.
const std::vector<std::string> both{"serial=1,usb=046d:0825", "serial=2,usb=046d:0825"};

/// The ERROR that a start ends in.
struct Refusal {
  explicit Refusal(Bused& bused) {
    fail_unless(gst_element_set_state(bused.rig.element, GST_STATE_READY) ==
                GST_STATE_CHANGE_FAILURE);
    auto* const message = bused.wait_for_message(GST_MESSAGE_ERROR);
    GError* error{};
    gst_message_parse_error(message, &error, nullptr);
    text = error->message;
    g_error_free(error);
    const GstStructure* details{};
    gst_message_parse_error_details(message, &details);
    cause = gst_structure_get_string(details, "cause");
    if (const auto* const list = gst_structure_get_value(details, "possible"))
      for (guint i = 0; i < gst_value_list_get_size(list); ++i)
        possible.emplace_back(g_value_get_string(gst_value_list_get_value(list, i)));
    gst_message_unref(message);
    fail_unless(rig::texts_of(bused.bus, GST_MESSAGE_ERROR).empty());
  }

  std::string text;
  std::string cause;
  std::vector<std::string> possible;
};

fake::Model metadata_of(fake::Model model) {
  model.device_caps = V4L2_CAP_META_CAPTURE | V4L2_CAP_STREAMING;
  model.index = 1;
  return model;
}

}  // namespace

// ---- choosing -----------------------------------------------------------------------------------

GST_START_TEST(test_a_selector_chooses_one_of_several) {
  for (const auto* const selector :
       {"serial=2", "bus=1-2", "bus=usb-fake.1-2", "usb=046d:0825,serial=2", "card=other*"}) {
    Bused bused;
    auto second = camera("2");
    second.card = "Other Camera";
    const auto chosen = bused.rig.kernel.plug("/dev/video4", second);
    select(bused, selector);
    bused.rig.set_state(GST_STATE_READY);
    fail_unless_open(bused, "/dev/video4");
    fail_unless_equals_int(bused.rig.camera->all_calls(), 0);
  }
}

GST_END_TEST

GST_START_TEST(test_the_node_that_captures_is_taken) {
  Bused bused;
  bused.rig.kernel.plug("/dev/video3", metadata_of(camera("2")));
  bused.rig.kernel.plug("/dev/video4", camera("2"));
  select(bused, "serial=2");
  bused.rig.set_state(GST_STATE_READY);
  fail_unless_open(bused, "/dev/video4");
  // Of a camera with two parts it is the first.
  auto part = camera("3");
  part.function = "1.2";
  bused.rig.kernel.plug("/dev/video5", part);
  bused.rig.kernel.plug("/dev/video6", camera("3"));
  select(bused, "serial=3");
  bused.rig.set_state(GST_STATE_NULL);
  bused.rig.set_state(GST_STATE_READY);
  fail_unless_open(bused, "/dev/video6");
  select(bused, "serial=3,interface=2");
  bused.rig.set_state(GST_STATE_NULL);
  bused.rig.set_state(GST_STATE_READY);
  fail_unless_open(bused, "/dev/video5");
}

GST_END_TEST

GST_START_TEST(test_a_node_that_does_not_capture_may_not_be_chosen) {
  Bused bused;
  bused.rig.kernel.plug("/dev/video3", metadata_of(camera("1")));
  select(bused, "serial=1,index=1");
  const Refusal refusal{bused};
  fail_unless_has(refusal.text, "'/dev/video3' is a metadata node and captures no video");
  fail_unless_has(refusal.text, "'/dev/video0'");
  fail_unless_equals(refusal.cause, "wrong-node");
}

GST_END_TEST

GST_START_TEST(test_without_a_match_the_error_lists_what_there_is) {
  Bused bused;
  bused.rig.kernel.plug("/dev/video1", metadata_of(camera("1")));
  bused.rig.kernel.plug("/dev/video4", camera("2"));
  select(bused, "serial=3");
  const Refusal refusal{bused};
  fail_unless_has(refusal.text, "No camera matches 'serial=3'");
  fail_unless_has(refusal.text, "\n  serial=2,usb=046d:0825  (Fake Camera, /dev/video4)");
  fail_unless_equals(refusal.cause, "no-device");
  fail_unless(refusal.possible == both);
  fail_unless_equals_int(bused.rig.camera->all_calls(), 0);
  // Each of them is a value of "device".
  select(bused, refusal.possible.back().c_str());
  bused.rig.set_state(GST_STATE_READY);
  fail_unless_open(bused, "/dev/video4");
}

GST_END_TEST

GST_START_TEST(test_an_ambiguous_selector_is_an_error) {
  for (const std::string policy : {"error", "wait"}) {
    Bused bused;
    bused.rig.kernel.plug("/dev/video4", camera("2"));
    select(bused, "usb=046d:0825");
    rig::set(bused.rig.element, "on-disconnect", policy);
    const Refusal refusal{bused};
    fail_unless_has(refusal.text, "Several cameras match 'usb=046d:0825'");
    fail_unless_equals(refusal.cause, "ambiguous");
    fail_unless(refusal.possible == both);
    fail_unless_equals_uint64(bused.rig.kernel.open_count(rig::path), 0);
  }
}

GST_END_TEST

GST_START_TEST(test_a_camera_that_can_not_be_opened_counts) {
  Bused bused;
  bused.rig.kernel.plug("/dev/video4", camera("2"));
  bused.rig.kernel.refuse("/dev/video4", EACCES);
  select(bused, "usb=046d:0825");
  fail_unless_equals(Refusal{bused}.cause, "ambiguous");
  select(bused, "serial=2");
  fail_unless_equals(Refusal{bused}.cause, "permission");
}

GST_END_TEST

GST_START_TEST(test_a_codec_with_the_same_card_does_not_count) {
  Bused bused;
  auto codec = fake::webcam();
  codec.device_caps = V4L2_CAP_VIDEO_M2M | V4L2_CAP_STREAMING;
  bused.rig.kernel.plug("/dev/video4", codec);
  select(bused, "card=Fake*");
  bused.rig.set_state(GST_STATE_READY);
  fail_unless_open(bused, rig::path);
}

GST_END_TEST

GST_START_TEST(test_what_is_no_selector_is_not_waited_for) {
  for (const std::string policy : {"error", "wait"}) {
    Bused bused;
    rig::set(bused.rig.element, "on-disconnect", policy);
    select(bused, "sreial=1");
    const Refusal refusal{bused};
    fail_unless_has(refusal.text, "'sreial=1' is no part of a selector");
    fail_unless_has(refusal.text, "serial=…");
    select(bused, "serial=1,");
    fail_unless_has(Refusal{bused}.text, "has a comma too many");
  }
}

GST_END_TEST

GST_START_TEST(test_a_camera_that_a_container_was_not_given) {
  Bused bused;
  bused.rig.kernel.plug("/dev/video4", camera("2"));
  bused.rig.kernel.hide("/dev/video4");
  select(bused, "serial=2");
  const Refusal refusal{bused};
  fail_unless_has(refusal.text, "has no file under /dev here");
  fail_unless_has(refusal.text, "--device=/dev/video4");
}

GST_END_TEST

GST_START_TEST(test_the_open_device_tells_what_it_is) {
  Bused bused;
  auto& rig = bused.rig;
  const auto model = fake::usb_camera("A1", "1-1.2");
  rig.camera = rig.kernel.plug("/dev/video4", model);
  rig.kernel.link("/dev/v4l/by-id/usb-fake", "/dev/video4");
  rig.kernel.link("/dev/v4l/by-path/fake-usb", "/dev/video4");
  rig.kernel.link("/dev/v4l/by-path/another", rig::path);
  constexpr std::array facts{std::pair{"device-id", "serial=A1,usb=046d:0825"},
                             std::pair{"device-serial", "A1"},
                             std::pair{"device-usb-id", "046d:0825"},
                             std::pair{"device-bus", "usb-fake.1-1.2"},
                             std::pair{"device-by-id", "/dev/v4l/by-id/usb-fake"},
                             std::pair{"device-by-path", "/dev/v4l/by-path/fake-usb"}};
  select(bused, "/dev/video4");
  for (const auto& [property, text] : facts)
    fail_unless_equals(text_of(rig.element, property), "");
  rig.play();
  rig.next();
  for (const auto& [property, text] : facts)
    fail_unless_equals(text_of(rig.element, property), text);
  rig.set_state(GST_STATE_NULL);
  for (const auto& [property, text] : facts)
    fail_unless_equals(text_of(rig.element, property), "");
}

GST_END_TEST

// ---- coming and going ---------------------------------------------------------------------------

GST_START_TEST(test_a_missing_camera_is_waited_for) {
  Bused bused;
  auto& rig = bused.rig;
  rig::set(rig.element, "on-disconnect", "wait");
  select(bused, "serial=2");
  const auto stranger = rig.camera;
  rig.play();
  bused.fail_unless_notices({"waiting"});
  rig.camera = rig.kernel.plug("/dev/video7", camera("2"));
  bused.fail_unless_notices({"back"});
  rig.next();
  fail_unless_open(bused, "/dev/video7");
  fail_unless_equals_int(stranger->all_calls(), 0);
}

GST_END_TEST

GST_START_TEST(test_a_second_camera_does_not_move_a_stream) {
  Bused bused;
  auto& rig = bused.rig;
  rig::set(rig.element, "on-disconnect", "wait");
  select(bused, "usb=046d:0825");
  rig.play();
  rig.next();
  // From now on the selector is ambiguous.
  const auto second = rig.kernel.plug("/dev/video1", camera("2"));
  rig.next();
  rig.kernel.unplug(rig::path);
  bused.fail_unless_notices({"lost", "waiting"});
  // The second camera takes the first one's number as well.
  rig.kernel.unplug("/dev/video1");
  const auto moved = rig.kernel.plug(rig::path, camera("2"));
  rig.camera = rig.kernel.plug("/dev/video5", camera("1"));
  bused.fail_unless_notices({"back"});
  rig.next();
  fail_unless_open(bused, "/dev/video5");
  fail_unless_equals_int(second->all_calls() + moved->all_calls(), 0);
}

GST_END_TEST

GST_START_TEST(test_a_camera_must_match_its_selector_when_it_comes_back) {
  Bused bused;
  auto& rig = bused.rig;
  rig.kernel.stop_clock();
  rig::set(rig.element, "on-disconnect", "wait");
  select(bused, "bus=1-1");
  rig.play();
  rig.next();
  rig.kernel.unplug(rig::path);
  bused.fail_unless_notices({"lost", "waiting"});
  // The camera comes to another port, and another camera of its model to this one.
  auto elsewhere = camera("1");
  elsewhere.port = "1-4";
  const auto other_port = rig.kernel.plug("/dev/video1", elsewhere);
  auto instead = camera("9");
  instead.port = "1-1";
  const auto other_camera = rig.kernel.plug("/dev/video2", instead);
  rig.kernel.clock().pass();
  rig.kernel.clock().pass();
  fail_unless_equals_int(other_port->all_calls() + other_camera->all_calls(), 0);
  rig.kernel.unplug("/dev/video1");
  rig.kernel.unplug("/dev/video2");
  rig.camera = rig.kernel.plug("/dev/video3", camera("1"));
  rig.kernel.clock().pass();
  bused.fail_unless_notices({"back"});
  rig.next();
  fail_unless_open(bused, "/dev/video3");
}

GST_END_TEST

static Suite* selector() {
  return suite_of(
      "selector",
      {TEST(test_a_selector_chooses_one_of_several), TEST(test_the_node_that_captures_is_taken),
       TEST(test_a_node_that_does_not_capture_may_not_be_chosen),
       TEST(test_without_a_match_the_error_lists_what_there_is),
       TEST(test_an_ambiguous_selector_is_an_error),
       TEST(test_a_camera_that_can_not_be_opened_counts),
       TEST(test_a_codec_with_the_same_card_does_not_count),
       TEST(test_what_is_no_selector_is_not_waited_for),
       TEST(test_a_camera_that_a_container_was_not_given),
       TEST(test_the_open_device_tells_what_it_is), TEST(test_a_missing_camera_is_waited_for),
       TEST(test_a_second_camera_does_not_move_a_stream),
       TEST(test_a_camera_must_match_its_selector_when_it_comes_back)});
}

SUITE_MAIN(selector)
