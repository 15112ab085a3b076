// Tests which damaged frames and which first frames are left out, and that the stream goes on.

#include <atomic>
#include <condition_variable>
#include <functional>
#include <initializer_list>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

#include <gst/video/video.h>

#include "rigs/allocation_sink.h"
#include "rigs/emulated.h"
#include "rigs/pooled.h"
#include "rigs/rig.h"
#include "rigs/rig_with_bus.h"
#include "rigs/suite.h"

using rig::Buffer;
using rig::Pooled;
using rig::stat;

namespace {

using Bytes = std::vector<std::byte>;

constexpr auto jpeg_caps = "image/jpeg,width=640,height=480";
constexpr auto h264_caps = "video/x-h264";

/// This is ten times the number of buffers.
constexpr std::uint32_t many = 40;

/// A rig that fails if an ERROR is posted.
class Rig : public rig::Rig {
public:
  explicit Rig(const fake::Model& model = fake::webcam(), const char* caps = rig::small_yuyv)
      : rig::Rig{model, caps}, bus_{gst_bus_new()} {
    gst_element_set_bus(element, bus_);
    // The buffer pool stays at four buffers.
    rig::set(element, "on-starved", "drop");
  }

  Rig(const Rig&) = delete;
  Rig& operator=(const Rig&) = delete;

  ~Rig() {
    const auto errors = rig::texts_of(bus_, GST_MESSAGE_ERROR);
    fail_unless(errors.empty(), "%s", errors.empty() ? "" : errors.front().c_str());
    gst_element_set_bus(element, nullptr);
    gst_object_unref(bus_);
  }

  void set(const char* property, const char* value) { rig::set(element, property, value); }

