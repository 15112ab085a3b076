// Tests the metadata of each frame: what it says, and that it stays on its buffer.

#include <set>
#include <vector>

#include "rigs/steady.h"
#include "rigs/suite.h"

using namespace std::chrono_literals;
using rig::Buffer;
using rig::interval;
using rig::Steady;

namespace {

constexpr auto name = "v4l2cppsrc-frame";

GstStructure* meta_of(GstBuffer* buffer) {
  auto* const meta = gst_buffer_get_custom_meta(buffer, name);
  return meta != nullptr ? gst_custom_meta_get_structure(meta) : nullptr;
}

guint number(const GstStructure* meta, const char* field) {
  guint value{};
  fail_unless(gst_structure_get_uint(meta, field, &value), "no %s", field);
  return value;
}

guint64 count(const GstStructure* meta, const char* field) {
  guint64 value{};
  fail_unless(gst_structure_get_uint64(meta, field, &value), "no %s", field);
  return value;
}

}  // namespace

GST_START_TEST(test_each_buffer_says_what_the_driver_said) {
  Steady steady;
  steady.play();
  steady.frames(2);
  steady.camera.lose(3);
  const auto time = steady.rig.kernel.clock().now() + 4us;
  const auto buffer = steady.next(4 * interval, {.timestamp = time});
  const auto* const meta = meta_of(buffer.get());
  fail_unless(meta != nullptr);
  fail_unless_equals_string(gst_structure_get_name(meta), name);
  fail_unless_equals_int(gst_structure_n_fields(meta), 8);
  fail_unless_equals_int(number(meta, "sequence"), 5);
  fail_unless_equals_int(number(meta, "field"), V4L2_FIELD_NONE);
  const auto flags = number(meta, "flags");
  fail_unless((flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) == V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC);
  // The kernel tells microseconds.
  fail_unless_equals_uint64(count(meta, "timestamp"),
                            static_cast<guint64>(time.count()) / 1000 * 1000);
  fail_unless_equals_string(gst_structure_get_string(meta, "timestamp-clock"), "monotonic");
  fail_unless_equals_string(gst_structure_get_string(meta, "timestamp-source"),
                            "start-of-exposure");
  fail_unless_equals_uint64(count(meta, "bytesused"), rig::small_yuyv_size);
  fail_unless_equals_uint64(count(meta, "skipped-before"), 3);
  const auto next = steady.next(
      interval, {.timestamps = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC | V4L2_BUF_FLAG_TSTAMP_SRC_EOF});
  fail_unless_equals_uint64(count(meta_of(next.get()), "skipped-before"), 0);
  fail_unless_equals_string(gst_structure_get_string(meta_of(next.get()), "timestamp-source"),
                            "end-of-frame");
}

GST_END_TEST

GST_START_TEST(test_what_was_left_out_is_counted) {
  Steady steady;
  rig::set(steady.rig.element, "skip-frames", "2");
  steady.play();
  for (int frame = 0; frame < 2; ++frame) {
    steady.pass(interval);
    steady.camera.fill_when_queued();
  }
  fail_unless_equals_uint64(count(meta_of(steady.next().get()), "skipped-before"), 2);
  steady.pass(interval);
  steady.camera.fill_when_queued({.flags = V4L2_BUF_FLAG_ERROR});
  steady.camera.lose(1);
  fail_unless_equals_uint64(count(meta_of(steady.next().get()), "skipped-before"), 2);
}

GST_END_TEST

/// The driver's count of bytes is that before the frame is stretched to its picture.
GST_START_TEST(test_bytes_are_those_that_the_driver_wrote) {
  Steady steady;
  rig::set(steady.rig.element, "on-corrupt", "flag");
  steady.play();
  const auto buffer = steady.next(interval, {.bytes_used = 1000});
  fail_unless_equals_uint64(count(meta_of(buffer.get()), "bytesused"), 1000);
  fail_unless_equals_uint64(gst_buffer_get_size(buffer.get()), rig::small_yuyv_size);
}

GST_END_TEST

