// Tests the content of buffers and how downstream learns of it: layouts, copies and caches. Some
// drivers here give impossible answers.

#include <cstring>
#include <string>
#include <vector>

#include "buffers/lent_memory.h"
#include "fake/page.h"
#include "rigs/emulated.h"
#include "rigs/rig.h"
#include "rigs/suite.h"

using rig::Buffer;
using rig::Rig;
using rig::stat;

namespace {

void heed_video_meta(Rig& rig, GstStructure* wishes = nullptr) {
  gst_harness_add_propose_allocation_meta(rig.harness, GST_VIDEO_META_API_TYPE, wishes);
  if (wishes != nullptr) gst_structure_free(wishes);
}

fake::Model padded() {
  auto model = fake::webcam();
  model.line_padding = 64;
  return model;
}

/// Returns whether `data` holds `rows` packed lines of `line` bytes that the fake painted with
/// `stride`.
bool lines_show(const guint8* data, std::uint32_t sequence, std::size_t begin, std::size_t rows,
                std::size_t line, std::size_t stride) {
  for (std::size_t row = 0; row < rows; ++row)
    for (std::size_t i = 0; i < line; ++i)
      if (std::byte{data[row * line + i]} !=
          fake::Camera::expected_byte(sequence, 0, begin + row * stride + i))
        return false;
  return true;
}

}  // namespace

GST_START_TEST(test_a_peer_without_video_meta_gets_one_tight_copy) {
  Rig rig{padded(), "video/x-raw,format=NV12,width=320,height=240"};
  rig.play();
  for (std::uint32_t sequence = 0; sequence < 10; ++sequence) {
    const auto buffer = rig.next();
    fail_unless_equals_int(gst_buffer_n_memory(buffer.get()), 1);
    fail_unless(gst_buffer_get_video_meta(buffer.get()) == nullptr);
    GstMapInfo map;
    fail_unless(gst_buffer_map(buffer.get(), &map, GST_MAP_READ));
    fail_unless_equals_uint64(map.size, 320 * 240 * 3 / 2);
    fail_unless(lines_show(map.data, sequence, 0, 240, 320, 384));
    fail_unless(lines_show(map.data + 320 * 240, sequence, 384 * 240, 120, 320, 384));
    gst_buffer_unmap(buffer.get(), &map);
    fail_unless_equals_int(rig.camera->queued_count(), 4);
  }
  fail_unless_equals_uint64(stat(rig.element, "copied"), 10);
}

GST_END_TEST

GST_START_TEST(test_a_layout_that_anybody_expects_is_not_copied) {
  Rig rig{fake::multiplanar_camera(), "video/x-raw,format=I420,width=320,height=240"};
  rig.play();
  const auto buffer = rig.next();
  fail_unless_equals_int(gst_buffer_n_memory(buffer.get()), 3);
  fail_unless_equals_uint64(stat(rig.element, "copied"), 0);
}

GST_END_TEST

static constexpr auto bayer = "video/x-bayer,format=rggb,width=320,height=240";

GST_START_TEST(test_bayer_keeps_its_stride) {
  Rig rig{padded(), bayer};
  heed_video_meta(rig);
  rig.play();
  for (std::uint32_t sequence = 0; sequence < 6; ++sequence) {
    const auto buffer = rig.next();
    const auto* const meta = gst_buffer_get_video_meta(buffer.get());
    fail_unless(meta != nullptr);
    fail_unless_equals_int(meta->n_planes, 1);
    fail_unless_equals_int(meta->stride[0], 384);
    fail_unless_equals_int(meta->width, 320);
    fail_unless_equals_int(meta->height, 240);
    fail_unless(rig::shows(buffer.get(), sequence));
  }
}

GST_END_TEST

GST_START_TEST(test_bayer_for_a_peer_without_video_meta_is_tight) {
  Rig rig{padded(), bayer};
  rig.play();
  const auto buffer = rig.next();
  GstMapInfo map;
  fail_unless(gst_buffer_map(buffer.get(), &map, GST_MAP_READ));
  fail_unless_equals_uint64(map.size, 320 * 240);
  fail_unless(lines_show(map.data, 0, 0, 240, 320, 384));
  gst_buffer_unmap(buffer.get(), &map);
}

GST_END_TEST

GST_START_TEST(test_an_alignment_is_met_where_the_driver_can) {
  for (const bool can : {true, false}) {
    auto model = fake::webcam();
    model.strides = can;
    Rig rig{model};
    heed_video_meta(rig, gst_structure_new("video-meta", "padding-right", G_TYPE_UINT, 32U,
                                           "stride-align0", G_TYPE_UINT, 63U, nullptr));
    rig.play();
    const auto buffer = rig.next();
    fail_unless_equals_int(gst_buffer_get_video_meta(buffer.get())->stride[0], can ? 704 : 640);
    fail_unless(rig::shows(buffer.get(), 0));
  }
}