  /// Restarts the device's stream.
  void restart() {
    set_state(GST_STATE_PAUSED);
    play();
    camera->wait_streaming(true);
  }

private:
  GstBus* bus_;
};

bool has(const Buffer& buffer, GstBufferFlags flag) {
  return GST_BUFFER_FLAG_IS_SET(buffer.get(), flag);
}

Bytes bytes(std::initializer_list<int> values) {
  Bytes made;
  for (const int value : values)
    made.push_back(static_cast<std::byte>(value));
  return made;
}

const Bytes whole_jpeg = bytes({0xff, 0xd8, 0xff, 0xda, 0, 2, 0x12, 0x34, 0xff, 0xd9});
const Bytes truncated_jpeg = bytes({0xff, 0xd8, 0xff, 0xda, 0, 2, 0x12, 0x34});

struct Kind {
  const char* name;
  const char* caps;
  fake::FrameOptions frame;
  bool never{};    ///< it is left out under each policy
  bool flagged{};  ///< it is CORRUPTED with on-corrupt=pass too, since the driver reports it
};

/// Returns each kind of damage.
std::vector<Kind> kinds() {
  static const Bytes headless = bytes({0xff, 0xda, 0, 2, 0x12, 0x34, 0xff, 0xd9});
  return {
      {.name = "error flag",
       .caps = rig::small_yuyv,
       .frame = {.flags = V4L2_BUF_FLAG_ERROR},
       .flagged = true},
      {.name = "short", .caps = rig::small_yuyv, .frame = {.bytes_used = 100}},
      {.name = "short by one byte",
       .caps = rig::small_yuyv,
       .frame = {.bytes_used = static_cast<std::uint32_t>(rig::small_yuyv_size - 1)}},
      {.name = "short, and flagged",
       .caps = rig::small_yuyv,
       .frame = {.bytes_used = 100, .flags = V4L2_BUF_FLAG_ERROR},
       .flagged = true},
      {.name = "empty", .caps = rig::small_yuyv, .frame = {.bytes_used = 0}, .never = true},
      {.name = "impossible",
       .caps = rig::small_yuyv,
       .frame = {.bytes_used = 10'000'000},
       .never = true},
      {.name = "empty JPEG", .caps = jpeg_caps, .frame = {.bytes_used = 0}, .never = true},
      {.name = "impossible JPEG",
       .caps = jpeg_caps,
       .frame = {.bytes_used = 10'000'000},
       .never = true},
      {.name = "JPEG, flagged",
       .caps = jpeg_caps,
       .frame = {.flags = V4L2_BUF_FLAG_ERROR},
       .flagged = true},
      {.name = "truncated JPEG", .caps = jpeg_caps, .frame = {.content = truncated_jpeg}},
      {.name = "JPEG without SOI", .caps = jpeg_caps, .frame = {.content = headless}},
      {.name = "H.264, flagged",
       .caps = h264_caps,
       .frame = {.flags = V4L2_BUF_FLAG_ERROR},
       .flagged = true},
  };
}

void check_left_out(const Kind& kind, const char* policy) {
  Rig rig{fake::webcam(), kind.caps};
  rig.set("on-corrupt", policy);
  rig.play();
  fail_unless_equals_uint64(GST_BUFFER_OFFSET(rig.next().get()), 0);
  for (std::uint32_t turn = 0; turn < many; ++turn)
    rig.camera->fill_when_queued(kind.frame);
  const auto next = rig.next();
  fail_unless_equals_uint64(GST_BUFFER_OFFSET(next.get()), many + 1);
  fail_unless(has(next, GST_BUFFER_FLAG_DISCONT), "%s", kind.name);
  fail_if(has(next, GST_BUFFER_FLAG_CORRUPTED), "%s", kind.name);
  fail_if(has(rig.next(), GST_BUFFER_FLAG_DISCONT), "%s", kind.name);
  fail_unless_equals_uint64(stat(rig.element, "damaged"), many);
  fail_unless_equals_uint64(stat(rig.element, "delivered"), 3);
  fail_unless_equals_uint64(stat(rig.element, "lost"), 0);
}

void check_sent(const Kind& kind, const char* policy, bool flagged) {
  Rig rig{fake::webcam(), kind.caps};
  rig.set("on-corrupt", policy);
  rig.play();
  const auto size = gst_buffer_get_size(rig.next().get());
  for (std::uint32_t turn = 0; turn < many; ++turn) {
    const auto damaged = rig.next(kind.frame);
    fail_unless_equals_uint64(GST_BUFFER_OFFSET(damaged.get()), turn + 1);
    fail_unless_equals_int(has(damaged, GST_BUFFER_FLAG_CORRUPTED), flagged);
    fail_if(has(damaged, GST_BUFFER_FLAG_DISCONT), "%s", kind.name);
    // A raw picture has the size that the caps imply.
    const auto& content = kind.frame.content;
    fail_unless_equals_uint64(gst_buffer_get_size(damaged.get()),
                              content.empty() ? size : content.size());
  }
  const auto next = rig.next();
  fail_if(has(next, GST_BUFFER_FLAG_CORRUPTED), "%s", kind.name);
  fail_if(has(next, GST_BUFFER_FLAG_DISCONT), "%s", kind.name);
  fail_unless_equals_uint64(stat(rig.element, "damaged"), 0);
  fail_unless_equals_uint64(stat(rig.element, "delivered"), many + 2);
}

}  // namespace

// ---- damage -------------------------------------------------------------------------------------

GST_START_TEST(test_damaged_frames_are_left_out_and_counted) {
  for (const auto& kind : kinds())
    check_left_out(kind, "drop");
}

GST_END_TEST

GST_START_TEST(test_damaged_frames_are_flagged) {
  for (const auto& kind : kinds())
    if (kind.never)
      check_left_out(kind, "flag");
    else
      check_sent(kind, "flag", true);
}

GST_END_TEST

GST_START_TEST(test_damaged_frames_pass) {
  for (const auto& kind : kinds())
    if (kind.never)
      check_left_out(kind, "pass");
    else
      check_sent(kind, "pass", kind.flagged);
}

GST_END_TEST

