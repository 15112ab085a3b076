// Tests how the device provider follows nodes that come, go, change their access, or block.

#include <algorithm>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>

#include "rigs/provider_rig.h"
#include "rigs/suite.h"

using rig::Provider;
using Kind = v4l2gst::Change::Kind;
using Paths = std::vector<std::string>;

namespace {

constexpr auto first = "/dev/video0";
constexpr auto second = "/dev/video1";

void expect(Provider& rig, const std::string& message, const char* property = "device.path") {
  rig::fail_unless_equal(rig.next(property), message);
}

}  // namespace

GST_START_TEST(test_cameras_come_and_go) {
  Provider rig;
  rig.start();
  fail_unless(rig.listed().empty());
  for (int cycle = 0; cycle < 3; ++cycle) {
    rig.kernel.plug(first, fake::webcam());
    rig.changes.tell(Kind::came, first);
    expect(rig, "added /dev/video0");
    fail_unless(rig.listed() == Paths{first});
    rig.kernel.unplug(first);
    rig.changes.tell(Kind::gone, first);
    expect(rig, "removed /dev/video0");
    fail_unless(rig.listed().empty());
  }
}

GST_END_TEST

GST_START_TEST(test_a_replug_that_was_quicker_than_the_look) {
  Provider rig;
  rig.kernel.plug(first, fake::webcam());
  rig.start();
  expect(rig, "added /dev/video0");
  // The same camera is at the same number again before the provider has looked.
  rig.kernel.unplug(first);
  rig.kernel.plug(first, fake::webcam());
  rig.changes.tell(Kind::gone, first);
  rig.changes.tell(Kind::came, first);
  expect(rig, "removed /dev/video0");
  expect(rig, "added /dev/video0");
}

GST_END_TEST

GST_START_TEST(test_access_is_given_and_taken) {
  Provider rig;
  rig.kernel.plug(first, fake::webcam());
  rig.kernel.refuse(first, EACCES);
  rig.start();
  fail_unless(rig.listed().empty());
  for (int cycle = 0; cycle < 2; ++cycle) {
    rig.kernel.allow(first);
    rig.changes.tell(Kind::access, first);
    expect(rig, "added /dev/video0");
    rig.kernel.refuse(first, EACCES);
    rig.changes.tell(Kind::access, first);
    expect(rig, "removed /dev/video0");
  }
  // Where /dev can't be watched, the provider is told of anything.
  rig.kernel.allow(first);
  rig.changes.tell(Kind::any);
  expect(rig, "added /dev/video0");
}

GST_END_TEST

GST_START_TEST(test_a_loopback_device_is_there_while_it_is_fed) {
  Provider rig;
  auto model = fake::loopback();
  const auto formats = std::exchange(model.formats, {});
  const auto camera = rig.kernel.plug(first, model);
  rig.start();
  fail_unless(rig.listed().empty());
  // Nothing under /dev tells when the producer comes.
  rig.changes.wait_for_wish(true);
  camera->feed(formats);
  rig.changes.tell(Kind::time);
  expect(rig, "added /dev/video0");
  camera->feed(fake::webcam().formats);
  rig.changes.tell(Kind::time);
  expect(rig, "changed /dev/video0");
  fail_unless(rig.listed() == Paths{first});
  camera->feed({});
  rig.changes.tell(Kind::time);
  expect(rig, "removed /dev/video0");
  rig.changes.wait_for_wish(true);
}

GST_END_TEST

GST_START_TEST(test_a_loopback_device_that_is_an_output_without_a_producer) {
  Provider rig;
  auto model = fake::loopback();
  model.device_caps = V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_STREAMING;
  rig.kernel.plug(first, model);
  rig.start();
  fail_unless(rig.listed().empty());
  rig.changes.wait_for_wish(true);
}

GST_END_TEST

GST_START_TEST(test_a_camera_that_is_opened_once) {
  Provider rig;
  auto model = fake::webcam();
  model.single_open = true;
  rig.kernel.plug(first, model);
  v4l2::UniqueFd other_program{rig.kernel.open(first, O_RDWR | O_NONBLOCK)};
  rig.start();
  fail_unless(rig.listed().empty());
  rig.changes.wait_for_wish(true);
  other_program = {};
  rig.changes.tell(Kind::time);
  expect(rig, "added /dev/video0");
  rig.changes.wait_for_wish(false);
}

GST_END_TEST

GST_START_TEST(test_a_node_that_blocks_delays_no_other) {
  Provider rig{std::chrono::milliseconds{0}};
  const auto camera = rig.kernel.plug(first, fake::webcam());
  rig.kernel.plug(second, fake::webcam());
  rig.gate.close(first);
  rig.start();
  expect(rig, "added /dev/video1");
  rig.gate.wait_for_callers(1);
  // It is not asked a second time meanwhile.
  for (int i = 0; i < 3; ++i)
    rig.changes.tell(Kind::access, first);
  rig.kernel.plug("/dev/video2", fake::webcam());
  rig.changes.tell(Kind::came, "/dev/video2");
  expect(rig, "added /dev/video2");
  rig.gate.open_up();
  expect(rig, "added /dev/video0");
  fail_unless(camera->calls(VIDIOC_ENUM_FMT) > 0);
}

GST_END_TEST

