// Tests `metadata-device`: what a device says of each frame at another node is paired with it.

#include <array>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "rigs/steady.h"
#include "rigs/suite.h"

using namespace std::chrono_literals;
using rig::Buffer;
using rig::interval;
using rig::Steady;

namespace {

constexpr auto node = "/dev/video1";

GstStructure* meta_of(const Buffer& buffer) {
  auto* const meta = gst_buffer_get_custom_meta(buffer.get(), "v4l2cppsrc-frame");
  return gst_custom_meta_get_structure(meta);
}

guint number(const Buffer& buffer, const char* field) {
  guint value{};
  fail_unless(gst_structure_get_uint(meta_of(buffer), field, &value), "no %s", field);
  return value;
}

std::string format_of(const Buffer& buffer) {
  return gst_structure_get_string(meta_of(buffer), "metadata-format");
}

GstBuffer* bytes_of(const Buffer& buffer) {
  return gst_value_get_buffer(gst_structure_get_value(meta_of(buffer), "metadata"));
}

fake::Model camera_of(const char* driver) {
  auto model = fake::usb_camera("1", "1-1");
  model.driver = driver;
  return model;
}

/// A USB camera with its metadata node, and the node's path as the property has it.
struct WithMetadata : Steady {
  explicit WithMetadata(const char* device = node, const char* driver = "uvcvideo")
      : Steady{camera_of(driver)} {
    camera.give_metadata_to(metadata);
    rig::set(rig.element, "metadata-device", device);
  }

  /// Fails unless the next frames have their metadata.
  void fail_unless_paired(int frames) {
    for (int i = 0; i < frames; ++i) {
      const auto buffer = next();
      const auto sequence = number(buffer, "sequence");
      rig::fail_unless_equals(format_of(buffer), "UVCH");
      fail_unless_equals_int(number(buffer, "uvc-pts"), fake::Camera::uvc_pts(sequence));
    }
  }

  std::shared_ptr<fake::Camera> metadata = rig.kernel.plug(node, fake::usb_metadata("1", "1-1"));
};

}  // namespace

GST_START_TEST(test_each_frame_has_its_metadata) {
  WithMetadata steady;
  steady.play();
  for (guint sequence = 0; sequence < 50; ++sequence) {
    const auto buffer = steady.next();
    const auto pts = fake::Camera::uvc_pts(sequence);
    fail_unless_equals_int(gst_structure_n_fields(meta_of(buffer)), 16);
    rig::fail_unless_equals(format_of(buffer), "UVCH");
    fail_unless_equals_int(gst_buffer_get_size(bytes_of(buffer)), 22);
    fail_unless_equals_int(number(buffer, "uvc-flags"), 0x8c);
    fail_unless_equals_int(number(buffer, "uvc-pts"), pts);
    fail_unless_equals_int(number(buffer, "uvc-scr-stc"), pts + 500);
    fail_unless_equals_int(number(buffer, "uvc-scr-sof"), sequence);
    fail_unless_equals_int(number(buffer, "uvc-host-sof"), sequence);
    guint64 host{};
    guint64 timestamp{};
    gst_structure_get_uint64(meta_of(buffer), "uvc-host-time", &host);
    gst_structure_get_uint64(meta_of(buffer), "timestamp", &timestamp);
    fail_unless_equals_uint64(host / 1000, timestamp / 1000);
  }
  fail_unless(steady.warnings().empty());
}

GST_END_TEST

GST_START_TEST(test_auto_finds_the_node_of_the_same_camera) {
  WithMetadata steady{"auto"};
  auto& kernel = steady.rig.kernel;
  kernel.plug("/dev/video2", fake::usb_camera("2", "1-2"));
  const auto other = kernel.plug("/dev/video3", fake::usb_metadata("2", "1-2"));
  steady.play();
  steady.fail_unless_paired(5);
  fail_unless(!other->streaming());
}

GST_END_TEST

