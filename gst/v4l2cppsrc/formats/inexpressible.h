#pragma once

#include <array>
#include <cstdint>

#include "common/newer_gstreamer.h"
#include "kernel/newer_kernel.h"

namespace v4l2gst {

/// A V4L2 pixel format that no caps express, and why.
struct Inexpressible {
  std::uint32_t fourcc{};
  const char* reason{};
};

// clang-format breaks tables that contain an #if.
// clang-format off

/// The formats of linux/videodev2.h that have no row in the table. GStreamer has no name for them,
/// or one that means something else. tests/unit/formats/format_table_test.cpp compares both
/// tables with the header.
inline constexpr auto inexpressible = std::to_array<Inexpressible>({
    {V4L2_PIX_FMT_BGR666, "18-bit RGB"},
    {V4L2_PIX_FMT_BGR48_12, "48-bit RGB"},
    {V4L2_PIX_FMT_BGR48, "48-bit RGB"},
    {V4L2_PIX_FMT_RGB48, "48-bit RGB"},
    {V4L2_PIX_FMT_PAL8, "palette"},
    {V4L2_PIX_FMT_HI240, "palette"},
    {V4L2_PIX_FMT_HSV24, "HSV"},
    {V4L2_PIX_FMT_HSV32, "HSV"},

    {V4L2_PIX_FMT_YUV444, "16-bit YUV"},
    {V4L2_PIX_FMT_YUV555, "16-bit YUV"},
    {V4L2_PIX_FMT_YUV565, "16-bit YUV"},
    {V4L2_PIX_FMT_YUV48_12, "48-bit YUV"},
    {V4L2_PIX_FMT_XYUV32, "YUV with padding"},
    {V4L2_PIX_FMT_Y41P, "packed 4:1:1"},
    {V4L2_PIX_FMT_M420, "planes by the line"},
    {V4L2_PIX_FMT_UV8, "chroma alone"},
    {V4L2_PIX_FMT_YYUV, "undocumented"},

    {V4L2_PIX_FMT_NV12_16L16, "16x16 tiles"},
    {V4L2_PIX_FMT_NV12MT_16X16, "16x16 tiles"},
    {V4L2_PIX_FMT_P010_4L4, "4x4 tiles of 16 bits"},
    {V4L2_PIX_FMT_MT21C, "compressed by a vendor"},
    {V4L2_PIX_FMT_QC08C, "compressed by a vendor"},
    {V4L2_PIX_FMT_QC10C, "compressed by a vendor"},
#if !GSTREAMER_HAS_TILES_OF_10_BITS
    {V4L2_PIX_FMT_NV15_4L4, "needs GStreamer 1.24"},
    {V4L2_PIX_FMT_MT2110T, "needs GStreamer 1.24"},
    {V4L2_PIX_FMT_MT2110R, "needs GStreamer 1.24"},
#endif
#if !GSTREAMER_HAS_Y216
    {V4L2_PIX_FMT_Y216, "needs GStreamer 1.26"},
#endif
#if !GSTREAMER_READS_BIG_ENDIAN_DRM
    {V4L2_PIX_FMT_RGB555X, "needs GStreamer 1.26"},
    {V4L2_PIX_FMT_XRGB555X, "needs GStreamer 1.26"},
    {V4L2_PIX_FMT_ARGB555X, "needs GStreamer 1.26"},
    {V4L2_PIX_FMT_RGB565X, "needs GStreamer 1.26"},
#endif
#if !GSTREAMER_HAS_NV20
    {V4L2_PIX_FMT_NV20, "needs GStreamer 1.28"},
#endif

    {V4L2_PIX_FMT_Y10BPACK, "packed luma"},
    {V4L2_PIX_FMT_Y10P, "packed luma"},
    {V4L2_PIX_FMT_Y12P, "packed luma"},
    {V4L2_PIX_FMT_Y14P, "packed luma"},
    {V4L2_PIX_FMT_IPU3_Y10, "packed luma"},
    {V4L2_PIX_FMT_PISP_COMP1_MONO, "compressed luma"},
    {V4L2_PIX_FMT_PISP_COMP2_MONO, "compressed luma"},
    {V4L2_PIX_FMT_Y8I, "stereo"},
    {V4L2_PIX_FMT_Y12I, "stereo"},
    {V4L2_PIX_FMT_Y16I, "stereo"},
    {V4L2_PIX_FMT_INZI, "infrared and depth"},
    {V4L2_PIX_FMT_CNF4, "4-bit confidence"},
    {V4L2_TCH_FMT_DELTA_TD08, "signed"},
    {V4L2_TCH_FMT_DELTA_TD16, "signed"},

    {V4L2_PIX_FMT_SBGGR10P, "packed Bayer"},
    {V4L2_PIX_FMT_SGBRG10P, "packed Bayer"},
    {V4L2_PIX_FMT_SGRBG10P, "packed Bayer"},
    {V4L2_PIX_FMT_SRGGB10P, "packed Bayer"},
    {V4L2_PIX_FMT_SBGGR12P, "packed Bayer"},
    {V4L2_PIX_FMT_SGBRG12P, "packed Bayer"},
    {V4L2_PIX_FMT_SGRBG12P, "packed Bayer"},
    {V4L2_PIX_FMT_SRGGB12P, "packed Bayer"},
    {V4L2_PIX_FMT_SBGGR14P, "packed Bayer"},
    {V4L2_PIX_FMT_SGBRG14P, "packed Bayer"},
    {V4L2_PIX_FMT_SGRBG14P, "packed Bayer"},
    {V4L2_PIX_FMT_SRGGB14P, "packed Bayer"},
    {V4L2_PIX_FMT_IPU3_SBGGR10, "packed Bayer"},
    {V4L2_PIX_FMT_IPU3_SGBRG10, "packed Bayer"},
    {V4L2_PIX_FMT_IPU3_SGRBG10, "packed Bayer"},
    {V4L2_PIX_FMT_IPU3_SRGGB10, "packed Bayer"},
    {V4L2_PIX_FMT_RAW_CRU10, "packed Bayer"},
    {V4L2_PIX_FMT_RAW_CRU12, "packed Bayer"},
    {V4L2_PIX_FMT_RAW_CRU14, "packed Bayer"},
    {V4L2_PIX_FMT_RAW_CRU20, "packed Bayer"},
    {V4L2_PIX_FMT_SBGGR10ALAW8, "compressed Bayer"},
    {V4L2_PIX_FMT_SGBRG10ALAW8, "compressed Bayer"},
    {V4L2_PIX_FMT_SGRBG10ALAW8, "compressed Bayer"},
    {V4L2_PIX_FMT_SRGGB10ALAW8, "compressed Bayer"},
    {V4L2_PIX_FMT_SBGGR10DPCM8, "compressed Bayer"},
    {V4L2_PIX_FMT_SGBRG10DPCM8, "compressed Bayer"},
    {V4L2_PIX_FMT_SGRBG10DPCM8, "compressed Bayer"},
    {V4L2_PIX_FMT_SRGGB10DPCM8, "compressed Bayer"},
    {V4L2_PIX_FMT_PISP_COMP1_BGGR, "compressed Bayer"},
    {V4L2_PIX_FMT_PISP_COMP1_GBRG, "compressed Bayer"},
    {V4L2_PIX_FMT_PISP_COMP1_GRBG, "compressed Bayer"},
    {V4L2_PIX_FMT_PISP_COMP1_RGGB, "compressed Bayer"},
    {V4L2_PIX_FMT_PISP_COMP2_BGGR, "compressed Bayer"},
    {V4L2_PIX_FMT_PISP_COMP2_GBRG, "compressed Bayer"},
    {V4L2_PIX_FMT_PISP_COMP2_GRBG, "compressed Bayer"},
    {V4L2_PIX_FMT_PISP_COMP2_RGGB, "compressed Bayer"},

    // Input of codecs, with controls beside it. No device captures it.
    {V4L2_PIX_FMT_MPEG2_SLICE, "stateless codec"},
    {V4L2_PIX_FMT_H264_SLICE, "stateless codec"},
    {V4L2_PIX_FMT_HEVC_SLICE, "stateless codec"},
    {V4L2_PIX_FMT_VP8_FRAME, "stateless codec"},
    {V4L2_PIX_FMT_VP9_FRAME, "stateless codec"},
    {V4L2_PIX_FMT_AV1_FRAME, "stateless codec"},
    {V4L2_PIX_FMT_FWHT_STATELESS, "stateless codec"},
    {V4L2_PIX_FMT_H264_MVC, "several views"},

    // Formats of the webcams of the last century, and others. Only their driver's own library reads
    // them. PJPG is no JPEG that a decoder knows. It has no quantisation tables, but its own in
    // each block (libv4lconvert, tinyjpeg.c).
    {V4L2_PIX_FMT_PJPG, "vendor"},
    {V4L2_PIX_FMT_JPGL, "vendor"},
    {V4L2_PIX_FMT_AJPG, "vendor"},
    {V4L2_PIX_FMT_HEXTILE, "vendor"},
    {V4L2_PIX_FMT_OV511, "vendor"},
    {V4L2_PIX_FMT_OV518, "vendor"},
    {V4L2_PIX_FMT_S5C_UYVY_JPG, "vendor"},
    {V4L2_PIX_FMT_CPIA1, "vendor"},
    {V4L2_PIX_FMT_WNVA, "vendor"},
    {V4L2_PIX_FMT_SN9C20X_I420, "vendor"},
    {V4L2_PIX_FMT_SN9C2028, "vendor"},
    {V4L2_PIX_FMT_ET61X251, "vendor"},
    {V4L2_PIX_FMT_SPCA501, "vendor"},
    {V4L2_PIX_FMT_SPCA505, "vendor"},
    {V4L2_PIX_FMT_SPCA508, "vendor"},
    {V4L2_PIX_FMT_SPCA561, "vendor"},
    {V4L2_PIX_FMT_PAC207, "vendor"},
    {V4L2_PIX_FMT_MR97310A, "vendor"},
    {V4L2_PIX_FMT_JL2005BCD, "vendor"},
    {V4L2_PIX_FMT_SQ905C, "vendor"},
    {V4L2_PIX_FMT_STV0680, "vendor"},
    {V4L2_PIX_FMT_TM6000, "vendor"},
    {V4L2_PIX_FMT_CIT_YYVYUY, "vendor"},
    {V4L2_PIX_FMT_KONICA420, "vendor"},
    {V4L2_PIX_FMT_SE401, "vendor"},
});
// clang-format on

/// Returns why there is no row for a fourcc. Returns null if there is one, or if the fourcc is
/// unknown.
constexpr const char* why_not(std::uint32_t fourcc) {
  for (const auto& entry : inexpressible)
    if (entry.fourcc == fourcc) return entry.reason;
  return nullptr;
}

}  // namespace v4l2gst