GST_END_TEST

GST_START_TEST(test_cache_hints_reach_the_driver) {
  struct Case {
    const char* hints;
    const char* mode;
    bool cached;
    bool lazy;
  };

  for (const auto& test :
       {Case{"off", "dmabuf", false, false}, Case{"cached", "dmabuf", true, false},
        Case{"lazy", "dmabuf", true, true}, Case{"lazy", "mmap", true, false}}) {
    auto model = fake::webcam();
    model.cache_hints = true;
    Rig rig{model};
    rig::set(rig.element, "cache-hints", test.hints);
    rig::set(rig.element, "io-mode", test.mode);
    rig.play();
    const auto buffer = rig.next();
    fail_unless_equals_int(rig.camera->memory_flags() == V4L2_MEMORY_FLAG_NON_COHERENT,
                           test.cached);
    const auto no_sync = V4L2_BUF_FLAG_NO_CACHE_CLEAN | V4L2_BUF_FLAG_NO_CACHE_INVALIDATE;
    fail_unless_equals_int(rig.camera->queue_flags() == no_sync, test.lazy);
    // Only then a CPU that reads must say so (DMA_BUF_IOCTL_SYNC).
    auto* const memory = gst_buffer_peek_memory(buffer.get(), 0);
    fail_unless_equals_int(v4l2gst::MemoryOwner::of(memory)->brackets_reads(), test.lazy);
    fail_unless(rig::shows(buffer.get(), 0));
  }
}

GST_END_TEST

GST_START_TEST(test_lazy_memory_that_is_not_exported_is_synchronised_by_the_kernel) {
  auto model = fake::webcam();
  model.cache_hints = true;
  model.exports = false;
  Rig rig{model};
  rig::set(rig.element, "cache-hints", "lazy");
  rig.play();
  fail_unless(rig::shows(rig.next().get(), 0));
  fail_unless_equals_int(rig.camera->memory_flags(), V4L2_MEMORY_FLAG_NON_COHERENT);
  fail_unless_equals_int(rig.camera->queue_flags(), 0);
}

GST_END_TEST

GST_START_TEST(test_cache_hints_are_no_matter_to_a_driver_without_them) {
  Rig rig;
  rig::set(rig.element, "cache-hints", "lazy");
  rig.play();
  const auto buffer = rig.next();
  auto* const memory = gst_buffer_peek_memory(buffer.get(), 0);
  fail_if(v4l2gst::MemoryOwner::of(memory)->brackets_reads());
}

GST_END_TEST

/// Waits for an ERROR and returns its text.
static std::string error_of(GstBus* bus) {
  auto* const message = gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_ERROR);
  GError* error{};
  gchar* debug{};
  gst_message_parse_error(message, &error, &debug);
  std::string text{error->message};
  g_error_free(error);
  g_free(debug);
  gst_message_unref(message);
  return text;
}

/// A rig with a bus, which a harness does not have.
struct Watched : Rig {
  explicit Watched(const fake::Model& model = fake::webcam(), const char* caps = rig::small_yuyv)
      : Rig{model, caps}, bus{gst_bus_new()} {
    gst_element_set_bus(element, bus);
  }

  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;

  ~Watched() {
    gst_element_set_bus(element, nullptr);
    gst_object_unref(bus);
  }

  GstBus* bus;
};

GST_START_TEST(test_a_driver_that_cannot_let_go_is_told_apart_from_a_busy_one) {
  auto model = fake::webcam();
  model.orphans = false;
  Watched rig{model};
  rig.play();
  auto held = rig.next();
  const auto other = rig.next();
  gst_harness_set_sink_caps_str(rig.harness, "video/x-raw,format=NV12,width=640,height=480");
  rig.camera->fill();
  const auto text = error_of(rig.bus);
  // Downstream holds two buffers, or three if one waits in the harness.
  fail_unless(text.find("while downstream holds ") != std::string::npos, "%s", text.c_str());
  fail_if(rig.camera->streaming());
  fail_unless(rig::shows(held.get(), 0));
  rig.set_state(GST_STATE_NULL);
  fail_unless_equals_int(rig.kernel.open_count(rig::path), 0);
}

GST_END_TEST

GST_START_TEST(test_frames_held_over_an_unplug_stay_as_they_were) {
  Watched rig;
  rig.play();
  const auto first = rig.next();
  const auto second = rig.next();
  const auto open = rig::holdings().descriptors;
  rig.kernel.unplug(rig::path);
  const auto text = error_of(rig.bus);
  fail_unless(text.find("went away") != std::string::npos, "%s", text.c_str());
  rig.set_state(GST_STATE_NULL);
  // The node is closed, and the exports of the buffers that downstream does not hold.
  fail_unless(rig::holdings().descriptors <= open - 3);
  fail_unless(rig::shows(first.get(), 0));
  fail_unless(rig::shows(second.get(), 1));
}

