// Caps of DMABuf memory can have a DRM format. The table, the caps, and the choice between them and
// system memory are tested.

#include "formats/drm_caps.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gst/video/video.h>
#include <gtest/gtest.h>

#include "common/newer_gstreamer.h"
#include "formats/caps.h"
#include "formats/fixed_caps.h"
#include "formats/format_table.h"
#include "formats/layout.h"
#include "formats/offered_mode.h"
#include "negotiation/candidates.h"

namespace {

using v4l2gst::CapsPtr;
// NOLINTNEXTLINE(misc-unused-using-decls): used from GStreamer 1.24 on
using v4l2gst::OfferedMode;

class DrmCaps : public testing::Test {
protected:
  static void SetUpTestSuite() { gst_init(nullptr, nullptr); }
};

bool has_dmabuf(const GstCaps* caps, guint index) {
  return gst_caps_features_contains(gst_caps_get_features(caps, index), "memory:DMABuf") != FALSE;
}

#if !GSTREAMER_HAS_DMA_DRM

TEST_F(DrmCaps, DoNotExistWithThisGStreamer) {
  for (const auto& row : v4l2gst::format_table) {
    EXPECT_EQ(v4l2gst::drm_format_of(row), nullptr);
    EXPECT_TRUE(gst_caps_is_empty(v4l2gst::caps_of(row, true).get()));
  }
  const auto caps = v4l2gst::template_caps();
  for (guint i = 0; i < gst_caps_get_size(caps.get()); ++i)
    EXPECT_FALSE(has_dmabuf(caps.get(), i));
}

#else

bool has_fields(const GstCaps* caps, guint index) {
  return gst_caps_features_contains(gst_caps_get_features(caps, index), "format:Interlaced") !=
         FALSE;
}

// ---- the table ----------------------------------------------------------------------------------

TEST_F(DrmCaps, EachFormatIsANameThatGStreamerReadsBack) {
  unsigned named = 0;
  for (const auto& row : v4l2gst::format_table) {
    const auto format = v4l2gst::drm_format_of(row);
    if (!format) {
      EXPECT_EQ(row.drm, 0U);
      continue;
    }
    ++named;
    guint64 modifier = 1;
    const auto fourcc = gst_video_dma_drm_fourcc_from_string(format.get(), &modifier);
    EXPECT_NE(fourcc, 0U) << format.get();
    EXPECT_EQ(modifier, 0U) << format.get();
    if (row.drm != 0) {
      EXPECT_EQ(fourcc, row.drm);
      EXPECT_TRUE(row.has_lines());
    }
  }
  EXPECT_GE(named, 45U);
}

TEST_F(DrmCaps, DepthsHaveNamesOfTheirOwn) {
  const auto name = [](std::uint32_t fourcc) {
    const auto format = v4l2gst::drm_format_of(*v4l2gst::row_of(fourcc));
    return std::string{format ? format.get() : "none"};
  };
  EXPECT_EQ(name(V4L2_PIX_FMT_Y10), "R10 ");
  EXPECT_EQ(name(V4L2_PIX_FMT_Y12), "R12 ");
  EXPECT_EQ(name(V4L2_PIX_FMT_Y14), "none");
  EXPECT_EQ(name(V4L2_PIX_FMT_Y16), "R16 ");
}

TEST_F(DrmCaps, TheTemplateListsThemLast) {
  const auto caps = v4l2gst::template_caps();
  const auto size = gst_caps_get_size(caps.get());
  for (guint i = 0; i < size; ++i)
    EXPECT_EQ(has_dmabuf(caps.get(), i), i >= size - 2);
  EXPECT_FALSE(has_fields(caps.get(), size - 2));
  EXPECT_TRUE(has_fields(caps.get(), size - 1));
}

TEST_F(DrmCaps, FixedOnesAreReadBack) {
  v4l2::Format format;
  format.size = {320, 240};
  for (const auto& row : v4l2gst::format_table) {
    const auto caps = v4l2gst::fixed_caps(row, true, format, {1, 30}, {});
    if (!v4l2gst::drm_format_of(row)) {
      EXPECT_TRUE(gst_caps_is_empty(caps.get()));
      continue;
    }
    EXPECT_TRUE(gst_caps_is_fixed(caps.get()));
    EXPECT_TRUE(gst_caps_is_subset(caps.get(), v4l2gst::template_caps().get()));
    GstVideoInfoDmaDrm info;
    ASSERT_TRUE(gst_video_info_dma_drm_from_caps(&info, caps.get()));
    EXPECT_EQ(info.vinfo.width, 320);
    EXPECT_EQ(info.vinfo.height, 240);
    EXPECT_EQ(info.vinfo.fps_n, 30);
    EXPECT_EQ(info.vinfo.interlace_mode, GST_VIDEO_INTERLACE_MODE_PROGRESSIVE);
  }
}

TEST_F(DrmCaps, OfFieldsInTurnHaveTheFeaturesOfBoth) {
  v4l2::Format format;
  format.size = {720, 288};
  format.field = V4L2_FIELD_ALTERNATE;
  v4l2gst::PictureProperties properties;
  properties.interlace = GST_VIDEO_INTERLACE_MODE_ALTERNATE;
  for (const auto& row : v4l2gst::format_table) {
    if (!v4l2gst::drm_format_of(row)) continue;
    const auto caps = v4l2gst::fixed_caps(row, true, format, {1, 25}, properties);
    const v4l2gst::TextPtr text{gst_caps_features_to_string(gst_caps_get_features(caps.get(), 0))};
    EXPECT_STREQ(text.get(), "memory:DMABuf, format:Interlaced");  // as v4l2src has it
    EXPECT_TRUE(gst_caps_is_subset(caps.get(), v4l2gst::template_caps().get()));
    GstVideoInfoDmaDrm info;
    ASSERT_TRUE(gst_video_info_dma_drm_from_caps(&info, caps.get()));
    EXPECT_EQ(info.vinfo.height, 576);
    EXPECT_EQ(info.vinfo.interlace_mode, GST_VIDEO_INTERLACE_MODE_ALTERNATE);
  }
}

// ---- layout -------------------------------------------------------------------------------------

v4l2gst::Layout layout(std::uint32_t fourcc, std::uint32_t bytes_per_line) {
  const auto& row = *v4l2gst::row_of(fourcc);
  v4l2::Format format;
  format.fourcc = {fourcc};
  format.size = {322, 240};
  format.planes[0] = {.bytes_per_line = bytes_per_line, .size_image = 0};
  return v4l2gst::layout_of(format, row, v4l2gst::video_info_of(row, format.size));
}

TEST_F(DrmCaps, LinesAreAsLongAsTheDriverSays) {
  EXPECT_EQ(layout(V4L2_PIX_FMT_Y10, 704).planes[0].stride, 704);
  EXPECT_EQ(layout(V4L2_PIX_FMT_Y10, 704).needed[0], 704U * 240);
  EXPECT_EQ(layout(V4L2_PIX_FMT_RGB332, 322).planes[0].stride, 322);
  EXPECT_EQ(layout(V4L2_PIX_FMT_VUYX32, 0).planes[0].stride, 322 * 4);
  const auto nv42 = layout(V4L2_PIX_FMT_NV42, 352);
  EXPECT_EQ(nv42.plane_count, 2U);
  EXPECT_EQ(nv42.planes[1].stride, 704);
  EXPECT_EQ(nv42.planes[1].offset, 352U * 240);
  EXPECT_EQ(nv42.planes[1].rows, 240U);
}

// ---- candidates ---------------------------------------------------------------------------------

OfferedMode offer(std::uint32_t fourcc, bool dmabuf_caps, std::uint32_t width = 640) {
  return {.row = v4l2gst::row_of(fourcc),
          .sizes = {{width, 480}, {width, 480}},
          .intervals = {{.shortest = {1, 30}, .longest = {1, 30}}},
          .dmabuf_caps = dmabuf_caps};
}

std::string best(const std::vector<OfferedMode>& offers, const char* wanted) {
  const CapsPtr caps{gst_caps_from_string(wanted)};
  const auto found = v4l2gst::ranked_candidates(offers, caps.get());
  if (found.empty()) return "none";
  return (found.front().dmabuf_caps ? "DMABuf " : "system ") +
         v4l2::Fourcc{found.front().row->fourcc}.to_string();
}

TEST_F(DrmCaps, SystemMemoryWinsUnlessDownstreamNamesTheOtherFirst) {
  std::vector<OfferedMode> both{offer(V4L2_PIX_FMT_YUYV, true), offer(V4L2_PIX_FMT_YUYV, false)};
  const auto drm = [](const std::string& fourcc, const std::string& rest = "") {
    return "video/x-raw(memory:DMABuf),format=DMA_DRM,drm-format=" + fourcc + rest;
  };
  for (int turn = 0; turn < 2; ++turn) {
    EXPECT_EQ(best(both, "ANY"), "system YUYV");
    EXPECT_EQ(best(both, "video/x-raw"), "system YUYV");
    EXPECT_EQ(best(both, "video/x-raw(ANY)"), "system YUYV");
    EXPECT_EQ(best(both, drm("YUYV").c_str()), "DMABuf YUYV");
    EXPECT_EQ(best(both, drm("{ NV12, YUYV }").c_str()), "DMABuf YUYV");
    EXPECT_EQ(best(both, "video/x-raw(memory:DMABuf)"), "DMABuf YUYV");
    EXPECT_EQ(best(both, drm("YUYV", "; video/x-raw").c_str()), "DMABuf YUYV");
    EXPECT_EQ(best(both, ("video/x-raw; " + drm("YUYV")).c_str()), "system YUYV");
    EXPECT_EQ(best(both, drm("NV12", "; video/x-raw").c_str()), "system YUYV");
    EXPECT_EQ(best(both, ("video/x-raw(memory:GLMemory); " + drm("YUYV")).c_str()), "DMABuf YUYV");
    EXPECT_EQ(best(both, drm("\"YUYV:0x0100000000000002\"").c_str()), "none");
    std::ranges::reverse(both);
  }
}

TEST_F(DrmCaps, FieldsInTurnAreForWhoNamesBothFeatures) {
  auto fields = offer(V4L2_PIX_FMT_YUYV, true);
  fields.alternate = true;
  auto system_fields = offer(V4L2_PIX_FMT_YUYV, false);
  system_fields.alternate = true;
  const std::vector all{fields, system_fields, offer(V4L2_PIX_FMT_YUYV, true),
                        offer(V4L2_PIX_FMT_YUYV, false)};
  const auto chosen = [&all](const char* wanted) {
    const CapsPtr caps{gst_caps_from_string(wanted)};
    const auto found = v4l2gst::ranked_candidates(all, caps.get());
    if (found.empty()) return std::string{"none"};
    return std::string{found.front().dmabuf_caps ? "DMABuf" : "system"} +
           (found.front().field == V4L2_FIELD_ALTERNATE ? " fields" : "");
  };
  EXPECT_EQ(chosen("video/x-raw(memory:DMABuf, format:Interlaced)"), "DMABuf fields");
  EXPECT_EQ(chosen("video/x-raw(format:Interlaced, memory:DMABuf), drm-format=YUYV"),
            "DMABuf fields");
  EXPECT_EQ(chosen("video/x-raw(memory:DMABuf)"), "DMABuf");
  EXPECT_EQ(chosen("video/x-raw(format:Interlaced)"), "system fields");
  EXPECT_EQ(chosen("video/x-raw(memory:GLMemory, format:Interlaced)"), "none");
}

TEST_F(DrmCaps, WhoNamesOneModeNeedNotAsk) {
  const auto direct = [](const char* features, v4l2gst::CapsKinds kinds) {
    const CapsPtr wanted{gst_caps_from_string(
        ("video/x-raw(" + std::string{features} +
         "),format=DMA_DRM,drm-format=XR12,width=720,height=576,framerate=25/1")
            .c_str())};
    const auto found = v4l2gst::direct_candidates(wanted.get(), false, kinds);
    return !found.empty() && found.front().dmabuf_caps &&
           found.front().row->fourcc == V4L2_PIX_FMT_XRGB444 &&
           (found.front().field == V4L2_FIELD_ALTERNATE) == kinds.alternate;
  };
  constexpr auto both = "memory:DMABuf, format:Interlaced";
  EXPECT_TRUE(direct(both, {.dmabuf = true, .alternate = true}));
  EXPECT_FALSE(direct(both, {.dmabuf = true}));
  EXPECT_FALSE(direct(both, {.alternate = true}));
  EXPECT_FALSE(
      direct("memory:DMABuf, format:Interlaced, x:Whatever", {.dmabuf = true, .alternate = true}));
  EXPECT_TRUE(direct("memory:DMABuf", {.dmabuf = true}));
}

TEST_F(DrmCaps, WhatOnlyDrmKnowsIsChosenWhereNothingElseIsThere) {
  const std::vector alone{offer(V4L2_PIX_FMT_XRGB444, true)};
  EXPECT_EQ(best(alone, "ANY"), "DMABuf XR12");
  EXPECT_EQ(best(alone, "video/x-raw"), "none");
  const std::vector beside{offer(V4L2_PIX_FMT_XRGB444, true, 1280),
                           offer(V4L2_PIX_FMT_GREY, false)};
  EXPECT_EQ(best(beside, "ANY"), "system GREY");
}

#endif

}  // namespace
