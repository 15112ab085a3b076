// Tests a node that the application has opened itself: "device-fd".

#include <array>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include "kernel/unique_fd.h"
#include "rigs/rig.h"
#include "rigs/rig_with_bus.h"
#include "rigs/suite.h"

using rig::Bused;
using rig::camera;
using rig::fail_unless_equals;
using rig::fail_unless_has;
using v4l2::UniqueFd;

namespace {

void set_descriptor(Bused& bused, int descriptor) {
  g_object_set(bused.rig.element, "device-fd", descriptor, nullptr);
}

int descriptor_of(Bused& bused) {
  gint descriptor{};
  g_object_get(bused.rig.element, "device-fd", &descriptor, nullptr);
  return descriptor;
}

std::string text_of(GstElement* element, const char* property) {
  gchar* text{};
  g_object_get(element, property, &text, nullptr);
  std::string copy{text != nullptr ? text : ""};
  g_free(text);
  return copy;
}

std::string refusal(Bused& bused) {
  fail_unless(gst_element_set_state(bused.rig.element, GST_STATE_READY) ==
              GST_STATE_CHANGE_FAILURE);
  return bused.wait_for(GST_MESSAGE_ERROR);
}

/// The node as an application opens it.
struct Given : Bused {
  Given() {
    // Nothing is to be found by its path.
    g_object_set(rig.element, "device", "/dev/video9", nullptr);
    set_descriptor(*this, own.get());
  }

  UniqueFd own{rig.kernel.open(rig::path, O_RDWR | O_NONBLOCK)};
};

}  // namespace

GST_START_TEST(test_frames_come_by_a_descriptor) {
  Given given;
  auto& rig = given.rig;
  fail_unless_equals_int(descriptor_of(given), given.own.get());
  rig.play();
  rig.next();
  rig.next();
  // The element has a copy.
  fail_if(descriptor_of(given) == given.own.get());
  fail_unless_equals(text_of(rig.element, "opened-device"), rig::path);
  fail_unless_equals(text_of(rig.element, "device-serial"), "1");
  rig.set_state(GST_STATE_NULL);
  fail_unless_equals_int(descriptor_of(given), given.own.get());
  fail_unless(fcntl(given.own.get(), F_GETFD) >= 0, "the application's descriptor was closed");
  fail_unless_equals_uint64(rig.kernel.open_count(rig::path), 1);
  // So it plays again.
  rig.play();
  rig.next();
}

GST_END_TEST

GST_START_TEST(test_the_application_may_close_its_own) {
  Given given;
  given.rig.set_state(GST_STATE_READY);
  given.own = UniqueFd{};
  given.rig.play();
  given.rig.next();
}

GST_END_TEST

GST_START_TEST(test_a_node_that_has_no_file_here) {
  Given given;
  given.rig.kernel.hide(rig::path);
  given.rig.play();
  given.rig.next();
  const auto name = "descriptor " + std::to_string(given.own.get());
  fail_unless_equals(text_of(given.rig.element, "opened-device"), name);
}

GST_END_TEST

GST_START_TEST(test_a_descriptor_that_is_none) {
  for (const std::string policy : {"error", "wait"}) {
    Bused bused;
    rig::set(bused.rig.element, "on-disconnect", policy);
    set_descriptor(bused, 1'000'000);
    fail_unless_has(refusal(bused), "device-fd=1000000 is no open descriptor of this process");
    std::array<int, 2> ends{};
    fail_unless(pipe2(ends.data(), O_CLOEXEC) == 0);
    const UniqueFd reading{ends[0]};
    const UniqueFd writing{ends[1]};
    set_descriptor(bused, reading.get());
    fail_unless_has(refusal(bused), "was not opened for reading and writing");
    const UniqueFd null{open("/dev/null", O_RDWR | O_CLOEXEC)};
    set_descriptor(bused, null.get());
    fail_unless_has(refusal(bused), "is not a V4L2 device");
    const auto metadata = bused.rig.kernel.plug("/dev/video1", fake::usb_metadata("1", "1-1"));
    const UniqueFd other{bused.rig.kernel.open("/dev/video1", O_RDWR | O_NONBLOCK)};
    set_descriptor(bused, other.get());
    fail_unless_has(refusal(bused), "'/dev/video1' is a metadata node and captures no video");
    // Without it, the device counts again.
    set_descriptor(bused, -1);
    bused.rig.set_state(GST_STATE_READY);
  }
}

GST_END_TEST

GST_START_TEST(test_a_lost_device_does_not_come_back) {
  for (const std::string policy : {"error", "wait"}) {
    Given given;
    auto& rig = given.rig;
    rig::set(rig.element, "on-disconnect", policy);
    rig.play();
    rig.next();
    rig.kernel.unplug(rig::path);
    fail_unless_has(given.wait_for(GST_MESSAGE_ERROR), "went away");
    // The same camera is not taken, since only a new descriptor leads to it.
    const auto again = rig.kernel.plug("/dev/video1", camera("1"));
    rig.set_state(GST_STATE_NULL);
    fail_unless_has(refusal(given), "is gone");
    fail_unless_equals_int(again->all_calls(), 0);
    const UniqueFd renewed{rig.kernel.open("/dev/video1", O_RDWR | O_NONBLOCK)};
    set_descriptor(given, renewed.get());
    rig.camera = again;
    rig.play();
    rig.next();
  }
}

GST_END_TEST

GST_START_TEST(test_a_new_descriptor_counts_at_the_next_start) {
  Given given;
  auto& rig = given.rig;
  rig.play();
  rig.next();
  const auto second = rig.kernel.plug("/dev/video4", camera("2"));
  const UniqueFd other{rig.kernel.open("/dev/video4", O_RDWR | O_NONBLOCK)};
  set_descriptor(given, other.get());
  rig.next();
  rig.set_state(GST_STATE_READY);
  rig.camera = second;
  rig.play();
  rig.next();
  fail_unless_equals(text_of(rig.element, "opened-device"), "/dev/video4");
}

GST_END_TEST

static Suite* device_fd() {
  return suite_of(
      "device-fd",
      {TEST(test_frames_come_by_a_descriptor), TEST(test_the_application_may_close_its_own),
       TEST(test_a_node_that_has_no_file_here), TEST(test_a_descriptor_that_is_none),
       TEST(test_a_lost_device_does_not_come_back),
       TEST(test_a_new_descriptor_counts_at_the_next_start)});
}

SUITE_MAIN(device_fd)