GST_END_TEST

GST_START_TEST(test_lies_about_buffers_name_the_call_and_the_value) {
  struct Lie {
    unsigned long request;
    std::function<void(fake::Faults&)> tell;
    std::vector<std::string> parts;
  };

  constexpr std::size_t picture = 153600;  // a multiple of no page
  const auto memory = fake::round_up(picture, fake::page_size());
  const std::vector<Lie> lies{
      {VIDIOC_QUERYBUF,
       [](fake::Faults& faults) {
         faults.alter<v4l2_buffer>(VIDIOC_QUERYBUF, [](auto& answer) { answer.length = 0; });
       },
       {"VIDIOC_QUERYBUF", "no bytes"}},
      {VIDIOC_QUERYBUF,
       [](fake::Faults& faults) {
         faults.alter<v4l2_buffer>(VIDIOC_QUERYBUF, [](auto& answer) { answer.length = 99000000; });
       },
       {"VIDIOC_QUERYBUF", "longer than its memory", std::to_string(memory)}},
      {VIDIOC_DQBUF,
       [](fake::Faults& faults) {
         faults.alter<v4l2_buffer>(VIDIOC_DQBUF, [](auto& answer) { answer.index = 77; });
       },
       {"VIDIOC_DQBUF", "index 77"}},
      {VIDIOC_REQBUFS,
       [](fake::Faults& faults) {
         faults.alter<v4l2_requestbuffers>(VIDIOC_REQBUFS, [](auto& answer) { answer.count = 0; });
       },
       {"VIDIOC_REQBUFS", "no buffer at all"}},
  };
  for (const auto& lie : lies) {
    Watched rig;
    rig.camera->fault(lie.tell);
    rig.camera->always_ready();
    rig.play();
    const auto text = error_of(rig.bus);
    for (const auto& part : lie.parts)
      fail_unless(text.find(part) != std::string::npos, "'%s' lacks '%s'", text.c_str(),
                  part.c_str());
    rig.set_state(GST_STATE_NULL);
  }
}

GST_END_TEST

GST_START_TEST(test_more_planes_than_announced_is_an_error) {
  Watched rig{fake::multiplanar_camera(), "video/x-raw,format=NV12,width=320,height=240"};
  rig.camera->fault([](fake::Faults& faults) {
    faults.alter<v4l2_buffer>(VIDIOC_DQBUF, [](auto& answer) { answer.length = 8; });
  });
  rig.camera->always_ready();
  rig.play();
  const auto text = error_of(rig.bus);
  fail_unless(text.find("VIDIOC_DQBUF") != std::string::npos, "%s", text.c_str());
  fail_unless(text.find("more planes than the format has 8") != std::string::npos, "%s",
              text.c_str());
}

GST_END_TEST

GST_START_TEST(test_frames_that_cannot_be_are_left_out_and_counted) {
  Rig rig{fake::multiplanar_camera(), "video/x-raw,format=NV12,width=320,height=240"};
  rig.play();
  fail_unless(rig::shows(rig.next().get(), 0));
  const auto lie = [&rig](std::function<void(v4l2_plane&)> change) {
    rig.camera->fault([&](fake::Faults& faults) {
      faults.alter<v4l2_buffer>(VIDIOC_DQBUF,
                                [change](auto& answer) { change(answer.m.planes[0]); });
    });
    rig.camera->fill_when_queued();
    const auto buffer = rig.next();
    fail_unless(GST_BUFFER_FLAG_IS_SET(buffer.get(), GST_BUFFER_FLAG_DISCONT));
    fail_unless(
        rig::shows(buffer.get(), static_cast<std::uint32_t>(GST_BUFFER_OFFSET(buffer.get()))));
  };
  lie([](v4l2_plane& plane) { plane.bytesused = 99000000; });
  lie([](v4l2_plane& plane) { plane.data_offset = 99000000; });
  lie([](v4l2_plane& plane) { plane.data_offset = plane.bytesused + 1; });
  lie([](v4l2_plane& plane) { plane.bytesused = 1000; });
  lie([](v4l2_plane& plane) { plane.bytesused = 0; });
  fail_unless_equals_uint64(stat(rig.element, "damaged"), 5);
  fail_unless_equals_uint64(stat(rig.element, "lost"), 0);
  rig.camera->wait_queued(4);
}

GST_END_TEST

