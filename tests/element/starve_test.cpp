// Tests a downstream that holds buffers for long or for ever. Frames keep flowing or are counted,
// nothing hangs, and held frames do not change.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <span>
#include <thread>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

#include <gst/allocators/allocators.h>

#include "fake/stopwatch.h"
#include "kernel/unique_fd.h"
#include "rigs/allocation_sink.h"
#include "rigs/rig.h"
#include "rigs/suite.h"

using rig::Buffer;
using rig::Rig;
using rig::stat;

namespace {

/// A pipeline on a camera that is always ready, whose sink keeps the first `keep` buffers for ever.
class Hoarder {
public:
  Hoarder(const char* policy, std::size_t keep, const fake::Model& model = fake::webcam())
      : camera{kernel.plug(rig::path, model)}, keep_{keep} {
    kernel.stop_clock();
    camera->always_ready(true);
    pipeline = gst_pipeline_new(nullptr);
    element = rig::new_element(kernel);
    rig::set(element, "on-starved", policy);
    sink_ = travel::new_consumer({.video_meta = true}, [this](GstBuffer* buffer) { see(buffer); });
    gst_bin_add_many(GST_BIN(pipeline), GST_ELEMENT(gst_object_ref(element)), sink_, nullptr);
    auto* const caps = gst_caps_from_string("video/x-raw,format=GRAY8,width=320,height=240");
    fail_unless(gst_element_link_filtered(element, sink_, caps));
    gst_caps_unref(caps);
  }

  Hoarder(const Hoarder&) = delete;
  Hoarder& operator=(const Hoarder&) = delete;

  ~Hoarder() {
    gst_object_unref(pipeline);
    gst_object_unref(element);
    gst_object_unref(sink_);
  }