GST_START_TEST(test_metadata_without_a_frame_and_a_frame_without_metadata) {
  WithMetadata steady;
  steady.play();
  steady.fail_unless_paired(2);
  const auto without = steady.next(interval, {.with_metadata = false});
  rig::fail_unless_equals(format_of(without), "");
  fail_unless_equals_int(gst_buffer_get_size(bytes_of(without)), 0);
  fail_unless_equals_int(number(without, "uvc-flags"), 0);
  steady.fail_unless_paired(2);
  // The frames are damaged and left out. Their metadata came.
  for (int i = 0; i < 3; ++i) {
    steady.pass(interval);
    steady.camera.fill_when_queued({.flags = V4L2_BUF_FLAG_ERROR});
  }
  steady.fail_unless_paired(2);
  fail_unless_equals_uint64(rig::stat(steady.rig.element, "damaged"), 3);
}

GST_END_TEST

// vivid completes the metadata after the frame. The frame waits for it, but not for long.
GST_START_TEST(test_metadata_that_comes_after_its_frame) {
  WithMetadata steady{node, "other"};
  steady.play();
  for (int i = 0; i < 5; ++i) {
    steady.pass(interval);
    const auto now = steady.rig.kernel.clock().now();
    steady.camera.fill_when_queued({.timestamp = now, .with_metadata = false});
    const std::array<std::byte, 4> bytes{};
    steady.metadata->fill_when_queued({.timestamp = now, .content = bytes});
    const Buffer buffer{gst_harness_pull(steady.rig.harness)};
    fail_unless_equals_int(gst_buffer_get_size(bytes_of(buffer)), bytes.size());
  }
  steady.camera.fill_when_queued({.with_metadata = false});
  steady.rig.kernel.clock().pass(5ms);
  const Buffer without{gst_harness_pull(steady.rig.harness)};
  fail_unless_equals_int(gst_buffer_get_size(bytes_of(without)), 0);
}

GST_END_TEST

GST_START_TEST(test_it_ends_with_the_stream_and_begins_with_it) {
  WithMetadata steady;
  steady.play();
  steady.fail_unless_paired(2);
  for (const auto state : {GST_STATE_PAUSED, GST_STATE_READY, GST_STATE_NULL}) {
    steady.rig.set_state(state);
    fail_unless(!steady.metadata->streaming());
    fail_unless_equals_int(steady.rig.kernel.open_count(node), 0);
    steady.play();
    steady.fail_unless_paired(2);
  }
}

GST_END_TEST

GST_START_TEST(test_a_broken_stream_is_started_again_with_its_metadata) {
  WithMetadata steady;
  steady.play();
  steady.fail_unless_paired(2);
  steady.camera.fail_stream();
  steady.bused.fail_unless_notices({"restarted"});
  steady.fail_unless_paired(2);
}

GST_END_TEST

GST_START_TEST(test_a_camera_that_comes_back_elsewhere_has_its_metadata) {
  WithMetadata steady{"auto"};
  rig::set(steady.rig.element, "on-disconnect", "wait");
  auto& kernel = steady.rig.kernel;
  steady.play();
  steady.fail_unless_paired(2);
  kernel.unplug(rig::path);
  kernel.unplug(node);
  steady.bused.fail_unless_notices({"lost", "waiting"});
  const auto metadata = kernel.plug("/dev/video5", fake::usb_metadata("1", "1-1"));
  const auto camera = kernel.plug("/dev/video4", camera_of("uvcvideo"));
  camera->give_metadata_to(metadata);
  kernel.clock().pass();
  steady.bused.fail_unless_notices({"back"});
  camera->fill_when_queued();
  const Buffer buffer{gst_harness_pull(steady.rig.harness)};
  fail_unless_equals_int(number(buffer, "uvc-pts"), fake::Camera::uvc_pts(0));
  fail_unless_equals_int(kernel.open_count(node), 0);
}

GST_END_TEST