GST_START_TEST(test_a_warning_of_nothing_but_damage_names_its_cause) {
  for (const auto& kind : kinds()) {
    rig::Bused bused{fake::webcam(), kind.caps};
    auto& rig = bused.rig;
    rig.kernel.stop_clock();
    rig.play();
    rig.next();
    rig.camera->fill_when_queued(kind.frame);
    while (stat(rig.element, "damaged") == 0)
      std::this_thread::yield();
    rig.kernel.clock().pass();
    // The macro keeps the pointer, not the text.
    const auto at_first = bused.cause_of_warning();
    fail_unless_equals_string(at_first.c_str(), "damaged-frame");
    const auto later = bused.cause_of_warning();
    fail_unless_equals_string(later.c_str(), "damaged");
  }
}

GST_END_TEST

GST_START_TEST(test_dropping_is_the_default) {
  Rig rig;
  rig.play();
  rig.camera->fill_when_queued({.flags = V4L2_BUF_FLAG_ERROR});
  fail_unless_equals_uint64(GST_BUFFER_OFFSET(rig.next().get()), 1);
}

GST_END_TEST

GST_START_TEST(test_a_short_picture_can_be_mapped_as_a_whole) {
  struct Case {
    fake::Model model;
    const char* caps{};
    GstVideoFormat format{};
  };

  auto offset = fake::multiplanar_camera();
  offset.data_offset = 128;
  auto padded = fake::webcam();
  padded.line_padding = 64;  // so the frame is copied
  constexpr auto nv12 = "video/x-raw,format=NV12,width=320,height=240";
  for (const auto& test :
       {Case{fake::webcam(), rig::small_yuyv, GST_VIDEO_FORMAT_YUY2},
        Case{offset, nv12, GST_VIDEO_FORMAT_NV12}, Case{padded, nv12, GST_VIDEO_FORMAT_NV12}}) {
    Rig rig{test.model, test.caps};
    rig.set("on-corrupt", "flag");
    rig.play();
    rig.next();
    const auto damaged = rig.next({.bytes_used = 200});
    GstVideoInfo info;
    gst_video_info_set_format(&info, test.format, 320, 240);
    GstVideoFrame frame;
    fail_unless(gst_video_frame_map(&frame, &info, damaged.get(), GST_MAP_READ));
    fail_unless(GST_VIDEO_FRAME_FLAGS(&frame) == GST_VIDEO_FRAME_FLAG_NONE);
    gst_video_frame_unmap(&frame);
    fail_unless(has(damaged, GST_BUFFER_FLAG_CORRUPTED));
  }
}

GST_END_TEST