GST_START_TEST(test_fewer_buffers_than_asked_will_do) {
  for (const std::uint32_t most : {1U, 2U, 3U}) {
    auto model = fake::webcam();
    model.most_buffers = most;
    Rig rig{model};
    rig.play();
    for (std::uint32_t sequence = 0; sequence < 10; ++sequence)
      fail_unless(rig::shows(rig.next().get(), sequence));
  }
}

GST_END_TEST

/// Holds the two latest frames, and checks that they do not change.
class Held {
public:
  void keep(Buffer buffer) {
    const auto sum = checksum(buffer.get());
    frames_.emplace_back(std::move(buffer), sum);
    if (frames_.size() > 2) frames_.erase(frames_.begin());
  }

  void check() const {
    for (const auto& [buffer, sum] : frames_)
      fail_unless(checksum(buffer.get()) == sum);
  }

private:
  static guint checksum(GstBuffer* buffer) {
    GstMapInfo map;
    fail_unless(gst_buffer_map(buffer, &map, GST_MAP_READ));
    guint sum = 2166136261U;
    for (gsize i = 0; i < map.size; ++i)
      sum = (sum ^ map.data[i]) * 16777619U;
    gst_buffer_unmap(buffer, &map);
    return sum;
  }

  std::vector<std::pair<Buffer, guint>> frames_;
};

GST_START_TEST(test_a_thousand_lives_with_two_frames_held) {
  Rig rig{fake::webcam(), "video/x-raw,format=GRAY8,width=320,height=240"};
  Held held;
  const auto live = [&] {
    rig.play();
    held.keep(rig.next());
    rig.set_state(GST_STATE_NULL);
    held.check();
  };
  for (int life = 0; life < 3; ++life)
    live();
  const auto before = rig::holdings();
  for (int life = 0; life < rig::repetitions(1000); ++life)
    live();
  rig::fail_unless_same(before, rig::holdings());
}

GST_END_TEST

GST_START_TEST(test_a_thousand_renegotiations_with_two_frames_held) {
  Rig rig{fake::webcam(), "video/x-raw,format=GRAY8,width=320,height=240"};
  // With this policy the harness queues no more frames than there are buffers, though the camera
  // runs free.
  rig::set(rig.element, "on-starved", "drop");
  rig.play();
  const rig::FreeRun free_run{rig.camera};
  Held held;
  const auto turn = [&](bool large) {
    gst_harness_set_sink_caps_str(rig.harness,
                                  large ? "video/x-raw,format=GRAY8,width=640,height=480"
                                        : "video/x-raw,format=GRAY8,width=320,height=240");
    const std::size_t size = large ? 640 * 480 : 320 * 240;
    for (;;) {
      // A frame that is on its way already still has the old size.
      Buffer buffer{gst_harness_pull(rig.harness)};
      fail_unless(buffer != nullptr);
      const bool fresh = gst_buffer_get_size(buffer.get()) == size;
      held.check();
      if (!fresh) continue;
      held.keep(std::move(buffer));
      return;
    }
  };
  for (int i = 0; i < 4; ++i)
    turn(i % 2 == 0);
  const auto before = rig::holdings();
  for (int i = 0; i < rig::repetitions(1000); ++i)
    turn(i % 2 == 0);
  // At both moments a frame of the old size may still wait in the harness.
  const auto after = rig::holdings();
  fail_unless(after.descriptors <= before.descriptors + 4);
  fail_unless(after.threads <= before.threads + 2);
}

GST_END_TEST

static Suite* layouts_and_copies_suite() {
  return suite_of("layouts_and_copies",
                  {
                      TEST(test_a_peer_without_video_meta_gets_one_tight_copy),
                      TEST(test_a_layout_that_anybody_expects_is_not_copied),
                      TEST(test_bayer_keeps_its_stride),
                      TEST(test_bayer_for_a_peer_without_video_meta_is_tight),
                      TEST(test_an_alignment_is_met_where_the_driver_can),
                      TEST(test_cache_hints_reach_the_driver),
                      TEST(test_lazy_memory_that_is_not_exported_is_synchronised_by_the_kernel),
                      TEST(test_cache_hints_are_no_matter_to_a_driver_without_them),
                      TEST(test_a_driver_that_cannot_let_go_is_told_apart_from_a_busy_one),
                      TEST(test_frames_held_over_an_unplug_stay_as_they_were),
                      TEST(test_lies_about_buffers_name_the_call_and_the_value),
                      TEST(test_more_planes_than_announced_is_an_error),
                      TEST(test_frames_that_cannot_be_are_left_out_and_counted),
                      TEST(test_fewer_buffers_than_asked_will_do),
                      TEST(test_a_thousand_lives_with_two_frames_held),
                      TEST(test_a_thousand_renegotiations_with_two_frames_held),
                  });
}

SUITE_MAIN(layouts_and_copies_suite)