/// The structures are made once, and written in place.
GST_START_TEST(test_the_meta_stays_on_its_buffer) {
  for (const char* const mode : {"dmabuf", "mmap", "userptr"}) {
    Steady steady;
    rig::set(steady.rig.element, "io-mode", mode);
    steady.play();
    std::set<const GstStructure*> structures;
    for (guint frame = 0; frame < 40; ++frame) {
      const auto buffer = steady.next();
      const auto* const meta = meta_of(buffer.get());
      fail_unless_equals_int(number(meta, "sequence"), frame);
      structures.insert(meta);
    }
    fail_unless(structures.size() <= 4, "%s: %zu", mode, structures.size());
  }
}

GST_END_TEST

/// A holder keeps what it has got, whatever becomes of the buffer.
GST_START_TEST(test_a_copy_keeps_its_meta) {
  Steady steady;
  steady.play();
  steady.frames(3);
  const auto buffer = steady.next();
  const Buffer copy{gst_buffer_copy(buffer.get())};
  const Buffer deep{gst_buffer_copy_deep(buffer.get())};
  steady.frames(8);
  for (const auto* const kept : {&buffer, &copy, &deep})
    fail_unless_equals_int(number(meta_of(kept->get()), "sequence"), 3);
}

GST_END_TEST

/// An element downstream owns a writable buffer, and may do anything with its metas.
GST_START_TEST(test_a_meta_that_was_changed_is_made_anew) {
  Steady steady;
  steady.play();
  for (guint frame = 0; frame < 40; ++frame) {
    const auto buffer = steady.next();
    auto* const meta = meta_of(buffer.get());
    fail_unless_equals_int(number(meta, "sequence"), frame);
    fail_unless_equals_uint64(count(meta, "skipped-before"), 0);
    fail_unless_equals_int(gst_structure_n_fields(meta), 8);
    switch (frame % 7) {
      case 0:
        gst_structure_set(meta, "mine", G_TYPE_INT, 7, nullptr);
        break;
      case 1:
        gst_structure_remove_field(meta, "sequence");
        break;
      case 2:
        gst_structure_remove_all_fields(meta);
        break;
      case 3:
        gst_structure_set(meta, "flags", G_TYPE_STRING, "none", nullptr);
        break;
      case 4:
        gst_structure_remove_field(meta, "sequence");
        gst_structure_set(meta, "sequence", G_TYPE_UINT, 9, nullptr);
        break;
      case 5:
        gst_buffer_remove_meta(buffer.get(), reinterpret_cast<GstMeta*>(
                                                 gst_buffer_get_custom_meta(buffer.get(), name)));
        break;
      default:
        break;
    }
  }
}

GST_END_TEST

GST_START_TEST(test_copies_have_it_too) {
  Steady steady;
  rig::set(steady.rig.element, "on-starved", "copy");
  steady.play();
  std::vector<Buffer> held;
  for (guint frame = 0; frame < 6; ++frame) {
    held.push_back(steady.next());
    fail_unless_equals_int(number(meta_of(held.back().get()), "sequence"), frame);
  }
  fail_unless(rig::stat(steady.rig.element, "copied") > 0);
}

GST_END_TEST

GST_START_TEST(test_read_has_it_too) {
  auto model = rig::camera("1");
  model.device_caps |= V4L2_CAP_READWRITE;
  Steady steady{model};
  rig::set(steady.rig.element, "io-mode", "rw");
  steady.rig.play();
  for (guint frame = 0; frame < 6; ++frame)
    fail_unless_equals_int(number(meta_of(steady.next().get()), "sequence"), frame);
}

GST_END_TEST

GST_START_TEST(test_it_can_be_turned_off) {
  Steady steady;
  rig::set(steady.rig.element, "frame-metadata", "false");
  steady.play();
  fail_unless(meta_of(steady.next().get()) == nullptr);
}

GST_END_TEST

static Suite* frame_meta_suite() {
  return suite_of("frame_meta", {
                                    TEST(test_each_buffer_says_what_the_driver_said),
                                    TEST(test_what_was_left_out_is_counted),
                                    TEST(test_bytes_are_those_that_the_driver_wrote),
                                    TEST(test_the_meta_stays_on_its_buffer),
                                    TEST(test_a_copy_keeps_its_meta),
                                    TEST(test_a_meta_that_was_changed_is_made_anew),
                                    TEST(test_copies_have_it_too),
                                    TEST(test_read_has_it_too),
                                    TEST(test_it_can_be_turned_off),
                                });
}

SUITE_MAIN(frame_meta_suite)