GST_START_TEST(test_harmless_jpegs_pass) {
  const auto with = [](Bytes frame, std::size_t count, int padding) {
    frame.insert(frame.end(), count, static_cast<std::byte>(padding));
    return frame;
  };
  const std::vector<Bytes> frames{
      whole_jpeg,
      with(whole_jpeg, 1, 0),
      with(whole_jpeg, 502, 0),
      with(whole_jpeg, 20'000, 0),
      with(whole_jpeg, 7, 0xff),
      // This one has restart markers, extraneous bytes before them, and no Huffman tables.
      bytes({0xff, 0xd8, 0xff, 0xda, 0, 2, 0x12, 0xff, 0xd0, 0x34, 0x55, 0x55, 0xff, 0xd1, 0xff,
             0xd9}),
      bytes({0xff, 0xd8, 0xff, 0xe0, 0, 8, 'A', 'V', 'I', '1', 0, 0, 0xff, 0xda, 0, 2, 0x12, 0xff,
             0xd9}),
  };
  Rig rig{fake::webcam(), jpeg_caps};
  rig.play();
  for (const auto& frame : frames) {
    const auto buffer = rig.next({.content = frame});
    fail_unless(gst_buffer_memcmp(buffer.get(), 0, frame.data(), frame.size()) == 0);
    fail_unless_equals_uint64(gst_buffer_get_size(buffer.get()), frame.size());
  }
  fail_unless_equals_uint64(stat(rig.element, "damaged"), 0);
}

GST_END_TEST

static fake::Model camera_of_all_memory() {
  auto model = fake::webcam();
  model.device_caps |= V4L2_CAP_READWRITE;
  model.cache_hints = true;
  return model;
}

GST_START_TEST(test_jpegs_are_looked_at_in_any_memory_that_costs_nothing) {
  for (const char* const mode : {"auto", "dmabuf", "mmap", "userptr", "rw"}) {
    Rig rig{camera_of_all_memory(), jpeg_caps};
    rig.set("io-mode", mode);
    rig.play();
    // The first frame is checked, too.
    for (std::uint32_t turn = 0; turn < many; ++turn)
      rig.camera->fill_when_queued({.content = truncated_jpeg});
    fail_unless_equals_uint64(GST_BUFFER_OFFSET(rig.next().get()), many);
    fail_unless_equals_uint64(stat(rig.element, "damaged"), many);
  }
}

GST_END_TEST

GST_START_TEST(test_jpegs_are_not_looked_at_where_that_would_take_a_call) {
  Rig rig{camera_of_all_memory(), jpeg_caps};
  rig.set("cache-hints", "lazy");
  rig.play();
  rig.next({.content = truncated_jpeg});
  // The driver's error flag costs no call, so it still counts.
  rig.camera->fill_when_queued({.flags = V4L2_BUF_FLAG_ERROR});
  fail_unless_equals_uint64(GST_BUFFER_OFFSET(rig.next().get()), 2);
  fail_unless_equals_uint64(stat(rig.element, "damaged"), 1);
}

GST_END_TEST

GST_START_TEST(test_growing_goes_on_looking) {
  Rig rig{fake::webcam(), jpeg_caps};
  rig.set("on-starved", "grow");
  rig.play();
  std::vector<Buffer> held;
  for (int frame = 0; frame < 6; ++frame)
    held.push_back(rig.next());
  fail_unless(rig.camera->buffer_count() > 4);
  for (std::uint32_t turn = 0; turn < many; ++turn)
    rig.camera->fill_when_queued({.content = truncated_jpeg});
  fail_unless_equals_uint64(GST_BUFFER_OFFSET(rig.next().get()), many + 6);
}

GST_END_TEST

/// Downstream frees a buffer while the camera is silent. The driver must get it before the next
/// frame.
GST_START_TEST(test_a_buffer_that_comes_back_is_queued_while_it_waits) {
  GstVideoInfo info;
  gst_video_info_set_format(&info, GST_VIDEO_FORMAT_YUY2, 320, 240);
  int left = 4;
  auto* const pool = travel::new_pool(info, {info.size}, [&left](std::size_t size) {
    if (left-- <= 0) return -1;
    const int descriptor = memfd_create("fake-plane", MFD_CLOEXEC);
    return ftruncate(descriptor, static_cast<off_t>(size)) == 0 ? descriptor : -1;
  });
  for (const std::size_t count : {1, 2, 3}) {
    left = 4;
    std::mutex guard;
    std::vector<Buffer> held;
    std::condition_variable came;
    Pooled run{
        "dmabuf-import",
        rig::small_yuyv,
        {.video_meta = true, .pool = pool, .size = static_cast<guint>(info.size), .least = 2},
        static_cast<int>(count) + 1,
        [&](GstBuffer* buffer) {
          const std::lock_guard lock{guard};
          held.emplace_back(gst_buffer_ref(buffer));
          came.notify_one();
        }};
    run.camera->wait_queued(4);
    for (std::size_t frame = 0; frame < count; ++frame)
      run.camera->fill_when_queued();
    {
      std::unique_lock lock{guard};
      came.wait(lock, [&] { return held.size() == count; });
    }
    run.camera->wait_queued(4 - count);
    {
      const std::lock_guard lock{guard};
      held.pop_back();
    }
    run.camera->wait_queued(4 - count + 1);
    run.camera->fill_when_queued();
    run.run_to_the_end();
  }
  gst_object_unref(pool);
}

GST_END_TEST

/// A frame that is left out must be requeued, since the pool has only four buffers.
static void check_left_out_in_a_pool(const char* io_mode) {
  auto* const pool = rig::pool_of_four(io_mode);
  {
    Pooled run{io_mode, rig::small_yuyv, rig::proposal_of(pool), 2};
    run.camera->fill_when_queued();
    for (std::uint32_t turn = 0; turn < many; ++turn)
      run.camera->fill_when_queued({.bytes_used = turn % 2 == 0 ? 100U : 0U});
    run.camera->fill_when_queued();
    const auto offsets = run.run_to_the_end();
    fail_unless_equals_int(offsets.size(), 2);
    fail_unless_equals_uint64(offsets[1], many + 1);
    fail_unless_equals_uint64(stat(run.element, "damaged"), many);
  }
  gst_object_unref(pool);
}

GST_START_TEST(test_a_frame_in_downstreams_buffer_is_left_out_and_filled_again) {
  check_left_out_in_a_pool("dmabuf-import");
  check_left_out_in_a_pool("userptr");
}

GST_END_TEST

GST_START_TEST(test_jpegs_are_looked_at_in_downstreams_plain_memory) {
  auto* const pool = gst_buffer_pool_new();
  {
    Pooled run{"userptr", jpeg_caps, {.pool = pool, .size = 4'000'000, .least = 2}, 1};
    for (std::uint32_t turn = 0; turn < many; ++turn)
      run.camera->fill_when_queued({.content = truncated_jpeg});
    run.camera->fill_when_queued({.content = whole_jpeg});
    const auto offsets = run.run_to_the_end();
    fail_unless_equals_int(offsets.size(), 1);
    fail_unless_equals_uint64(offsets[0], many);
  }
  gst_object_unref(pool);
}

GST_END_TEST

// ---- the first frames ---------------------------------------------------------------------------

GST_START_TEST(test_skip_frames_with_num_buffers_gives_the_frame_after_them) {
  Rig rig;
  g_object_set(rig.element, "num-buffers", 1, "skip-frames", 10, nullptr);
  rig.play();
  for (int frame = 0; frame < 10; ++frame)
    rig.camera->fill_when_queued();
  const auto buffer = rig.next();
  fail_unless_equals_uint64(GST_BUFFER_OFFSET(buffer.get()), 10);
  fail_unless(rig::shows(buffer.get(), 10));
  fail_unless(has(buffer, GST_BUFFER_FLAG_DISCONT));
  fail_unless_equals_uint64(stat(rig.element, "skipped"), 10);
  fail_unless_equals_uint64(stat(rig.element, "delivered"), 1);
  while (auto* const event = gst_harness_pull_event(rig.harness)) {
    const bool eos = GST_EVENT_TYPE(event) == GST_EVENT_EOS;
    gst_event_unref(event);
    if (eos) return;
  }
  ck_abort_msg("no EOS came");
}

GST_END_TEST

GST_START_TEST(test_frames_are_skipped_after_each_start) {
  Rig rig;
  g_object_set(rig.element, "skip-frames", 3, nullptr);
  rig.play();
  for (guint64 start = 1; start <= 5; ++start) {
    // One of the skipped frames is damaged, too.
    for (int frame = 0; frame < 3; ++frame)
      rig.camera->fill_when_queued({.flags = frame == 1 ? V4L2_BUF_FLAG_ERROR : 0U});
    const auto begun = rig.next();
    fail_unless(rig::shows(begun.get(), 3));
    fail_unless(has(begun, GST_BUFFER_FLAG_DISCONT));
    fail_if(has(rig.next(), GST_BUFFER_FLAG_DISCONT));
    fail_unless_equals_uint64(stat(rig.element, "skipped"), 3 * start);
    fail_unless_equals_uint64(stat(rig.element, "damaged"), 0);
    rig.restart();
  }
}

GST_END_TEST

GST_START_TEST(test_frames_are_skipped_after_a_change_of_caps) {
  Rig rig;
  g_object_set(rig.element, "skip-frames", 2, nullptr);
  rig.play();
  for (int frame = 0; frame < 2; ++frame)
    rig.camera->fill_when_queued();
  rig.next();
  gst_harness_set_sink_caps_str(rig.harness, "video/x-raw,format=NV12,width=640,height=480");
  // The old frame lets the element see the change. If the element saw it before, the frame is the
  // first of the new ones.
  rig.camera->fill_when_queued();
  while (rig.camera->calls(VIDIOC_STREAMON) < 2)
    std::this_thread::yield();
  while (const rig::Buffer old{gst_harness_try_pull(rig.harness)})
    fail_unless_equals_int(gst_buffer_get_video_meta(old.get())->width, 320);
  for (int frame = 0; frame < 2; ++frame)
    rig.camera->fill_when_queued();
  const auto begun = rig.next();
  fail_unless_equals_int(gst_buffer_get_video_meta(begun.get())->width, 640);
  fail_unless(rig::shows(begun.get(), 2));
  fail_unless_equals_uint64(stat(rig.element, "skipped"), 4);
}

GST_END_TEST

GST_START_TEST(test_starts_on_the_key_frame_that_the_driver_names) {
  Rig rig{fake::webcam(), h264_caps};
  g_object_set(rig.element, "start-on-keyframe", TRUE, nullptr);
  rig.play();
  for (guint64 start = 1; start <= 3; ++start) {
    for (const std::uint32_t flag : {V4L2_BUF_FLAG_PFRAME, V4L2_BUF_FLAG_BFRAME})
      rig.camera->fill_when_queued({.flags = flag});
    const auto key = rig.next({.flags = V4L2_BUF_FLAG_KEYFRAME});
    fail_unless(rig::shows(key.get(), 2));
    fail_unless(has(key, GST_BUFFER_FLAG_DISCONT));
    fail_if(has(key, GST_BUFFER_FLAG_DELTA_UNIT));
    const auto delta = rig.next({.flags = V4L2_BUF_FLAG_PFRAME});
    fail_unless(rig::shows(delta.get(), 3));
    fail_unless(has(delta, GST_BUFFER_FLAG_DELTA_UNIT));
    fail_if(has(delta, GST_BUFFER_FLAG_DISCONT));
    fail_unless_equals_uint64(stat(rig.element, "skipped"), 2 * start);
    rig.restart();
  }
}

GST_END_TEST

GST_START_TEST(test_starts_on_the_key_frame_that_the_stream_shows) {
  const auto delta = bytes({0, 0, 0, 1, 9, 0xf0, 0, 0, 0, 1, 0x41, 0x9a});
  const auto key = bytes({0, 0, 0, 1, 9, 0xf0, 0, 0, 0, 1, 0x67, 0x42, 0, 0, 1, 0x65});
  for (const char* const mode : {"auto", "mmap", "userptr", "rw"}) {
    Rig rig{camera_of_all_memory(), h264_caps};
    g_object_set(rig.element, "start-on-keyframe", TRUE, nullptr);
    rig.set("io-mode", mode);
    rig.play();
    for (std::uint32_t turn = 0; turn < many; ++turn)
      rig.camera->fill_when_queued({.content = delta});
    fail_unless_equals_uint64(GST_BUFFER_OFFSET(rig.next({.content = key}).get()), many);
    fail_unless_equals_uint64(GST_BUFFER_OFFSET(rig.next({.content = delta}).get()), many + 1);
    fail_unless_equals_uint64(stat(rig.element, "skipped"), many);
  }
}

GST_END_TEST

GST_START_TEST(test_starts_at_once_where_nobody_says_what_frames_are) {
  for (const char* const caps : {h264_caps, jpeg_caps, rig::small_yuyv}) {
    Rig rig{fake::webcam(), caps};
    g_object_set(rig.element, "start-on-keyframe", TRUE, nullptr);
    rig.play();
    fail_unless_equals_uint64(GST_BUFFER_OFFSET(rig.next().get()), 0);
  }
  // So it is where start-on-keyframe is off.
  Rig rig{fake::webcam(), h264_caps};
  rig.play();
  fail_unless_equals_uint64(GST_BUFFER_OFFSET(rig.next({.flags = V4L2_BUF_FLAG_PFRAME}).get()), 0);
}

GST_END_TEST

GST_START_TEST(test_a_damaged_key_frame_begins_nothing) {
  Rig rig{fake::webcam(), h264_caps};
  g_object_set(rig.element, "start-on-keyframe", TRUE, "skip-frames", 1, nullptr);
  rig.play();
  rig.camera->fill_when_queued({.flags = V4L2_BUF_FLAG_KEYFRAME});  // skipped
  rig.camera->fill_when_queued({.flags = V4L2_BUF_FLAG_PFRAME});
  rig.camera->fill_when_queued({.flags = V4L2_BUF_FLAG_KEYFRAME | V4L2_BUF_FLAG_ERROR});
  rig.camera->fill_when_queued({.flags = V4L2_BUF_FLAG_PFRAME});
  const auto begun = rig.next({.flags = V4L2_BUF_FLAG_KEYFRAME});
  fail_unless_equals_uint64(GST_BUFFER_OFFSET(begun.get()), 4);
  fail_unless_equals_uint64(stat(rig.element, "skipped"), 3);
  fail_unless_equals_uint64(stat(rig.element, "damaged"), 1);
}

GST_END_TEST

// ---- key frames on demand -----------------------------------------------------------------------

static fake::Model encoder() {
  auto model = fake::webcam();
  model.forces_key_frames = true;
  return model;
}

static GstEvent* key_unit() {
  return gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, 0);
}

