// Tests what reaches downstream: content, order, timestamps and layout.

#include <gst/allocators/allocators.h>
#include <gst/video/video.h>

#include "rigs/rig.h"
#include "rigs/suite.h"

using rig::Rig;

GST_START_TEST(test_frames_arrive_whole_and_in_order) {
  using namespace std::chrono_literals;
  Rig rig;
  rig.kernel.set_time(1000s);
  rig.play();
  for (std::uint32_t sequence = 0; sequence < 20; ++sequence) {
    rig.kernel.set_time(1000s + sequence * 33ms);
    const auto buffer = rig.next();
    fail_unless(rig::shows(buffer.get(), sequence));
    fail_unless_equals_uint64(GST_BUFFER_OFFSET(buffer.get()), sequence);
    fail_unless_equals_uint64(GST_BUFFER_DURATION(buffer.get()), GST_SECOND / 30);
    fail_unless_equals_int(GST_BUFFER_FLAG_IS_SET(buffer.get(), GST_BUFFER_FLAG_DISCONT),
                           sequence == 0);
  }
}

GST_END_TEST

GST_START_TEST(test_lost_frames_are_a_discontinuity) {
  Rig rig;
  rig.play();
  rig.next();
  rig.camera->lose(3);
  const auto buffer = rig.next();
  fail_unless_equals_uint64(GST_BUFFER_OFFSET(buffer.get()), 4);
  fail_unless(GST_BUFFER_FLAG_IS_SET(buffer.get(), GST_BUFFER_FLAG_DISCONT));
  fail_if(GST_BUFFER_FLAG_IS_SET(rig.next().get(), GST_BUFFER_FLAG_DISCONT));
}

GST_END_TEST

GST_START_TEST(test_pts_is_when_the_driver_captured) {
  using namespace std::chrono_literals;
  Rig rig;
  gst_harness_use_testclock(rig.harness);
  gst_harness_set_time(rig.harness, 10 * GST_SECOND);
  rig.kernel.set_time(1000s);
  rig.play();
  const auto base_time = gst_element_get_base_time(rig.element);
  const auto earlier = rig.next({.timestamp = 999s + 900ms});
  fail_unless_equals_uint64(GST_BUFFER_PTS(earlier.get()),
                            10 * GST_SECOND - base_time - 100 * GST_MSECOND);
  const auto later = rig.next({.timestamp = 999s + 933ms});
  fail_unless_equals_uint64(GST_BUFFER_PTS(later.get()) - GST_BUFFER_PTS(earlier.get()),
                            33 * GST_MSECOND);
}

GST_END_TEST

GST_START_TEST(test_pts_never_goes_backwards) {
  using namespace std::chrono_literals;
  Rig rig;
  gst_harness_use_testclock(rig.harness);
  gst_harness_set_time(rig.harness, 10 * GST_SECOND);
  rig.kernel.set_time(1000s);
  rig.play();
  const auto first = rig.next({.timestamp = 1000s});
  const auto earlier = rig.next({.timestamp = 999s});
  const auto future = rig.next({.timestamp = 2000s});
  const auto ancient = rig.next({.timestamp = 1s});
  const auto pts = GST_BUFFER_PTS(first.get());
  fail_unless_equals_uint64(GST_BUFFER_PTS(earlier.get()), pts);
  fail_unless_equals_uint64(GST_BUFFER_PTS(future.get()), pts);
  fail_unless_equals_uint64(GST_BUFFER_PTS(ancient.get()), pts);
}

GST_END_TEST

static void check_layout(const fake::Model& model, const char* caps, std::vector<int> strides,
                         std::vector<gsize> offsets, guint memories) {
  Rig rig{model, caps};
  gst_harness_add_propose_allocation_meta(rig.harness, GST_VIDEO_META_API_TYPE, nullptr);
  rig.play();
  for (std::uint32_t turn = 0; turn < 6; ++turn) {  // six turns reuse each buffer shell
    const auto buffer = rig.next();
    const auto* const meta = gst_buffer_get_video_meta(buffer.get());
    fail_unless(meta != nullptr);
    fail_unless_equals_int(meta->n_planes, strides.size());
    fail_unless_equals_int(gst_buffer_n_memory(buffer.get()), memories);
    for (std::size_t plane = 0; plane < strides.size(); ++plane) {
      fail_unless_equals_int(meta->stride[plane], strides[plane]);
      fail_unless_equals_uint64(meta->offset[plane], offsets[plane]);
    }
  }
}

GST_START_TEST(test_layout_of_a_packed_format) {
  check_layout(fake::webcam(), rig::small_yuyv, {640}, {0}, 1);
}

GST_END_TEST