  void play() {
    fail_if(gst_element_set_state(pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE);
  }

  /// Waits until `frames` frames were delivered or left out.
  void wait_for(guint64 frames) const {
    while (stat(element, "delivered") + stat(element, "starved") < frames)
      std::this_thread::yield();
  }

  /// Stops, and returns how long that took on the kernel's clock.
  std::chrono::nanoseconds stop() {
    return fake::time_of(kernel.clock(), [this] {
      fail_if(gst_element_set_state(pipeline, GST_STATE_NULL) == GST_STATE_CHANGE_FAILURE);
    });
  }

  /// Call it only after stop().
  [[nodiscard]] const std::vector<Buffer>& kept() const { return kept_; }

  fake::FakeKernel kernel;
  std::shared_ptr<fake::Camera> camera;
  GstElement* pipeline;
  GstElement* element;

private:
  void see(GstBuffer* buffer) {
    if (kept_.size() < keep_) kept_.emplace_back(gst_buffer_ref(buffer));
  }

  std::size_t keep_;
  std::vector<Buffer> kept_;
  GstElement* sink_;
};

void check_hoarding(const char* policy, std::size_t keep) {
  using namespace std::chrono_literals;
  Hoarder hoarder{policy, keep};
  hoarder.play();
  const auto frames = keep + 40;
  hoarder.wait_for(frames);
  fail_unless(hoarder.stop() < 500ms);
  fail_unless_equals_int(hoarder.kernel.open_count(rig::path), 0);
  const auto starved = stat(hoarder.element, "starved");
  // With `drop` three of the four buffers go downstream. A frame that would take the last one is
  // left out and counted.
  const bool drops = std::string_view{policy} == "drop" && keep > 2;
  fail_unless_equals_int(hoarder.kept().size(), drops ? 3 : keep);
  fail_unless((starved > 0) == drops, "%s, %d held: %d starved", policy, static_cast<int>(keep),
              static_cast<int>(starved));
  fail_unless_equals_uint64(stat(hoarder.element, "lost"), 0);
  for (std::uint32_t i = 0; i < hoarder.kept().size(); ++i)
    fail_unless(rig::shows(hoarder.kept()[i].get(), i), "%s, frame %d of %d", policy, i,
                static_cast<int>(keep));
}

}  // namespace

GST_START_TEST(test_growing_and_then_copying_keeps_frames_flowing) {
  for (std::size_t keep = 1; keep <= 32; ++keep)
    check_hoarding("grow", keep);
}

GST_END_TEST

GST_START_TEST(test_copying_keeps_frames_flowing) {
  for (std::size_t keep = 1; keep <= 32; ++keep)
    check_hoarding("copy", keep);
}

GST_END_TEST

GST_START_TEST(test_what_is_dropped_is_counted) {
  for (std::size_t keep = 1; keep <= 32; ++keep)
    check_hoarding("drop", keep);
}

GST_END_TEST

/// Pulls `count` frames and holds them.
static std::vector<Buffer> hold(Rig& rig, std::size_t count) {
  std::vector<Buffer> held;
  for (std::size_t i = 0; i < count; ++i)
    held.push_back(rig.next());
  return held;
}

GST_START_TEST(test_grows_to_the_ceiling_and_no_further) {
  Rig rig;
  g_object_set(rig.element, "max-buffers", 7, nullptr);
  rig.play();
  const auto held = hold(rig, 12);
  fail_unless_equals_int(rig.camera->buffer_count(), 7);
  fail_unless_equals_uint64(stat(rig.element, "copied"), 12 - 5);
  for (std::uint32_t i = 0; i < 12; ++i)
    fail_unless(rig::shows(held[i].get(), i));
}

GST_END_TEST

GST_START_TEST(test_copies_where_the_driver_cannot_grow) {
  auto model = fake::webcam();
  model.creates = false;
  Rig rig{model};
  rig.play();
  const auto held = hold(rig, 10);
  fail_unless_equals_int(rig.camera->buffer_count(), 4);
  fail_unless_equals_uint64(stat(rig.element, "copied"), 10 - 2);
  fail_unless_equals_int(rig.camera->calls(VIDIOC_CREATE_BUFS), 1);
}

GST_END_TEST

GST_START_TEST(test_a_new_buffer_whose_memory_cannot_be_had_is_left_unused) {
  for (const bool removes : {true, false}) {
    auto model = fake::webcam();
    model.removes = removes;
    Rig rig{model};
    rig.play();
    auto held = hold(rig, 2);
    rig.camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_EXPBUF, EMFILE); });
    for (int frame = 0; frame < 6; ++frame)
      held.push_back(rig.next());
    held.clear();
    for (int frame = 0; frame < 300; ++frame)
      rig.next();
    fail_unless_equals_int(rig.camera->buffer_count(), removes ? 4 : 5);
    fail_unless_equals_int(rig.camera->queued_count(), 4);
  }
}

GST_END_TEST

GST_START_TEST(test_shrinks_when_downstream_has_let_go) {
  Rig rig;
  rig.play();
  auto held = hold(rig, 6);
  fail_unless_equals_int(rig.camera->buffer_count(), 8);
  held.clear();
  for (int frame = 0; frame < 1000 && rig.camera->buffer_count() > 4; ++frame)
    rig.next();
  fail_unless_equals_int(rig.camera->buffer_count(), 4);
  // The buffer pool can grow again.
  held = hold(rig, 6);
  fail_unless_equals_int(rig.camera->buffer_count(), 8);
  for (const auto& buffer : held)
    fail_unless(
        rig::shows(buffer.get(), static_cast<std::uint32_t>(GST_BUFFER_OFFSET(buffer.get()))));
}

GST_END_TEST

/// Streams until there are `count` buffers, and 300 frames longer.
static void settle(Rig& rig, std::size_t count) {
  for (int frame = 0; frame < 1500 && rig.camera->buffer_count() > count; ++frame)
    rig.next();
  for (int frame = 0; frame < 300; ++frame)
    rig.next();
  fail_unless_equals_int(rig.camera->buffer_count(), count);
}