GST_START_TEST(test_the_provider_stops_while_a_node_blocks) {
  Provider rig{std::chrono::milliseconds{0}};
  rig.kernel.plug(first, fake::webcam());
  rig.gate.close(first);
  for (unsigned cycle = 1; cycle <= 2; ++cycle) {
    rig.start();
    rig.gate.wait_for_callers(cycle);
    gst_device_provider_stop(rig.provider);
  }
  fail_unless(rig.listed().empty());
  rig.gate.wait_for_callers(3);
  rig.gate.open_up();
}

GST_END_TEST

GST_START_TEST(test_the_answer_of_a_former_node_is_not_taken_for_the_new_one) {
  Provider rig{std::chrono::milliseconds{0}};
  rig.kernel.plug(first, fake::webcam());
  rig.gate.close(first);
  rig.start();
  rig.gate.wait_for_callers(1);
  rig.kernel.unplug(first);
  rig.kernel.plug(first, fake::node_with(V4L2_CAP_VIDEO_OUTPUT, "Output"));
  rig.changes.tell(Kind::gone, first);
  rig.changes.tell(Kind::came, first);
  rig.gate.wait_for_callers(2);
  rig.gate.open_up();
  rig.kernel.plug(second, fake::webcam());
  rig.changes.tell(Kind::came, second);
  expect(rig, "added /dev/video1");
  fail_unless(rig.listed() == Paths{second});
}

GST_END_TEST

GST_START_TEST(test_ids_are_stable_while_numbers_are_swapped) {
  Provider rig;
  rig.start();
  for (int cycle = 0; cycle < 20; ++cycle) {
    const bool swapped = cycle % 2 != 0;
    // One pair has serial numbers of its own, and another pair has only its ports.
    const auto plug = [&](const std::string& path, const fake::Model& model) {
      rig.kernel.plug(path, model);
      rig.changes.tell(Kind::came, path);
      return rig.next("device.id");
    };
    rig::fail_unless_equal(
        plug(swapped ? second : first, fake::usb_camera("A1", swapped ? "1-1" : "1-2")),
        "added serial=A1,usb=046d:0825");
    rig::fail_unless_equal(
        plug(swapped ? first : second, fake::usb_camera("B2", swapped ? "1-2" : "1-1")),
        "added serial=B2,usb=046d:0825");
    const auto left = plug(swapped ? "/dev/video3" : "/dev/video2", fake::usb_camera("", "1-3"));
    const auto right = plug(swapped ? "/dev/video2" : "/dev/video3", fake::usb_camera("", "1-4"));
    fail_unless(left.find("-3,") != std::string::npos, "%s", left.c_str());
    fail_unless(right.find("-4,") != std::string::npos, "%s", right.c_str());
    for (const auto* const path : {first, second, "/dev/video2", "/dev/video3"}) {
      rig.kernel.unplug(path);
      rig.changes.tell(Kind::gone, path);
      rig.next();
    }
  }
}

GST_END_TEST

GST_START_TEST(test_a_shared_serial_number_changes_the_id) {
  Provider rig;
  rig.kernel.plug(first, fake::usb_camera("A1", "1-1"));
  rig.start();
  expect(rig, "added serial=A1,usb=046d:0825", "device.id");
  rig.kernel.plug(second, fake::usb_camera("A1", "1-2"));
  rig.changes.tell(Kind::came, second);
  const auto changed = rig.next("device.id");
  fail_unless(changed.starts_with("changed bus="), "%s", changed.c_str());
  const auto added = rig.next("device.id");
  fail_unless(added.starts_with("added bus="), "%s", added.c_str());
}

GST_END_TEST

/// Stops the provider from its own thread, at the first message.
static GstBusSyncReply stop_at_once(GstBus* /*bus*/, GstMessage* message, gpointer rig) {
  auto* const provider = static_cast<Provider*>(rig)->provider;
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_DEVICE_REMOVED &&
      gst_device_provider_is_started(provider))
    gst_device_provider_stop(provider);
  gst_message_unref(message);
  return GST_BUS_DROP;
}

GST_START_TEST(test_a_bus_handler_stops_the_provider) {
  Provider rig;
  rig.kernel.plug(first, fake::webcam());
  rig.start();
  expect(rig, "added /dev/video0");
  gst_bus_set_sync_handler(rig.bus, stop_at_once, &rig, nullptr);
  rig.kernel.unplug(first);
  rig.changes.tell(Kind::gone, first);
  while (gst_device_provider_is_started(rig.provider))
    std::this_thread::yield();
  gst_bus_set_sync_handler(rig.bus, nullptr, nullptr, nullptr);
  rig.kernel.plug(first, fake::webcam());
  rig.start();
  expect(rig, "added /dev/video0");
}

GST_END_TEST

static Suite* device_changes_suite() {
  return suite_of("device-changes",
                  {
                      TEST(test_cameras_come_and_go),
                      TEST(test_a_replug_that_was_quicker_than_the_look),
                      TEST(test_access_is_given_and_taken),
                      TEST(test_a_loopback_device_is_there_while_it_is_fed),
                      TEST(test_a_loopback_device_that_is_an_output_without_a_producer),
                      TEST(test_a_camera_that_is_opened_once),
                      TEST(test_a_node_that_blocks_delays_no_other),
                      TEST(test_the_provider_stops_while_a_node_blocks),
                      TEST(test_the_answer_of_a_former_node_is_not_taken_for_the_new_one),
                      TEST(test_ids_are_stable_while_numbers_are_swapped),
                      TEST(test_a_shared_serial_number_changes_the_id),
                      TEST(test_a_bus_handler_stops_the_provider),
                  });
}

SUITE_MAIN(device_changes_suite)
