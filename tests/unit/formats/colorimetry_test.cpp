// V4L2's four numbers are compared with a table written by hand from the V4L2 specification. They
// are also compared with its chromaticities. Round trips keep them.

#include "formats/colorimetry.h"

#include <array>
#include <string>

#include <linux/videodev2.h>

#include <gtest/gtest.h>

namespace {

using v4l2::Colorimetry;
using v4l2gst::colorimetry_of;
using v4l2gst::meets;
using v4l2gst::parse_colorimetry;
using v4l2gst::wire_colorimetry;

constexpr auto full = GST_VIDEO_COLOR_RANGE_0_255;
constexpr auto limited = GST_VIDEO_COLOR_RANGE_16_235;

GstVideoColorimetry named(const char* text) {
  GstVideoColorimetry meant{};
  EXPECT_TRUE(gst_video_colorimetry_from_string(&meant, text)) << text;
  return meant;
}

// The text is never null, for messages.
std::string text_of(const GstVideoColorimetry& meant) {
  return std::to_string(meant.range) + ':' + std::to_string(meant.matrix) + ':' +
         std::to_string(meant.transfer) + ':' + std::to_string(meant.primaries);
}

std::string text_of(const Colorimetry& wire) {
  return "colorspace " + std::to_string(wire.colorspace) + " transfer " +
         std::to_string(wire.transfer) + " encoding " + std::to_string(wire.encoding) +
         " quantization " + std::to_string(wire.quantization);
}

testing::AssertionResult same(const std::optional<GstVideoColorimetry>& one,
                              const GstVideoColorimetry& other) {
  if (!one) return testing::AssertionFailure() << "nothing instead of " << text_of(other);
  if (gst_video_colorimetry_is_equal(&*one, &other) != FALSE) return testing::AssertionSuccess();
  return testing::AssertionFailure() << text_of(*one) << " instead of " << text_of(other);
}

// ---- defaults -----------------------------------------------------------------------------------

struct Defaults {
  std::uint32_t colorspace;
  GstVideoColorRange range;  // of Y'CbCr
  GstVideoColorMatrix matrix;
  GstVideoTransferFunction transfer;
  GstVideoColorPrimaries primaries;
};

// The table is from "Detailed Colorspace Descriptions". BT878 and RAW, which are not there, are
// from videodev2.h.
constexpr std::array specified{
    Defaults{V4L2_COLORSPACE_SMPTE170M, limited, GST_VIDEO_COLOR_MATRIX_BT601,
             GST_VIDEO_TRANSFER_BT601, GST_VIDEO_COLOR_PRIMARIES_SMPTE170M},
    Defaults{V4L2_COLORSPACE_SMPTE240M, limited, GST_VIDEO_COLOR_MATRIX_SMPTE240M,
             GST_VIDEO_TRANSFER_SMPTE240M, GST_VIDEO_COLOR_PRIMARIES_SMPTE240M},
    Defaults{V4L2_COLORSPACE_REC709, limited, GST_VIDEO_COLOR_MATRIX_BT709,
             GST_VIDEO_TRANSFER_BT709, GST_VIDEO_COLOR_PRIMARIES_BT709},
    Defaults{V4L2_COLORSPACE_BT878, limited, GST_VIDEO_COLOR_MATRIX_BT601, GST_VIDEO_TRANSFER_BT709,
             GST_VIDEO_COLOR_PRIMARIES_UNKNOWN},
    Defaults{V4L2_COLORSPACE_470_SYSTEM_M, limited, GST_VIDEO_COLOR_MATRIX_BT601,
             GST_VIDEO_TRANSFER_BT709, GST_VIDEO_COLOR_PRIMARIES_BT470M},
    Defaults{V4L2_COLORSPACE_470_SYSTEM_BG, limited, GST_VIDEO_COLOR_MATRIX_BT601,
             GST_VIDEO_TRANSFER_BT709, GST_VIDEO_COLOR_PRIMARIES_BT470BG},
    Defaults{V4L2_COLORSPACE_JPEG, full, GST_VIDEO_COLOR_MATRIX_BT601, GST_VIDEO_TRANSFER_SRGB,
             GST_VIDEO_COLOR_PRIMARIES_BT709},
    // "Choosing full range as the default would break how applications interpret" it.
    Defaults{V4L2_COLORSPACE_SRGB, limited, GST_VIDEO_COLOR_MATRIX_BT601, GST_VIDEO_TRANSFER_SRGB,
             GST_VIDEO_COLOR_PRIMARIES_BT709},
    Defaults{V4L2_COLORSPACE_OPRGB, limited, GST_VIDEO_COLOR_MATRIX_BT601,
             GST_VIDEO_TRANSFER_ADOBERGB, GST_VIDEO_COLOR_PRIMARIES_ADOBERGB},
    Defaults{V4L2_COLORSPACE_BT2020, limited, GST_VIDEO_COLOR_MATRIX_BT2020,
             GST_VIDEO_TRANSFER_BT2020_12, GST_VIDEO_COLOR_PRIMARIES_BT2020},
    Defaults{V4L2_COLORSPACE_RAW, limited, GST_VIDEO_COLOR_MATRIX_BT601, GST_VIDEO_TRANSFER_GAMMA10,
             GST_VIDEO_COLOR_PRIMARIES_UNKNOWN},
    Defaults{V4L2_COLORSPACE_DCI_P3, limited, GST_VIDEO_COLOR_MATRIX_BT709,
             GST_VIDEO_TRANSFER_UNKNOWN, GST_VIDEO_COLOR_PRIMARIES_SMPTERP431},
};

TEST(Colorimetry, OfAColorspaceAloneIsItsDefaults) {
  for (const auto& row : specified) {
    EXPECT_TRUE(
        same(colorimetry_of({.colorspace = row.colorspace}, false), {.range = row.range,
                                                                     .matrix = row.matrix,
                                                                     .transfer = row.transfer,
                                                                     .primaries = row.primaries}))
        << row.colorspace;
    EXPECT_TRUE(same(colorimetry_of({.colorspace = row.colorspace}, true),
                     {.range = full,
                      .matrix = GST_VIDEO_COLOR_MATRIX_RGB,
                      .transfer = row.transfer,
                      .primaries = row.primaries}))
        << row.colorspace;
  }
}

TEST(Colorimetry, HasTheNameThatGStreamerHasForIt) {
  const auto text = [](std::uint32_t colorspace, bool rgb, unsigned depth = 8) {
    const auto meant = colorimetry_of({.colorspace = colorspace}, rgb, depth);
    return std::string{v4l2gst::colorimetry_text(*meant).get()};
  };
  EXPECT_EQ(text(V4L2_COLORSPACE_SMPTE170M, false), "bt601");
  EXPECT_EQ(text(V4L2_COLORSPACE_SMPTE240M, false), "smpte240m");
  EXPECT_EQ(text(V4L2_COLORSPACE_REC709, false), "bt709");
  EXPECT_EQ(text(V4L2_COLORSPACE_SRGB, true), "sRGB");
  EXPECT_EQ(text(V4L2_COLORSPACE_BT2020, false), "bt2020");
  EXPECT_EQ(text(V4L2_COLORSPACE_BT2020, false, 10), "bt2020-10");
  EXPECT_EQ(text(V4L2_COLORSPACE_BT2020, false, 12), "bt2020");
  EXPECT_EQ(text(V4L2_COLORSPACE_SRGB, false), "2:4:7:1");
  EXPECT_EQ(text(V4L2_COLORSPACE_JPEG, false), "1:4:7:1");
  EXPECT_EQ(v4l2gst::colorimetry_text(GstVideoColorimetry{}), nullptr);
}

TEST(Colorimetry, IsUnknownWhereTheDriverDoesNotKnow) {
  EXPECT_FALSE(colorimetry_of({}, false));
  EXPECT_FALSE(colorimetry_of({.colorspace = V4L2_COLORSPACE_DEFAULT,
                               .transfer = V4L2_XFER_FUNC_709,
                               .encoding = V4L2_YCBCR_ENC_709,
                               .quantization = V4L2_QUANTIZATION_LIM_RANGE},
                              false));
  EXPECT_FALSE(colorimetry_of({.colorspace = 13}, false));
  EXPECT_FALSE(colorimetry_of({.colorspace = 0xffffffff}, true));
}

// ---- explicit values ----------------------------------------------------------------------------

TEST(Colorimetry, TakesEachPartAsItIsSaid) {
  EXPECT_TRUE(
      same(colorimetry_of(
               {.colorspace = V4L2_COLORSPACE_BT2020, .transfer = V4L2_XFER_FUNC_SMPTE2084}, false),
           named("bt2100-pq")));
  const auto with = [](Colorimetry wire, bool rgb = false) {
    wire.colorspace = V4L2_COLORSPACE_REC709;
    return *colorimetry_of(wire, rgb);
  };
  EXPECT_EQ(with({.transfer = V4L2_XFER_FUNC_NONE}).transfer, GST_VIDEO_TRANSFER_GAMMA10);
  EXPECT_EQ(with({.transfer = V4L2_XFER_FUNC_DCI_P3}).transfer, GST_VIDEO_TRANSFER_UNKNOWN);
  EXPECT_EQ(with({.encoding = V4L2_YCBCR_ENC_SYCC}).matrix, GST_VIDEO_COLOR_MATRIX_BT601);
  EXPECT_EQ(with({.encoding = V4L2_YCBCR_ENC_BT2020_CONST_LUM}).matrix,
            GST_VIDEO_COLOR_MATRIX_UNKNOWN);
  EXPECT_EQ(with({.encoding = V4L2_HSV_ENC_180}).matrix, GST_VIDEO_COLOR_MATRIX_UNKNOWN);
  EXPECT_EQ(with({.quantization = V4L2_QUANTIZATION_FULL_RANGE}).range, full);
  EXPECT_EQ(with({.quantization = V4L2_QUANTIZATION_LIM_RANGE}, true).range, limited);
}

TEST(Colorimetry, OfANumberThatIsNewIsUnknownInThatPart) {
  const auto meant = *colorimetry_of(
      {.colorspace = V4L2_COLORSPACE_REC709, .transfer = 8, .encoding = 9, .quantization = 3},
      false);
  EXPECT_TRUE(same(meant, {.range = GST_VIDEO_COLOR_RANGE_UNKNOWN,
                           .matrix = GST_VIDEO_COLOR_MATRIX_UNKNOWN,
                           .transfer = GST_VIDEO_TRANSFER_UNKNOWN,
                           .primaries = GST_VIDEO_COLOR_PRIMARIES_BT709}));
}

// "As seen by the xvYCC formulas these encodings always use limited range quantization, there is no
// full range variant." They do not concern R'G'B'.
TEST(Colorimetry, OfExtendedGamutIsLimitedWhateverIsSaid) {
  for (const auto encoding : {V4L2_YCBCR_ENC_XV601, V4L2_YCBCR_ENC_XV709})
    for (const auto quantization : {V4L2_QUANTIZATION_DEFAULT, V4L2_QUANTIZATION_FULL_RANGE}) {
      const Colorimetry wire{
          .colorspace = V4L2_COLORSPACE_REC709, .encoding = encoding, .quantization = quantization};
      EXPECT_EQ(colorimetry_of(wire, false)->range, limited);
      EXPECT_EQ(colorimetry_of(wire, false)->matrix, encoding == V4L2_YCBCR_ENC_XV601
                                                         ? GST_VIDEO_COLOR_MATRIX_BT601
                                                         : GST_VIDEO_COLOR_MATRIX_BT709);
      EXPECT_EQ(colorimetry_of(wire, true)->range, full);
    }
}

// ---- the specification's numbers ----------------------------------------------------------------

struct Chromaticities {
  std::uint32_t colorspace;
  std::array<double, 8> xy;  // red, green, blue, white
};

constexpr std::array chromaticities{
    Chromaticities{V4L2_COLORSPACE_SMPTE170M,
                   {0.630, 0.340, 0.310, 0.595, 0.155, 0.070, 0.3127, 0.3290}},
    Chromaticities{V4L2_COLORSPACE_SMPTE240M,
                   {0.630, 0.340, 0.310, 0.595, 0.155, 0.070, 0.3127, 0.3290}},
    Chromaticities{V4L2_COLORSPACE_REC709,
                   {0.640, 0.330, 0.300, 0.600, 0.150, 0.060, 0.3127, 0.3290}},
    Chromaticities{V4L2_COLORSPACE_470_SYSTEM_M,
                   {0.67, 0.33, 0.21, 0.71, 0.14, 0.08, 0.310, 0.316}},
    Chromaticities{V4L2_COLORSPACE_470_SYSTEM_BG,
                   {0.64, 0.33, 0.29, 0.60, 0.15, 0.06, 0.3127, 0.3290}},
    Chromaticities{V4L2_COLORSPACE_JPEG,
                   {0.640, 0.330, 0.300, 0.600, 0.150, 0.060, 0.3127, 0.3290}},
    Chromaticities{V4L2_COLORSPACE_SRGB,
                   {0.640, 0.330, 0.300, 0.600, 0.150, 0.060, 0.3127, 0.3290}},
    Chromaticities{V4L2_COLORSPACE_OPRGB,
                   {0.6400, 0.3300, 0.2100, 0.7100, 0.1500, 0.0600, 0.3127, 0.3290}},
    Chromaticities{V4L2_COLORSPACE_BT2020,
                   {0.708, 0.292, 0.170, 0.797, 0.131, 0.046, 0.3127, 0.3290}},
    Chromaticities{V4L2_COLORSPACE_DCI_P3,
                   {0.6800, 0.3200, 0.2650, 0.6900, 0.1500, 0.0600, 0.3140, 0.3510}},
};

TEST(Colorimetry, HasTheChromaticitiesThatV4l2Specifies) {
  for (const auto& [colorspace, xy] : chromaticities) {
    const auto* const info = gst_video_color_primaries_get_info(
        colorimetry_of({.colorspace = colorspace}, false)->primaries);
    const std::array have{info->Rx, info->Ry, info->Gx, info->Gy,
                          info->Bx, info->By, info->Wx, info->Wy};
    for (std::size_t i = 0; i < xy.size(); ++i)
      // GStreamer's white point C has two digits more.
      EXPECT_NEAR(have[i], xy[i], 0.0002) << colorspace << " [" << i << ']';
  }
}

TEST(Colorimetry, HasTheLumaCoefficientsThatV4l2Specifies) {
  struct Coefficients {
    std::uint32_t encoding;
    double kr;
    double kb;
  };

  for (const auto& [encoding, kr, kb] : {Coefficients{V4L2_YCBCR_ENC_601, 0.2990, 0.1140},
                                         Coefficients{V4L2_YCBCR_ENC_709, 0.2126, 0.0722},
                                         Coefficients{V4L2_YCBCR_ENC_XV601, 0.2990, 0.1140},
                                         Coefficients{V4L2_YCBCR_ENC_XV709, 0.2126, 0.0722},
                                         Coefficients{V4L2_YCBCR_ENC_SYCC, 0.2990, 0.1140},
                                         Coefficients{V4L2_YCBCR_ENC_BT2020, 0.2627, 0.0593},
                                         Coefficients{V4L2_YCBCR_ENC_SMPTE240M, 0.2122, 0.0865}}) {
    const auto meant =
        colorimetry_of({.colorspace = V4L2_COLORSPACE_SRGB, .encoding = encoding}, false);
    gdouble have_kr{};
    gdouble have_kb{};
    ASSERT_TRUE(gst_video_color_matrix_get_Kr_Kb(meant->matrix, &have_kr, &have_kb));
    // SMPTE 240M has 0.212 and 0.087. V4L2 computes its coefficients itself.
    EXPECT_NEAR(have_kr, kr, 0.0006) << encoding;
    EXPECT_NEAR(have_kb, kb, 0.0006) << encoding;
  }
}

// ---- round trips --------------------------------------------------------------------------------

/// Returns a driver's answer. The driver fills in the fields that the request leaves open.
Colorimetry filled_in(Colorimetry wish, const Colorimetry& drivers) {
  if (wish.colorspace == 0) wish.colorspace = drivers.colorspace;
  if (wish.transfer == 0) wish.transfer = drivers.transfer;
  if (wish.encoding == 0) wish.encoding = drivers.encoding;
  if (wish.quantization == 0) wish.quantization = drivers.quantization;
  return wish;
}

TEST(Colorimetry, OfEveryDriverCanBeAskedFor) {
  unsigned count = 0;
  Colorimetry wire;
  for (wire.colorspace = 1; wire.colorspace <= 12; ++wire.colorspace)
    for (wire.transfer = 0; wire.transfer <= 7; ++wire.transfer)
      for (wire.encoding = 0; wire.encoding <= 8; ++wire.encoding)
        for (wire.quantization = 0; wire.quantization <= 2; ++wire.quantization)
          for (const bool rgb : {false, true})
            for (const unsigned depth : {8U, 10U}) {
              ++count;
              const auto there = colorimetry_of(wire, rgb, depth);
              ASSERT_TRUE(there) << text_of(wire);
              const auto back = wire_colorimetry(*there);
              ASSERT_TRUE(back) << text_of(wire);
              // A request has each part that GStreamer can name.
              EXPECT_EQ(back->colorspace == 0, there->primaries == 0) << text_of(wire);
              EXPECT_EQ(back->transfer == 0, there->transfer == 0) << text_of(wire);
              EXPECT_EQ(back->encoding == 0, rgb || there->matrix == 0) << text_of(wire);
              EXPECT_NE(back->quantization, 0U) << text_of(wire);
              EXPECT_TRUE(same(colorimetry_of(filled_in(*back, wire), rgb, depth), *there))
                  << text_of(wire);
            }
  EXPECT_EQ(count, 12U * 8 * 9 * 3 * 2 * 2);
}

TEST(Colorimetry, WithANameCanBeAskedFor) {
  struct Name {
    const char* text;
    unsigned depth;
  };

  for (const auto& [text, depth] :
       {Name{"bt601", 8}, Name{"bt709", 8}, Name{"smpte240m", 8}, Name{"sRGB", 8},
        Name{"bt2020", 8}, Name{"bt2020", 12}, Name{"bt2020-10", 10}, Name{"bt2100-pq", 10}}) {
    const auto wanted = named(text);
    const auto wire = wire_colorimetry(wanted);
    ASSERT_TRUE(wire) << text;
    const bool rgb = wanted.matrix == GST_VIDEO_COLOR_MATRIX_RGB;
    EXPECT_TRUE(same(colorimetry_of(*wire, rgb, depth), wanted)) << text;
  }
}

// V4L2 has no hybrid log-gamma, no FCC matrix and no primaries of film or JEDEC.
TEST(Colorimetry, ThatV4l2HasNoNameForCannotBeAskedFor) {
  EXPECT_FALSE(wire_colorimetry(named("bt2100-hlg")));
  auto wanted = named("bt601");
  wanted.matrix = GST_VIDEO_COLOR_MATRIX_FCC;
  EXPECT_FALSE(wire_colorimetry(wanted));
  wanted = named("bt709");
  wanted.transfer = GST_VIDEO_TRANSFER_GAMMA22;
  EXPECT_FALSE(wire_colorimetry(wanted));
  for (const auto primaries :
       {GST_VIDEO_COLOR_PRIMARIES_FILM, GST_VIDEO_COLOR_PRIMARIES_SMPTEST428,
        GST_VIDEO_COLOR_PRIMARIES_SMPTEEG432, GST_VIDEO_COLOR_PRIMARIES_EBU3213}) {
    wanted = named("bt709");
    wanted.primaries = primaries;
    EXPECT_FALSE(wire_colorimetry(wanted)) << primaries;
  }
}

// GStreamer's JPEG is 1:4:0:0, without a transfer function and primaries.
TEST(Colorimetry, ThatIsUnknownIsLeftToTheDriver) {
  const auto jpeg = named("1:4:0:0");
  const auto wire = wire_colorimetry(jpeg);
  ASSERT_TRUE(wire);
  EXPECT_EQ(*wire, (Colorimetry{.colorspace = V4L2_COLORSPACE_DEFAULT,
                                .transfer = V4L2_XFER_FUNC_DEFAULT,
                                .encoding = V4L2_YCBCR_ENC_601,
                                .quantization = V4L2_QUANTIZATION_FULL_RANGE}));
  for (const auto colorspace : {V4L2_COLORSPACE_JPEG, V4L2_COLORSPACE_SRGB, V4L2_COLORSPACE_REC709})
    EXPECT_TRUE(meets(jpeg, *colorimetry_of(filled_in(*wire, {.colorspace = colorspace}), false)));
  EXPECT_EQ(wire_colorimetry(GstVideoColorimetry{}), Colorimetry{});
}

TEST(Colorimetry, IsMetByWhatIsTheSameInAllThatIsKnown) {
  EXPECT_TRUE(meets(named("bt709"), named("bt709")));
  EXPECT_TRUE(meets(GstVideoColorimetry{}, named("bt709")));
  EXPECT_TRUE(meets(named("bt2020"), named("bt2020-10")));
  auto other = named("bt601");
  other.transfer = GST_VIDEO_TRANSFER_BT709;
  EXPECT_TRUE(meets(other, named("bt601")));
  EXPECT_FALSE(meets(named("bt709"), named("bt601")));
  EXPECT_FALSE(meets(named("bt709"), GstVideoColorimetry{}));
  other = named("bt709");
  other.range = full;
  EXPECT_FALSE(meets(other, named("bt709")));
}

// ---- text ---------------------------------------------------------------------------------------

TEST(Colorimetry, IsParsed) {
  EXPECT_TRUE(same(parse_colorimetry("bt709"), named("bt709")));
  EXPECT_TRUE(same(parse_colorimetry("2:4:7:1"), {.range = limited,
                                                  .matrix = GST_VIDEO_COLOR_MATRIX_BT601,
                                                  .transfer = GST_VIDEO_TRANSFER_SRGB,
                                                  .primaries = GST_VIDEO_COLOR_PRIMARIES_BT709}));
  EXPECT_TRUE(same(parse_colorimetry("1:4:0:0"), named("1:4:0:0")));
  EXPECT_TRUE(parse_colorimetry("2:6:16:12"));
  for (const auto* text : {"", "bt710", "BT709", "2:4:7", "2:4:7:x", "2:4:7:1:5", "2:4:7:1 ",
                           "3:4:7:1", "2:7:7:1", "2:4:17:1", "2:4:7:13", "-1:4:7:1", "2:-4:7:1"})
    EXPECT_FALSE(parse_colorimetry(text)) << text;
}

}  // namespace