GST_START_TEST(test_a_key_frame_is_forced_while_a_frame_is_waited_for) {
  Rig rig{encoder(), h264_caps};
  rig.play();
  rig.next();
  for (unsigned turn = 1; turn <= 20; ++turn) {
    if (turn % 2 == 0)
      fail_unless(gst_element_send_event(rig.element, key_unit()));
    else
      fail_unless(gst_harness_push_upstream_event(rig.harness, key_unit()));
    rig.camera->wait_controls(turn);
    const auto buffer = rig.next();
    fail_unless_equals_uint64(GST_BUFFER_OFFSET(buffer.get()), turn);
    fail_if(has(buffer, GST_BUFFER_FLAG_DISCONT));
  }
  fail_unless_equals_int(rig.camera->calls(VIDIOC_S_CTRL), 20);
  fail_unless_equals_int(rig.camera->calls(VIDIOC_STREAMON), 1);
}

GST_END_TEST

GST_START_TEST(test_a_device_that_forces_no_key_frame_is_asked_once) {
  Rig rig{fake::webcam(), h264_caps};
  rig.play();
  rig.next();
  fail_unless(gst_harness_push_upstream_event(rig.harness, key_unit()));
  rig.camera->wait_controls(1);
  rig.next();
  for (int turn = 0; turn < 5; ++turn) {
    fail_if(gst_harness_push_upstream_event(rig.harness, key_unit()));
    rig.next();
  }
  fail_unless_equals_int(rig.camera->calls(VIDIOC_S_CTRL), 1);
  // Another device may force key frames, so it is asked again.
  rig.set_state(GST_STATE_NULL);
  rig.play();
  rig.next();
  fail_unless(gst_harness_push_upstream_event(rig.harness, key_unit()));
  rig.camera->wait_controls(2);
}

