// The format table is complete, and reads the same either way.

#include "formats/format_table.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gst/video/video.h>
#include <gtest/gtest.h>

#include "common/handles.h"
#include "formats/caps.h"
#include "formats/fixed_caps.h"
#include "formats/inexpressible.h"
#include "formats/layout.h"
#include "formats/offered_mode.h"
#include "negotiation/candidates.h"

namespace {

using v4l2gst::CapsPtr;
using v4l2gst::FormatRow;

struct Named {
  const char* name;
  std::uint32_t fourcc;
};

constexpr auto in_the_header = std::to_array<Named>({
#include "fourccs.inc"
});

class Table : public testing::Test {
protected:
  static void SetUpTestSuite() { gst_init(nullptr, nullptr); }
};

std::string name_of(std::uint32_t fourcc) {
  return v4l2::Fourcc{fourcc}.to_string();
}

std::string text_of(const CapsPtr& caps) {
  const v4l2gst::TextPtr text{gst_caps_to_string(caps.get())};
  return text.get();
}

TEST_F(Table, HasAllThatTheKernelHasOrSaysWhyNot) {
  EXPECT_GT(std::size(in_the_header), 150U);
  for (const auto& format : in_the_header) {
    const bool known = v4l2gst::row_of(format.fourcc) != nullptr;
    const bool explained = v4l2gst::why_not(format.fourcc) != nullptr;
    EXPECT_NE(known, explained) << format.name << (known ? " is in both lists" : " is in no list");
  }
}

/// Returns a name as docs/formats.md has it.
std::string documented(const std::string& name) {
  return "`" + name.substr(name.find("_FMT_") + 5) + "`";
}

TEST_F(Table, IsDocumented) {
  std::ostringstream read;
  read << std::ifstream{FORMATS_FILE}.rdbuf();
  const auto text = read.str();
  EXPECT_FALSE(text.empty());
  for (const auto& format : in_the_header) {
    // One of two names for the same format is enough.
    const bool found = std::ranges::any_of(in_the_header, [&](const Named& other) {
      return other.fourcc == format.fourcc && text.contains(documented(other.name));
    });
    EXPECT_TRUE(found) << format.name << " is not in " FORMATS_FILE;
  }
}

TEST_F(Table, HasNothingTwice) {
  std::set<std::uint32_t> seen;
  for (const auto& row : v4l2gst::format_table) {
    EXPECT_TRUE(seen.insert(row.fourcc).second) << name_of(row.fourcc);
    EXPECT_EQ(v4l2gst::row_of(row.fourcc), &row);
    EXPECT_EQ(v4l2gst::why_not(row.fourcc), nullptr);
  }
  for (const auto& entry : v4l2gst::inexpressible)
    EXPECT_TRUE(seen.insert(entry.fourcc).second) << name_of(entry.fourcc);
  EXPECT_EQ(v4l2gst::row_of(v4l2_fourcc('n', 'o', 'n', 'e')), nullptr);
  EXPECT_EQ(v4l2gst::why_not(v4l2_fourcc('n', 'o', 'n', 'e')), nullptr);
}

TEST_F(Table, RowsAreOfOneKind) {
  for (const auto& row : v4l2gst::format_table) {
    const auto name = name_of(row.fourcc);
    EXPECT_LE(row.raw() + (row.media != nullptr), 1) << name;
    EXPECT_TRUE(row.has_system_caps() || row.drm != 0) << name;
    // Each row measures lines in one way. Only DRM formats use the shape of another format.
    EXPECT_LE((row.shape() != GST_VIDEO_FORMAT_UNKNOWN) + (row.bits_per_pixel != 0), 1) << name;
    EXPECT_EQ(row.alike != GST_VIDEO_FORMAT_UNKNOWN, !row.has_system_caps()) << name;
    EXPECT_TRUE(row.raw() || !row.separate_planes) << name;
    EXPECT_TRUE(row.raw() || row.significant_bits == 0) << name;
    EXPECT_TRUE(row.separate_planes || !row.cr_first) << name;
  }
}

TEST_F(Table, PlanesAreThoseOfTheVideoFormat) {
  for (const auto& row : v4l2gst::format_table) {
    if (!row.raw()) continue;
    const auto info = v4l2gst::video_info_of(row, {640, 480});
    ASSERT_EQ(GST_VIDEO_INFO_FORMAT(&info), row.video) << name_of(row.fourcc);
    const auto planes = GST_VIDEO_INFO_N_PLANES(&info);
    EXPECT_TRUE(!row.separate_planes || planes > 1) << name_of(row.fourcc);
    EXPECT_TRUE(!row.cr_first || planes == 3) << name_of(row.fourcc);
    std::set<std::uint32_t> memories;
    for (guint plane = 0; plane < planes; ++plane)
      memories.insert(row.memory_of(plane));
    EXPECT_EQ(memories.size(), row.separate_planes ? planes : 1U) << name_of(row.fourcc);
    EXPECT_EQ(*memories.rbegin(), memories.size() - 1) << name_of(row.fourcc);
  }
}

TEST_F(Table, CapsParseAndAreInTheTemplate) {
  const auto all = v4l2gst::template_caps();
  v4l2::Format format;
  format.size = {640, 480};
  for (const auto& row : v4l2gst::format_table) {
    const auto caps = v4l2gst::caps_of(row, false);
    ASSERT_EQ(gst_caps_get_size(caps.get()), row.has_system_caps() ? 1U : 0U)
        << name_of(row.fourcc);
    if (!row.has_system_caps()) continue;
    EXPECT_TRUE(gst_caps_can_intersect(caps.get(), all.get())) << text_of(caps);
    format.fourcc = {row.fourcc};
    const auto fixed = v4l2gst::fixed_caps(row, false, format, {1, 30}, {});
    EXPECT_TRUE(gst_caps_is_fixed(fixed.get())) << text_of(fixed);
    EXPECT_TRUE(gst_caps_is_subset(fixed.get(), all.get())) << text_of(fixed);
    EXPECT_TRUE(gst_caps_is_subset(fixed.get(), caps.get())) << text_of(fixed);
    if (!row.raw()) continue;
    GstVideoInfo info;
    ASSERT_TRUE(gst_video_info_from_caps(&info, fixed.get())) << text_of(fixed);
    EXPECT_EQ(GST_VIDEO_INFO_FORMAT(&info), row.video);
  }
}

v4l2gst::OfferedMode offer(const FormatRow& row) {
  return {.row = &row,
          .sizes = {{640, 480}, {640, 480}},
          .intervals = {{.shortest = {1, 30}, .longest = {1, 30}}}};
}

/// Returns the row that is chosen on a device with all formats. `multiplanar` says whether that
/// includes formats with separate planes.
const FormatRow* chosen(const CapsPtr& wanted, bool multiplanar) {
  std::vector<v4l2gst::OfferedMode> offers;
  for (const auto& row : v4l2gst::format_table)
    if (row.has_system_caps() && (multiplanar || !row.separate_planes))
      offers.push_back(offer(row));
  const auto found = v4l2gst::ranked_candidates(offers, wanted.get());
  return found.empty() ? nullptr : found.front().row;
}

TEST_F(Table, CapsLeadBackToTheFirstRowThatHasThem) {
  for (const bool multiplanar : {false, true}) {
    for (const auto& row : v4l2gst::format_table) {
      if (!row.has_system_caps() || (row.separate_planes && !multiplanar)) continue;
      const auto caps = v4l2gst::caps_of(row, false);
      const auto* const first = std::ranges::find_if(v4l2gst::format_table, [&](const auto& other) {
        return (multiplanar || !other.separate_planes) &&
               gst_caps_is_equal(v4l2gst::caps_of(other, false).get(), caps.get()) != FALSE;
      });
      const auto* const found = chosen(caps, multiplanar);
      ASSERT_NE(found, nullptr) << text_of(caps);
      EXPECT_EQ(found, &*first) << text_of(caps) << " led to " << name_of(found->fourcc);
    }
  }
}

TEST_F(Table, DepthsAreNotMistakenForEachOther) {
  const auto y12 = v4l2gst::caps_of(*v4l2gst::row_of(V4L2_PIX_FMT_Y12), false);
  EXPECT_EQ(text_of(y12), "video/x-raw, format=(string)GRAY16_LE, significant-bits=(int)12");
  const std::vector only_y16{offer(*v4l2gst::row_of(V4L2_PIX_FMT_Y16))};
  EXPECT_TRUE(v4l2gst::ranked_candidates(only_y16, y12.get()).empty());
  const std::vector only_y14{offer(*v4l2gst::row_of(V4L2_PIX_FMT_Y14))};
  EXPECT_TRUE(v4l2gst::ranked_candidates(only_y14, y12.get()).empty());
  const std::vector only_y12{offer(*v4l2gst::row_of(V4L2_PIX_FMT_Y12))};
  const CapsPtr plain{gst_caps_from_string("video/x-raw, format=GRAY16_LE")};
  EXPECT_EQ(v4l2gst::ranked_candidates(only_y12, plain.get()).size(), 1U);
  EXPECT_EQ(chosen(plain, false)->fourcc, std::uint32_t{V4L2_PIX_FMT_Y16});
}

TEST_F(Table, TheTemplateHasOneStructureForBayer) {
  const auto all = v4l2gst::template_caps();
  unsigned bayer = 0;
  for (guint i = 0; i < gst_caps_get_size(all.get()); ++i)
    bayer += gst_structure_has_name(gst_caps_get_structure(all.get(), i), "video/x-bayer") != FALSE;
  EXPECT_EQ(bayer, 1U);
}

}  // namespace