GST_START_TEST(test_layout_of_a_contiguous_planar_format) {
  check_layout(fake::webcam(), "video/x-raw,format=I420,width=320,height=240", {320, 160, 160},
               {0, 320 * 240, 320 * 240 * 5 / 4}, 1);
}

GST_END_TEST

GST_START_TEST(test_layout_with_padded_lines) {
  auto model = fake::webcam();
  model.line_padding = 64;
  check_layout(model, "video/x-raw,format=NV12,width=320,height=240", {384, 384}, {0, 384 * 240},
               1);
}

GST_END_TEST

GST_START_TEST(test_layout_of_separate_planes) {
  check_layout(fake::multiplanar_camera(), "video/x-raw,format=NV12,width=320,height=240",
               {320, 320}, {0, 320 * 240}, 2);
}

GST_END_TEST

GST_START_TEST(test_layout_skips_data_offsets) {
  auto model = fake::multiplanar_camera();
  model.data_offset = 128;
  Rig rig{model, "video/x-raw,format=NV12,width=320,height=240"};
  rig.play();
  const auto buffer = rig.next();
  GstVideoInfo info;
  gst_video_info_set_format(&info, GST_VIDEO_FORMAT_NV12, 320, 240);
  GstVideoFrame frame;
  fail_unless(gst_video_frame_map(&frame, &info, buffer.get(), GST_MAP_READ));
  for (guint plane = 0; plane < 2; ++plane) {
    const auto* const bytes = static_cast<const std::byte*>(frame.data[plane]);
    fail_unless(bytes[0] == fake::Camera::expected_byte(0, plane, 128));
    fail_unless(bytes[320] == fake::Camera::expected_byte(0, plane, 128 + 320));
  }
  gst_video_frame_unmap(&frame);
}

GST_END_TEST

GST_START_TEST(test_a_tampered_meta_is_mended_for_the_next_frame) {
  Rig rig;
  rig.play();
  for (int turn = 0; turn < 8; ++turn) {
    const auto buffer = rig.next();
    auto* const meta = gst_buffer_get_video_meta(buffer.get());
    fail_unless_equals_int(meta->width, 320);
    fail_unless_equals_int(meta->stride[0], 640);
    fail_unless_equals_uint64(gst_buffer_get_size(buffer.get()), rig::small_yuyv_size);
    meta->width = 100;  // an in-place cropper does this
    meta->stride[0] = 1;
    gst_buffer_resize(buffer.get(), 64, 128);
  }
}

GST_END_TEST

GST_START_TEST(test_auto_gives_dmabuf_that_is_read_without_a_call) {
  Rig rig;
  rig.play();
  const auto buffer = rig.next();
  auto* const memory = gst_buffer_peek_memory(buffer.get(), 0);
  fail_unless(gst_is_dmabuf_memory(memory));
  fail_unless(gst_dmabuf_memory_get_fd(memory) >= 0);
  GstMapInfo map;
  fail_unless(gst_memory_map(memory, &map, GST_MAP_READ));
  // Since GStreamer 1.28 gst_memory_unmap() clears the address, so it is copied.
  const auto* const first = map.data;
  gst_memory_unmap(memory, &map);
  fail_unless(gst_memory_map(memory, &map, GST_MAP_READWRITE));
  fail_unless(map.data == first);
  gst_memory_unmap(memory, &map);
}

GST_END_TEST

GST_START_TEST(test_mmap_gives_plain_memory) {
  for (const bool exports : {true, false}) {
    auto model = fake::webcam();
    model.exports = exports;
    Rig rig{model};
    rig::set(rig.element, "io-mode", "mmap");
    rig.play();
    const auto buffer = rig.next();
    fail_if(gst_is_dmabuf_memory(gst_buffer_peek_memory(buffer.get(), 0)));
    fail_unless(rig::shows(buffer.get(), 0));
  }
}

GST_END_TEST

GST_START_TEST(test_auto_takes_plain_memory_where_nothing_is_exported) {
  auto model = fake::webcam();
  model.exports = false;
  Rig rig{model};
  rig.play();
  for (std::uint32_t sequence = 0; sequence < 6; ++sequence)
    fail_unless(rig::shows(rig.next().get(), sequence));
}

GST_END_TEST