GST_END_TEST

GST_START_TEST(test_a_failure_to_force_a_key_frame_is_none_of_the_stream) {
  Rig rig{encoder(), h264_caps};
  rig.play();
  rig.next();
  rig.camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_S_CTRL, EBUSY); });
  fail_unless(gst_harness_push_upstream_event(rig.harness, key_unit()));
  rig.next();
  rig.next();
  fail_unless(gst_harness_push_upstream_event(rig.harness, key_unit()));
  rig.camera->wait_controls(2);
  rig.next();
}

GST_END_TEST

GST_START_TEST(test_a_key_frame_asked_for_in_a_pause_is_forced_after_it) {
  Rig rig{encoder(), h264_caps};
  rig.play();
  rig.next();
  rig.set_state(GST_STATE_PAUSED);
  fail_unless(gst_harness_push_upstream_event(rig.harness, key_unit()));
  fail_unless_equals_int(rig.camera->calls(VIDIOC_S_CTRL), 0);
  rig.play();
  rig.next();
  fail_unless_equals_int(rig.camera->calls(VIDIOC_S_CTRL), 1);
  // The request does not survive READY.
  rig.set_state(GST_STATE_PAUSED);
  fail_unless(gst_harness_push_upstream_event(rig.harness, key_unit()));
  rig.set_state(GST_STATE_READY);
  rig.play();
  rig.next();
  fail_unless_equals_int(rig.camera->calls(VIDIOC_S_CTRL), 1);
}