GST_START_TEST(test_what_fails_is_one_warning_and_frames_go_on) {
  struct Case {
    const char* device;
    unsigned long request;
    int error;
    const char* part;
  };

  for (const auto& test :
       {Case{"/dev/video9", 0, 0, "'/dev/video9' can't be read along: No such file"},
        Case{rig::path, 0, 0, "it captures no metadata"},
        Case{node, VIDIOC_REQBUFS, EBUSY, "can't be read along: Device or resource busy"},
        Case{node, VIDIOC_STREAMON, EIO, "can't be read along: "}}) {
    WithMetadata steady{test.device};
    if (test.request != 0)
      steady.metadata->fault(
          [&](fake::Faults& faults) { faults.fail(test.request, test.error, 1000); });
    for (int turn = 0; turn < 3; ++turn) {
      steady.play();
      const auto buffer = steady.next();
      fail_unless_equals_int(gst_structure_n_fields(meta_of(buffer)), 8);
      steady.rig.set_state(GST_STATE_PAUSED);
    }
    const auto texts = steady.warnings();
    fail_unless_equals_int(texts.size(), 1);
    rig::fail_unless_has(texts[0], test.part);
  }
}

GST_END_TEST

GST_START_TEST(test_a_device_without_the_node_is_told) {
  Steady steady;
  rig::set(steady.rig.element, "metadata-device", "auto");
  steady.play();
  steady.next();
  const auto texts = steady.warnings();
  fail_unless_equals_int(texts.size(), 1);
  rig::fail_unless_has(texts[0], "has no metadata node");
}

GST_END_TEST

GST_START_TEST(test_metadata_that_fails_while_it_streams) {
  WithMetadata steady;
  steady.play();
  steady.fail_unless_paired(2);
  steady.metadata->fault([](fake::Faults& faults) { faults.fail(VIDIOC_DQBUF, EIO, 1000); });
  rig::fail_unless_equals(format_of(steady.next()), "");
  rig::fail_unless_equals(format_of(steady.next()), "");
  const auto texts = steady.warnings();
  fail_unless_equals_int(texts.size(), 1);
  rig::fail_unless_has(texts[0], "can't be read any more");
}

GST_END_TEST

GST_START_TEST(test_read_has_none) {
  auto model = rig::camera("1");
  model.device_caps |= V4L2_CAP_READWRITE;
  Steady steady{model};
  steady.rig.kernel.plug(node, fake::usb_metadata("1", "1-1"));
  rig::set(steady.rig.element, "io-mode", "rw");
  rig::set(steady.rig.element, "metadata-device", node);
  steady.rig.play();
  steady.next();
  const auto texts = steady.warnings();
  fail_unless_equals_int(texts.size(), 1);
  rig::fail_unless_has(texts[0], "io-mode=rw does not number frames");
}

GST_END_TEST

GST_START_TEST(test_bytes_that_an_element_keeps_stay) {
  WithMetadata steady;
  steady.play();
  auto first = steady.next();
  const Buffer kept{gst_buffer_ref(bytes_of(first))};
  std::array<guint8, 22> before{};
  gst_buffer_extract(kept.get(), 0, before.data(), before.size());
  first.reset();
  steady.fail_unless_paired(40);
  std::array<guint8, 22> after{};
  gst_buffer_extract(kept.get(), 0, after.data(), after.size());
  fail_unless(before == after);
}

GST_END_TEST

static Suite* metadata_device_suite() {
  return suite_of("metadata_device",
                  {
                      TEST(test_each_frame_has_its_metadata),
                      TEST(test_auto_finds_the_node_of_the_same_camera),
                      TEST(test_metadata_without_a_frame_and_a_frame_without_metadata),
                      TEST(test_metadata_that_comes_after_its_frame),
                      TEST(test_it_ends_with_the_stream_and_begins_with_it),
                      TEST(test_a_broken_stream_is_started_again_with_its_metadata),
                      TEST(test_a_camera_that_comes_back_elsewhere_has_its_metadata),
                      TEST(test_what_fails_is_one_warning_and_frames_go_on),
                      TEST(test_a_device_without_the_node_is_told),
                      TEST(test_metadata_that_fails_while_it_streams),
                      TEST(test_read_has_none),
                      TEST(test_bytes_that_an_element_keeps_stay),
                  });
}

SUITE_MAIN(metadata_device_suite)