GST_START_TEST(test_compressed_frames_are_as_long_as_they_are) {
  Rig rig{fake::webcam(), "image/jpeg,width=640,height=480"};
  rig.play();
  const std::vector<std::byte> jpeg{std::byte{0xff}, std::byte{0xd8}, std::byte{0x12},
                                    std::byte{0xff}, std::byte{0xd9}};
  const std::vector<std::byte> shorter{std::byte{0xff}, std::byte{0xd8}, std::byte{0xff},
                                       std::byte{0xd9}};
  for (int turn = 0; turn < 6; ++turn) {
    const auto& content = turn % 2 == 0 ? jpeg : shorter;
    const auto buffer = rig.next({.content = content});
    fail_unless_equals_uint64(gst_buffer_get_size(buffer.get()), content.size());
    fail_unless(gst_buffer_memcmp(buffer.get(), 0, content.data(), content.size()) == 0);
    fail_unless(gst_buffer_get_video_meta(buffer.get()) == nullptr);
  }
}

GST_END_TEST

GST_START_TEST(test_short_and_empty_frames_are_dropped_and_requeued) {
  Rig rig;
  rig.play();
  rig.next();
  for (int turn = 0; turn < 10; ++turn)
    rig.camera->fill_when_queued({.bytes_used = 100});
  rig.camera->fill_when_queued({.bytes_used = 0});
  const auto buffer = rig.next();
  fail_unless_equals_uint64(GST_BUFFER_OFFSET(buffer.get()), 12);
  fail_unless(rig::shows(buffer.get(), 12));
}

GST_END_TEST

GST_START_TEST(test_delta_units_and_key_frames) {
  Rig rig{fake::webcam(), "video/x-h264"};
  rig.play();
  const auto key = rig.next({.flags = V4L2_BUF_FLAG_KEYFRAME});
  const auto delta = rig.next({.flags = V4L2_BUF_FLAG_PFRAME});
  fail_if(GST_BUFFER_FLAG_IS_SET(key.get(), GST_BUFFER_FLAG_DELTA_UNIT));
  fail_unless(GST_BUFFER_FLAG_IS_SET(delta.get(), GST_BUFFER_FLAG_DELTA_UNIT));
}

GST_END_TEST

GST_START_TEST(test_a_peer_without_a_wish_gets_what_a_person_would_choose) {
  // At equal rates the largest picture wins. In this webcam's list that one is compressed.
  Rig rig{fake::webcam(), "ANY"};
  rig.play();
  rig.next();
  auto* const caps = gst_pad_get_current_caps(rig.harness->sinkpad);
  const auto* const structure = gst_caps_get_structure(caps, 0);
  fail_unless(gst_structure_has_name(structure, "image/jpeg"));
  gint width{};
  fail_unless(gst_structure_get_int(structure, "width", &width));
  fail_unless_equals_int(width, 1280);
  gst_caps_unref(caps);
}

GST_END_TEST

static void check_latency(const char* policy, guint frames) {
  Rig rig;
  rig::set(rig.element, "on-starved", policy);
  g_object_set(rig.element, "max-buffers", 10, nullptr);
  rig.play();
  rig.next();
  auto* const query = gst_query_new_latency();
  fail_unless(gst_pad_peer_query(rig.harness->sinkpad, query));
  gboolean live{};
  GstClockTime least{};
  GstClockTime most{};
  gst_query_parse_latency(query, &live, &least, &most);
  gst_query_unref(query);
  fail_unless(live);
  fail_unless_equals_uint64(least, GST_SECOND / 30);
  fail_unless_equals_uint64(most, frames * (GST_SECOND / 30));
}

GST_START_TEST(test_latency_is_one_frame_and_all_buffers) {
  check_latency("drop", 4);
  check_latency("copy", 4);
  check_latency("grow", 10);
}

GST_END_TEST

static Suite* data_flow_suite() {
  return suite_of("data_flow", {
                                   TEST(test_frames_arrive_whole_and_in_order),
                                   TEST(test_lost_frames_are_a_discontinuity),
                                   TEST(test_pts_is_when_the_driver_captured),
                                   TEST(test_pts_never_goes_backwards),
                                   TEST(test_layout_of_a_packed_format),
                                   TEST(test_layout_of_a_contiguous_planar_format),
                                   TEST(test_layout_with_padded_lines),
                                   TEST(test_layout_of_separate_planes),
                                   TEST(test_layout_skips_data_offsets),
                                   TEST(test_a_tampered_meta_is_mended_for_the_next_frame),
                                   TEST(test_auto_gives_dmabuf_that_is_read_without_a_call),
                                   TEST(test_mmap_gives_plain_memory),
                                   TEST(test_auto_takes_plain_memory_where_nothing_is_exported),
                                   TEST(test_compressed_frames_are_as_long_as_they_are),
                                   TEST(test_short_and_empty_frames_are_dropped_and_requeued),
                                   TEST(test_delta_units_and_key_frames),
                                   TEST(test_a_peer_without_a_wish_gets_what_a_person_would_choose),
                                   TEST(test_latency_is_one_frame_and_all_buffers),
                               });
}

SUITE_MAIN(data_flow_suite)
