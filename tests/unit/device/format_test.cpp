#include "device/format.h"

#include <gtest/gtest.h>

namespace {

using v4l2::BufferType;
using v4l2::Format;

Format sample(std::uint32_t plane_count) {
  Format format;
  format.fourcc = {V4L2_PIX_FMT_YUV420M};
  format.size = {.width = 640, .height = 480};
  format.field = V4L2_FIELD_INTERLACED;
  format.colorimetry = {.colorspace = V4L2_COLORSPACE_REC709,
                        .transfer = V4L2_XFER_FUNC_709,
                        .encoding = V4L2_YCBCR_ENC_709,
                        .quantization = V4L2_QUANTIZATION_LIM_RANGE};
  format.plane_count = plane_count;
  for (std::uint32_t plane = 0; plane < plane_count; ++plane)
    format.planes[plane] = {.bytes_per_line = 640U >> plane, .size_image = 1000 * (plane + 1)};
  return format;
}

/// Returns `format` after the conversion to an answer and back. An answer requests no conversion.
Format through(Format format, BufferType type) {
  format.convert = true;
  return v4l2::from_wire(to_wire(format, type));
}

TEST(Format, SurvivesTheWayThroughEitherApi) {
  EXPECT_EQ(through(sample(1), BufferType::capture), sample(1));
  EXPECT_EQ(through(sample(3), BufferType::capture_mplane), sample(3));
}

TEST(Format, MarksTheExtendedFieldsAsMeant) {
  EXPECT_EQ(to_wire(sample(1), BufferType::capture).fmt.pix.priv, V4L2_PIX_FMT_PRIV_MAGIC);
}

TEST(Format, AsksForColoursOnlyWhenTheyAreToBeConverted) {
  for (const bool convert : {false, true}) {
    auto format = sample(1);
    format.convert = convert;
    const auto single = to_wire(format, BufferType::capture);
    const auto multi = to_wire(format, BufferType::capture_mplane);
    const auto flags = convert ? std::uint32_t{V4L2_PIX_FMT_FLAG_SET_CSC} : 0U;
    EXPECT_EQ(single.fmt.pix.flags, flags);
    EXPECT_EQ(multi.fmt.pix_mp.flags, flags);
    const auto colours = convert ? format.colorimetry : v4l2::Colorimetry{};
    EXPECT_EQ(v4l2::from_wire(single).colorimetry, colours);
    EXPECT_EQ(v4l2::from_wire(multi).colorimetry, colours);
  }
}

TEST(Format, DoesNotBelieveInMorePlanesThanThereCanBe) {
  auto wire = to_wire(sample(1), BufferType::capture_mplane);
  wire.fmt.pix_mp.num_planes = 200;
  EXPECT_EQ(v4l2::from_wire(wire).plane_count, std::uint32_t{VIDEO_MAX_PLANES});
  wire.fmt.pix_mp.num_planes = 0;
  EXPECT_EQ(v4l2::from_wire(wire).plane_count, 1U);
}

TEST(Fourcc, IsPrintedAsV4l2CtlPrintsIt) {
  EXPECT_EQ(v4l2::Fourcc{V4L2_PIX_FMT_YUYV}.to_string(), "YUYV");
  EXPECT_EQ(v4l2::Fourcc{V4L2_PIX_FMT_Y16_BE}.to_string(), "Y16 -BE");
  EXPECT_EQ(v4l2::Fourcc{0x01020304}.to_string(), "????");
}

}  // namespace
