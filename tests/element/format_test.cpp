// Tests formats in a pipeline: the negotiated caps, and the planes in GstVideoMeta.

#include <string>
#include <vector>

#include <gst/video/video.h>

#include "rigs/rig.h"
#include "rigs/suite.h"

using rig::Rig;

static fake::Model camera_of(const std::vector<std::uint32_t>& fourccs, bool multiplanar = false) {
  auto model = multiplanar ? fake::multiplanar_camera() : fake::webcam();
  model.formats.clear();
  for (const auto fourcc : fourccs)
    model.formats.push_back(
        {.fourcc = fourcc, .modes = {{.size = {320, 240}, .intervals = {{1, 30}}}}});
  return model;
}

static void check_caps(Rig& rig, const char* wanted) {
  auto* const pad = gst_element_get_static_pad(rig.element, "src");
  auto* const caps = gst_pad_get_current_caps(pad);
  auto* const all = gst_caps_from_string(wanted);
  fail_unless(gst_caps_is_subset(caps, all), "%" GST_PTR_FORMAT, caps);
  gst_caps_unref(all);
  gst_caps_unref(caps);
  gst_object_unref(pad);
}

static void check_meta(GstBuffer* buffer, std::vector<int> strides, std::vector<gsize> offsets) {
  const auto* const meta = gst_buffer_get_video_meta(buffer);
  fail_unless(meta != nullptr);
  fail_unless_equals_int(meta->n_planes, strides.size());
  for (std::size_t plane = 0; plane < strides.size(); ++plane) {
    fail_unless_equals_int(meta->stride[plane], strides[plane]);
    fail_unless_equals_uint64(meta->offset[plane], offsets[plane]);
  }
}

GST_START_TEST(test_depths_have_caps_of_their_own) {
  constexpr auto plain = "video/x-raw,format=GRAY16_LE";
  constexpr auto twelve = "video/x-raw,format=GRAY16_LE,significant-bits=12";
  for (const auto* const wanted : {plain, twelve}) {
    Rig rig{camera_of({V4L2_PIX_FMT_Y12, V4L2_PIX_FMT_Y16}), wanted};
    rig.play();
    const auto buffer = rig.next();
    check_caps(rig, wanted);
    const auto fourcc = rig.camera->format().fourcc.code;
    fail_unless_equals_int(fourcc, wanted == plain ? V4L2_PIX_FMT_Y16 : V4L2_PIX_FMT_Y12);
    check_meta(buffer.get(), {640}, {0});
  }
  // Downstream that asks for GRAY16_LE gets the 12 bits that the camera has. The caps say so.
  Rig rig{camera_of({V4L2_PIX_FMT_Y12}), plain};
  rig.play();
  const auto buffer = rig.next();
  check_caps(rig, twelve);
}

GST_END_TEST

GST_START_TEST(test_planes_whose_memories_come_in_another_order) {
  Rig rig{camera_of({V4L2_PIX_FMT_YVU422M}, true), "video/x-raw,format=Y42B"};
  gst_harness_add_propose_allocation_meta(rig.harness, GST_VIDEO_META_API_TYPE, nullptr);
  rig.play();
  for (int turn = 0; turn < 6; ++turn) {
    const auto buffer = rig.next();
    fail_unless_equals_int(gst_buffer_n_memory(buffer.get()), 3);
    check_meta(buffer.get(), {320, 160, 160}, {0, 480 * 240, 320 * 240});
  }
}

GST_END_TEST

GST_START_TEST(test_a_copy_has_them_in_the_usual_order) {
  Rig rig{camera_of({V4L2_PIX_FMT_YVU422M}, true), "video/x-raw,format=Y42B"};
  rig.play();
  const auto buffer = rig.next();
  fail_unless_equals_int(gst_buffer_n_memory(buffer.get()), 1);
  GstMapInfo map;
  fail_unless(gst_buffer_map(buffer.get(), &map, GST_MAP_READ));
  fail_unless_equals_uint64(map.size, 640 * 240);
  const auto* const bytes = reinterpret_cast<const std::byte*>(map.data);
  fail_unless(bytes[320 * 240 + 7] == fake::Camera::expected_byte(0, 2, 7));
  fail_unless(bytes[480 * 240 + 7] == fake::Camera::expected_byte(0, 1, 7));
  gst_buffer_unmap(buffer.get(), &map);
}

GST_END_TEST

GST_START_TEST(test_bayer_of_more_than_eight_bits) {
  auto model = camera_of({V4L2_PIX_FMT_SRGGB10});
  model.line_padding = 64;
  Rig rig{model, "video/x-bayer"};
  gst_harness_add_propose_allocation_meta(rig.harness, GST_VIDEO_META_API_TYPE, nullptr);
  rig.play();
  const auto buffer = rig.next();
  check_caps(rig, "video/x-bayer,format=rggb10le");
  check_meta(buffer.get(), {704}, {0});
}

GST_END_TEST

GST_START_TEST(test_tiles_are_counted) {
  auto model = camera_of({V4L2_PIX_FMT_NV12_4L4});
  model.line_padding = 32;
  Rig rig{model, "video/x-raw,format=NV12_4L4"};
  gst_harness_add_propose_allocation_meta(rig.harness, GST_VIDEO_META_API_TYPE, nullptr);
  rig.play();
  const auto buffer = rig.next();
  check_meta(buffer.get(), {GST_VIDEO_TILE_MAKE_STRIDE(88, 60), GST_VIDEO_TILE_MAKE_STRIDE(88, 30)},
             {0, 352 * 240});
}

GST_END_TEST

static Suite* format_suite() {
  return suite_of("format", {
                                TEST(test_depths_have_caps_of_their_own),
                                TEST(test_planes_whose_memories_come_in_another_order),
                                TEST(test_a_copy_has_them_in_the_usual_order),
                                TEST(test_bayer_of_more_than_eight_bits),
                                TEST(test_tiles_are_counted),
                            });
}

SUITE_MAIN(format_suite)