GST_START_TEST(test_memory_goes_back_but_that_which_is_held) {
  Rig rig;
  rig.play();
  rig.next();
  const auto before = rig::holdings();
  auto held = hold(rig, 6);
  fail_unless_equals_int(rig.camera->buffer_count(), 8);
  // One frame is held by reference. Of another frame only the DMABuf is held, as an importer does.
  auto kept = std::move(held.back());
  auto* const imported = gst_buffer_peek_memory(held[4].get(), 0);
  const v4l2::UniqueFd descriptor{dup(gst_dmabuf_memory_get_fd(imported))};
  held.clear();
  settle(rig, 5);
  fail_unless(rig::shows(kept.get(), static_cast<std::uint32_t>(GST_BUFFER_OFFSET(kept.get()))));
  void* const address =
      mmap(nullptr, rig::small_yuyv_size, PROT_READ, MAP_SHARED, descriptor.get(), 0);
  fail_unless(address != MAP_FAILED);
  // No one may write into that memory any more.
  const std::span bytes{static_cast<const std::byte*>(address), rig::small_yuyv_size};
  const std::vector<std::byte> then{bytes.begin(), bytes.end()};
  for (int frame = 0; frame < 20; ++frame)
    rig.next();
  fail_unless(std::ranges::equal(bytes, then));
  munmap(address, rig::small_yuyv_size);
  // When the last holder frees a buffer, its memory is freed, too. Neither the driver nor the
  // element keeps it.
  kept.reset();
  settle(rig, 4);
  fail_unless(rig::holdings().plane_mappings == before.plane_mappings, "%zu, not %zu mappings",
              rig::holdings().plane_mappings, before.plane_mappings);
  fail_unless_equals_int(rig.camera->calls(VIDIOC_REMOVE_BUFS), 4);
}

GST_END_TEST

GST_START_TEST(test_a_driver_that_frees_no_single_buffer_leaves_them_unused) {
  auto model = fake::webcam();
  model.removes = false;
  Rig rig{model};
  rig.play();
  auto held = hold(rig, 6);
  held.clear();
  for (int frame = 0; frame < 1000 && rig.camera->queued_count() != 4; ++frame)
    rig.next();
  fail_unless_equals_int(rig.camera->queued_count(), 4);
  fail_unless_equals_int(rig.camera->buffer_count(), 8);
  fail_unless_equals_int(rig.camera->calls(VIDIOC_REMOVE_BUFS), 0);
  // The next start frees them.
  rig.set_state(GST_STATE_PAUSED);
  rig.play();
  const auto buffer = rig.next();
  fail_unless_equals_int(rig.camera->buffer_count(), 4);
  fail_unless(GST_BUFFER_FLAG_IS_SET(buffer.get(), GST_BUFFER_FLAG_DISCONT));
}

GST_END_TEST

GST_START_TEST(test_grows_with_memory_of_its_own) {
  for (const char* const mode : {"userptr", "rw"}) {
    auto model = fake::webcam();
    model.device_caps |= V4L2_CAP_READWRITE;
    Rig rig{model};
    rig::set(rig.element, "io-mode", mode);
    rig.play();
    auto held = hold(rig, 9);
    fail_unless_equals_uint64(stat(rig.element, "copied"), 0);
    for (const auto& buffer : held)
      fail_unless(
          rig::shows(buffer.get(), static_cast<std::uint32_t>(GST_BUFFER_OFFSET(buffer.get()))));
    // One buffer in the middle is held while the others are retired and created again. No other
    // buffer may take its place.
    auto kept = std::move(held[4]);
    held.clear();
    for (int frame = 0; frame < 800; ++frame)
      rig.next();
    held = hold(rig, 9);
    held.push_back(std::move(kept));
    for (const auto& buffer : held)
      fail_unless(
          rig::shows(buffer.get(), static_cast<std::uint32_t>(GST_BUFFER_OFFSET(buffer.get()))));
  }
}

GST_END_TEST

