// Tests GstURIHandler: what a URI sets, what it is refused for, and what the element reads back.

#include <string>

#include "rigs/rig.h"
#include "rigs/rig_with_bus.h"
#include "rigs/suite.h"

using rig::Bused;
using rig::camera;
using rig::fail_unless_equals;
using rig::fail_unless_has;

namespace {

std::string uri_of(GstElement* element) {
  gchar* const uri = gst_uri_handler_get_uri(GST_URI_HANDLER(element));
  std::string copy{uri != nullptr ? uri : "null"};
  g_free(uri);
  return copy;
}

/// Returns the error of setting a URI; empty if it was set.
std::string refusal_of(GstElement* element, const char* uri) {
  GError* error{};
  if (gst_uri_handler_set_uri(GST_URI_HANDLER(element), uri, &error) != FALSE) return {};
  fail_unless(error->domain == GST_URI_ERROR);
  std::string text{error->message};
  g_error_free(error);
  return text;
}

void fail_unless_set(GstElement* element, const char* uri) {
  fail_unless_equals(refusal_of(element, uri), "");
}

std::string text_of(GstElement* element, const char* property) {
  GValue value = G_VALUE_INIT;
  g_object_get_property(G_OBJECT(element), property, &value);
  gchar* const text = gst_value_serialize(&value);
  std::string copy{text != nullptr ? text : ""};
  g_free(text);
  g_value_unset(&value);
  return copy;
}

}  // namespace

GST_START_TEST(test_a_uri_sets_device_and_properties) {
  Bused bused;
  auto& rig = bused.rig;
  rig.camera = rig.kernel.plug("/dev/video4", camera("2"));
  constexpr auto uri = "v4l2cpp://serial=2?prefer=raw&min-buffers=6&stall-timeout=2000000000";
  fail_unless_set(rig.element, uri);
  fail_unless_equals(text_of(rig.element, "device"), R"("serial\=2")");
  fail_unless_equals(text_of(rig.element, "prefer"), "raw");
  fail_unless_equals(text_of(rig.element, "min-buffers"), "6");
  fail_unless_equals(text_of(rig.element, "stall-timeout"), "2000000000");
  fail_unless_equals(uri_of(rig.element), uri);
  rig.play();
  rig.next();
  fail_unless_equals_uint64(rig.kernel.open_count("/dev/video4"), 1);
  fail_unless_equals(uri_of(rig.element), uri);
}

GST_END_TEST

GST_START_TEST(test_a_refused_uri_changes_nothing) {
  Bused bused;
  auto* const element = bused.rig.element;
  fail_unless_set(element, "v4l2cpp:///dev/video0?leaky=newest");
  fail_unless_has(refusal_of(element, "v4l2cpp:///dev/video9?prefer=raw&extra-controls=c"),
                  "may not set the property 'extra-controls'");
  fail_unless_has(refusal_of(element, "v4l2cpp:///dev/video9?prefer=raw&leaky=bogus"),
                  "'bogus' in the URI is no value of the property 'leaky': no, newest");
  fail_unless_has(refusal_of(element, "v4l2cpp:///dev/video9?prefer=raw&min-buffers=100000"),
                  "'100000' in the URI is no value of the property 'min-buffers'");
  fail_unless_has(refusal_of(element, "v4l2cpp:///etc/passwd?prefer=raw"), "/etc/passwd");
  fail_unless_equals(text_of(element, "device"), "/dev/video0");
  fail_unless_equals(text_of(element, "prefer"), "balanced");
  fail_unless_equals(text_of(element, "leaky"), "newest");
  fail_unless_equals(uri_of(element), "v4l2cpp:///dev/video0?leaky=newest");
}

GST_END_TEST

GST_START_TEST(test_a_uri_is_not_set_while_it_plays) {
  Bused bused;
  bused.rig.play();
  fail_unless_has(refusal_of(bused.rig.element, "v4l2cpp://"), "NULL and READY only");
  bused.rig.next();
}

GST_END_TEST

GST_START_TEST(test_the_uri_follows_the_device) {
  Bused bused;
  auto& rig = bused.rig;
  fail_unless_equals(uri_of(rig.element), "v4l2cpp://");
  fail_unless_set(rig.element, "v4l2cpp:///dev/video0?prefer=raw");
  g_object_set(rig.element, "device", "card=Fake C*", nullptr);
  fail_unless_equals(uri_of(rig.element), "v4l2cpp://card=Fake%20C*");
  // No URI names a file elsewhere. While the device is open, there is another name for it.
  rig.kernel.link("/run/camera", rig::path);
  g_object_set(rig.element, "device", "/run/camera", nullptr);
  fail_unless_equals(uri_of(rig.element), "null");
  rig.set_state(GST_STATE_READY);
  fail_unless_equals(uri_of(rig.element), "v4l2cpp://serial=1,usb=046d:0825");
  // A URI overrides a descriptor.
  rig.set_state(GST_STATE_NULL);
  g_object_set(rig.element, "device-fd", 77, nullptr);
  fail_unless_equals(uri_of(rig.element), "null");
  fail_unless_set(rig.element, "v4l2cpp://");
  fail_unless_equals(text_of(rig.element, "device-fd"), "-1");
  rig.set_state(GST_STATE_READY);
  fail_unless_equals(uri_of(rig.element), "v4l2cpp://");
}

GST_END_TEST

GST_START_TEST(test_an_element_is_made_from_a_uri) {
  fake::FakeKernel kernel;
  gst_object_unref(rig::new_element(kernel));  // registers the element
  GError* error{};
  auto* const element =
      gst_element_make_from_uri(GST_URI_SRC, "v4l2cpp:///dev/video3?leaky=newest", nullptr, &error);
  fail_unless(element != nullptr, "%s", error != nullptr ? error->message : "");
  gst_object_ref_sink(element);
  fail_unless_equals(text_of(element, "device"), "/dev/video3");
  fail_unless_equals(text_of(element, "leaky"), "newest");
  gst_object_unref(element);
  auto* const refused =
      gst_element_make_from_uri(GST_URI_SRC, "v4l2cpp://?edid=/etc/passwd", nullptr, &error);
  fail_unless(refused == nullptr);
  fail_unless_has(error->message, "may not set the property 'edid'");
  g_error_free(error);
}

GST_END_TEST

static Suite* uri() {
  return suite_of(
      "uri", {TEST(test_a_uri_sets_device_and_properties), TEST(test_a_refused_uri_changes_nothing),
              TEST(test_a_uri_is_not_set_while_it_plays), TEST(test_the_uri_follows_the_device),
              TEST(test_an_element_is_made_from_a_uri)});
}

SUITE_MAIN(uri)