GST_END_TEST

GST_START_TEST(test_asking_at_any_time_disturbs_neither_frames_nor_states) {
  Rig rig{encoder(), h264_caps};
  std::atomic<bool> asking{true};
  std::thread asker{[&] {
    while (asking)
      gst_element_send_event(rig.element, key_unit());
  }};
  for (int turn = 0; turn < rig::repetitions(20); ++turn) {
    rig.play();
    rig.camera->wait_streaming(true);
    for (std::uint32_t frame = 0; frame < 5; ++frame)
      fail_unless(rig::shows(rig.next().get(), frame));
    rig.set_state(turn % 3 == 0 ? GST_STATE_NULL : GST_STATE_PAUSED);
    fail_if(rig.camera->streaming());
  }
  asking = false;
  asker.join();
}

GST_END_TEST

static Suite* damage_suite() {
  return suite_of("damage",
                  {
                      TEST(test_damaged_frames_are_left_out_and_counted),
                      TEST(test_damaged_frames_are_flagged),
                      TEST(test_damaged_frames_pass),
                      TEST(test_a_warning_of_nothing_but_damage_names_its_cause),
                      TEST(test_dropping_is_the_default),
                      TEST(test_a_short_picture_can_be_mapped_as_a_whole),
                      TEST(test_harmless_jpegs_pass),
                      TEST(test_jpegs_are_looked_at_in_any_memory_that_costs_nothing),
                      TEST(test_jpegs_are_not_looked_at_where_that_would_take_a_call),
                      TEST(test_growing_goes_on_looking),
                      TEST(test_a_buffer_that_comes_back_is_queued_while_it_waits),
                      TEST(test_a_frame_in_downstreams_buffer_is_left_out_and_filled_again),
                      TEST(test_jpegs_are_looked_at_in_downstreams_plain_memory),
                      TEST(test_skip_frames_with_num_buffers_gives_the_frame_after_them),
                      TEST(test_frames_are_skipped_after_each_start),
                      TEST(test_frames_are_skipped_after_a_change_of_caps),
                      TEST(test_starts_on_the_key_frame_that_the_driver_names),
                      TEST(test_starts_on_the_key_frame_that_the_stream_shows),
                      TEST(test_starts_at_once_where_nobody_says_what_frames_are),
                      TEST(test_a_damaged_key_frame_begins_nothing),
                      TEST(test_a_key_frame_is_forced_while_a_frame_is_waited_for),
                      TEST(test_a_device_that_forces_no_key_frame_is_asked_once),
                      TEST(test_a_failure_to_force_a_key_frame_is_none_of_the_stream),
                      TEST(test_a_key_frame_asked_for_in_a_pause_is_forced_after_it),
                      TEST(test_asking_at_any_time_disturbs_neither_frames_nor_states),
                  });
}

SUITE_MAIN(damage_suite)