GST_START_TEST(test_leaky_gives_frames_of_a_device_that_always_has_a_newer_one) {
  Rig rig;
  rig::set(rig.element, "leaky", "newest");
  rig.camera->always_ready();
  rig.play();
  for (int i = 0; i < 5; ++i)
    fail_unless(rig::Buffer{gst_harness_pull(rig.harness)} != nullptr);
}

GST_END_TEST

GST_START_TEST(test_leaky_gives_the_newest_and_counts_the_others) {
  Rig rig;
  rig::set(rig.element, "leaky", "newest");
  rig.play();
  rig.camera->wait_streaming(true);
  rig.set_state(GST_STATE_PAUSED);
  // The streaming thread must see three frames at once below, so the camera fills them without
  // waking it in between.
  rig.play();
  rig.camera->wait_queued(4);
  auto first = rig.next();
  fail_unless(rig::shows(first.get(), 0));
  const guint64 before = stat(rig.element, "skipped");
  rig.camera->fill_at_once(3);
  std::uint32_t last = 0;
  while (last < 3) {
    const Buffer buffer{gst_harness_pull(rig.harness)};
    last = static_cast<std::uint32_t>(GST_BUFFER_OFFSET(buffer.get()));
    fail_unless(rig::shows(buffer.get(), last));
  }
  fail_unless_equals_uint64(stat(rig.element, "skipped"), before + 2);
  fail_unless_equals_uint64(stat(rig.element, "lost"), 0);
  rig.camera->wait_queued(3);
}

GST_END_TEST

/// A driver's buffers may be larger than the format says, and a frame may fill them.
GST_START_TEST(test_a_copy_is_as_long_as_its_frame) {
  Rig rig{fake::webcam(), "image/jpeg,width=640,height=480"};
  rig::set(rig.element, "on-starved", "copy");
  rig::set(rig.element, "on-corrupt", "pass");
  rig.camera->fault([](fake::Faults& faults) {
    faults.alter<v4l2_format>(
        VIDIOC_S_FMT, [](v4l2_format& answer) { answer.fmt.pix.sizeimage = 1000; }, 100);
  });
  rig.play();
  constexpr std::uint32_t length = 5000;
  std::vector<Buffer> held;
  while (rig::stat(rig.element, "copied") < 3) {
    held.push_back(rig.next({.bytes_used = length}));
    fail_unless_equals_uint64(gst_buffer_get_size(held.back().get()), length);
    GstMapInfo original;
    GstMapInfo copy;
    fail_unless(gst_buffer_map(held.back().get(), &copy, GST_MAP_READ));
    fail_unless(gst_buffer_map(held.front().get(), &original, GST_MAP_READ));
    // The fake paints the frame's number, but only between two JPEG markers.
    fail_unless(copy.data[length - 1] != 0 || original.data[length - 1] == 0);
    gst_buffer_unmap(held.front().get(), &original);
    gst_buffer_unmap(held.back().get(), &copy);
  }
}

GST_END_TEST

static Suite* starve_suite() {
  return suite_of("starve",
                  {
                      TEST(test_a_copy_is_as_long_as_its_frame),
                      TEST(test_growing_and_then_copying_keeps_frames_flowing),
                      TEST(test_copying_keeps_frames_flowing),
                      TEST(test_what_is_dropped_is_counted),
                      TEST(test_grows_to_the_ceiling_and_no_further),
                      TEST(test_copies_where_the_driver_cannot_grow),
                      TEST(test_a_new_buffer_whose_memory_cannot_be_had_is_left_unused),
                      TEST(test_shrinks_when_downstream_has_let_go),
                      TEST(test_memory_goes_back_but_that_which_is_held),
                      TEST(test_a_driver_that_frees_no_single_buffer_leaves_them_unused),
                      TEST(test_grows_with_memory_of_its_own),
                      TEST(test_leaky_gives_frames_of_a_device_that_always_has_a_newer_one),
                      TEST(test_leaky_gives_the_newest_and_counts_the_others),
                  });
}

SUITE_MAIN(starve_suite)
