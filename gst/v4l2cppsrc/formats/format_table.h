#pragma once

#include <array>
#include <cstdint>

#include "common/newer_gstreamer.h"
#include "formats/format_row.h"
#include "kernel/newer_kernel.h"

namespace v4l2gst {

// clang-format breaks tables that contain an #if.
// clang-format off

/// The formats that both V4L2 and GStreamer have a name for, in this one place. The V4L2
/// specification (pixfmt-*.rst) shows that the bits mean the same, and
/// tests/unit/formats/pixel_content_test.cpp reads bytes by it. Where two rows have the same caps,
/// the earlier one is preferred. That is the one with separate planes, which v4l2src takes too, and
/// which the codecs beside such cameras want.
inline constexpr std::array format_table{
    // YUV of 8 bits.
    joined(V4L2_PIX_FMT_YUYV, GST_VIDEO_FORMAT_YUY2),
    joined(V4L2_PIX_FMT_UYVY, GST_VIDEO_FORMAT_UYVY),
    joined(V4L2_PIX_FMT_YVYU, GST_VIDEO_FORMAT_YVYU),
    joined(V4L2_PIX_FMT_VYUY, GST_VIDEO_FORMAT_VYUY),
    separate(V4L2_PIX_FMT_NV12M, GST_VIDEO_FORMAT_NV12),
    joined(V4L2_PIX_FMT_NV12, GST_VIDEO_FORMAT_NV12),
    separate(V4L2_PIX_FMT_NV21M, GST_VIDEO_FORMAT_NV21),
    joined(V4L2_PIX_FMT_NV21, GST_VIDEO_FORMAT_NV21),
    separate(V4L2_PIX_FMT_NV16M, GST_VIDEO_FORMAT_NV16),
    joined(V4L2_PIX_FMT_NV16, GST_VIDEO_FORMAT_NV16),
    separate(V4L2_PIX_FMT_NV61M, GST_VIDEO_FORMAT_NV61),
    joined(V4L2_PIX_FMT_NV61, GST_VIDEO_FORMAT_NV61),
    joined(V4L2_PIX_FMT_NV24, GST_VIDEO_FORMAT_NV24),
    separate(V4L2_PIX_FMT_YUV420M, GST_VIDEO_FORMAT_I420),
    joined(V4L2_PIX_FMT_YUV420, GST_VIDEO_FORMAT_I420),
    separate(V4L2_PIX_FMT_YVU420M, GST_VIDEO_FORMAT_YV12),
    joined(V4L2_PIX_FMT_YVU420, GST_VIDEO_FORMAT_YV12),
    separate(V4L2_PIX_FMT_YUV422M, GST_VIDEO_FORMAT_Y42B),
    swapped(V4L2_PIX_FMT_YVU422M, GST_VIDEO_FORMAT_Y42B),
    joined(V4L2_PIX_FMT_YUV422P, GST_VIDEO_FORMAT_Y42B),
    separate(V4L2_PIX_FMT_YUV444M, GST_VIDEO_FORMAT_Y444),
    swapped(V4L2_PIX_FMT_YVU444M, GST_VIDEO_FORMAT_Y444),
    joined(V4L2_PIX_FMT_YUV411P, GST_VIDEO_FORMAT_Y41B),
    joined(V4L2_PIX_FMT_YUV410, GST_VIDEO_FORMAT_YUV9),
    joined(V4L2_PIX_FMT_YVU410, GST_VIDEO_FORMAT_YVU9),
    joined(V4L2_PIX_FMT_YUV24, GST_VIDEO_FORMAT_v308, drm_code("VU24")),
    joined(V4L2_PIX_FMT_AYUV32, GST_VIDEO_FORMAT_AYUV),
    joined(V4L2_PIX_FMT_YUV32, GST_VIDEO_FORMAT_AYUV),
    joined(V4L2_PIX_FMT_VUYA32, GST_VIDEO_FORMAT_VUYA, drm_code("AYUV")),

    // RGB of 8 bits and less. The deprecated formats (RGB32, BGR32, RGB555) do not define their
    // bits without a colour, so these rows ignore them.
    joined(V4L2_PIX_FMT_RGB24, GST_VIDEO_FORMAT_RGB),
    joined(V4L2_PIX_FMT_BGR24, GST_VIDEO_FORMAT_BGR),
    joined(V4L2_PIX_FMT_XBGR32, GST_VIDEO_FORMAT_BGRx),
    joined(V4L2_PIX_FMT_BGR32, GST_VIDEO_FORMAT_BGRx),
    joined(V4L2_PIX_FMT_RGBX32, GST_VIDEO_FORMAT_RGBx),
    joined(V4L2_PIX_FMT_XRGB32, GST_VIDEO_FORMAT_xRGB),
    joined(V4L2_PIX_FMT_RGB32, GST_VIDEO_FORMAT_xRGB),
    joined(V4L2_PIX_FMT_BGRX32, GST_VIDEO_FORMAT_xBGR),
    joined(V4L2_PIX_FMT_ABGR32, GST_VIDEO_FORMAT_BGRA),
    joined(V4L2_PIX_FMT_RGBA32, GST_VIDEO_FORMAT_RGBA),
    joined(V4L2_PIX_FMT_ARGB32, GST_VIDEO_FORMAT_ARGB),
    joined(V4L2_PIX_FMT_BGRA32, GST_VIDEO_FORMAT_ABGR),
    rgb16(V4L2_PIX_FMT_RGB565, GST_VIDEO_FORMAT_RGB16, drm_code("RG16")),
    rgb16(V4L2_PIX_FMT_XRGB555, GST_VIDEO_FORMAT_RGB15, drm_code("XR15")),
    rgb16(V4L2_PIX_FMT_RGB555, GST_VIDEO_FORMAT_RGB15, drm_code("XR15")),
    rgb16(V4L2_PIX_FMT_XBGR555, GST_VIDEO_FORMAT_BGR15, drm_code("XB15")),

    // More than 8 bits, the samples in the high bits.
    joined(V4L2_PIX_FMT_P010, GST_VIDEO_FORMAT_P010_10LE, drm_code("P010")),
    separate(V4L2_PIX_FMT_P012M, GST_VIDEO_FORMAT_P012_LE),
    joined(V4L2_PIX_FMT_P012, GST_VIDEO_FORMAT_P012_LE, drm_code("P012")),
    joined(V4L2_PIX_FMT_Y210, GST_VIDEO_FORMAT_Y210, drm_code("Y210")),
    joined(V4L2_PIX_FMT_Y212, GST_VIDEO_FORMAT_Y212_LE, drm_code("Y212")),
#if GSTREAMER_HAS_Y216
    joined(V4L2_PIX_FMT_Y216, GST_VIDEO_FORMAT_Y216_LE, drm_code("Y216")),
#endif
    joined(V4L2_PIX_FMT_ARGB2101010, GST_VIDEO_FORMAT_BGR10A2_LE, drm_code("AR30")),
    joined(V4L2_PIX_FMT_ABGR64_12, GST_VIDEO_FORMAT_BGRA64_LE, drm_code("AR48")),

    // 10 bits without a gap.
    joined(V4L2_PIX_FMT_NV15, GST_VIDEO_FORMAT_NV12_10LE40, drm_code("NV15")),
#if GSTREAMER_HAS_NV20
    joined(V4L2_PIX_FMT_NV20, GST_VIDEO_FORMAT_NV16_10LE40, drm_code("NV20")),
#endif

    // Tiles. DRM's names for them need modifiers, which no driver reports.
    separate(V4L2_PIX_FMT_NV12MT, GST_VIDEO_FORMAT_NV12_64Z32),
    separate(V4L2_PIX_FMT_MM21, GST_VIDEO_FORMAT_NV12_16L32S),
    joined(V4L2_PIX_FMT_NV12_4L4, GST_VIDEO_FORMAT_NV12_4L4),
    joined(V4L2_PIX_FMT_NV12_32L32, GST_VIDEO_FORMAT_NV12_32L32),
    separate(V4L2_PIX_FMT_NV12M_8L128, GST_VIDEO_FORMAT_NV12_8L128),
    joined(V4L2_PIX_FMT_NV12_8L128, GST_VIDEO_FORMAT_NV12_8L128),
    separate(V4L2_PIX_FMT_NV12M_10BE_8L128, GST_VIDEO_FORMAT_NV12_10BE_8L128),
    joined(V4L2_PIX_FMT_NV12_10BE_8L128, GST_VIDEO_FORMAT_NV12_10BE_8L128),
#if GSTREAMER_HAS_TILES_OF_10_BITS
    joined(V4L2_PIX_FMT_NV15_4L4, GST_VIDEO_FORMAT_NV12_10LE40_4L4),
    separate(V4L2_PIX_FMT_MT2110T, GST_VIDEO_FORMAT_MT2110T),
    separate(V4L2_PIX_FMT_MT2110R, GST_VIDEO_FORMAT_MT2110R),
#endif

    // Luma, and measured values that are shown like luma. Y4, Y6 and Y012 have their samples in the
    // high bits, so they need no other name. Samples in the low bits would look almost black.
    joined(V4L2_PIX_FMT_GREY, GST_VIDEO_FORMAT_GRAY8),
    joined(V4L2_PIX_FMT_Y6, GST_VIDEO_FORMAT_GRAY8),
    joined(V4L2_PIX_FMT_Y4, GST_VIDEO_FORMAT_GRAY8),
    joined(V4L2_PIX_FMT_Y16, GST_VIDEO_FORMAT_GRAY16_LE),
    joined(V4L2_PIX_FMT_Y012, GST_VIDEO_FORMAT_GRAY16_LE),
    joined(V4L2_PIX_FMT_Y16_BE, GST_VIDEO_FORMAT_GRAY16_BE),
    dim(V4L2_PIX_FMT_Y14, 14, 0),
    dim(V4L2_PIX_FMT_Y12, 12, drm_code("R12 ")),
#if GSTREAMER_HAS_GRAY10
    joined(V4L2_PIX_FMT_Y10, GST_VIDEO_FORMAT_GRAY10_LE16, drm_code("R10 ")),
#else
    dim(V4L2_PIX_FMT_Y10, 10, drm_code("R10 ")),
#endif
    joined(V4L2_PIX_FMT_Z16, GST_VIDEO_FORMAT_GRAY16_LE),
    joined(V4L2_TCH_FMT_TU08, GST_VIDEO_FORMAT_GRAY8),
    joined(V4L2_TCH_FMT_TU16, GST_VIDEO_FORMAT_GRAY16_LE),

    // Bayer. Samples of more than 8 bits take 16, with the least significant byte first.
    bayer(V4L2_PIX_FMT_SBGGR8, 8, "video/x-bayer, format=(string)bggr"),
    bayer(V4L2_PIX_FMT_SGBRG8, 8, "video/x-bayer, format=(string)gbrg"),
    bayer(V4L2_PIX_FMT_SGRBG8, 8, "video/x-bayer, format=(string)grbg"),
    bayer(V4L2_PIX_FMT_SRGGB8, 8, "video/x-bayer, format=(string)rggb"),
    bayer(V4L2_PIX_FMT_SBGGR10, 16, "video/x-bayer, format=(string)bggr10le"),
    bayer(V4L2_PIX_FMT_SGBRG10, 16, "video/x-bayer, format=(string)gbrg10le"),
    bayer(V4L2_PIX_FMT_SGRBG10, 16, "video/x-bayer, format=(string)grbg10le"),
    bayer(V4L2_PIX_FMT_SRGGB10, 16, "video/x-bayer, format=(string)rggb10le"),
    bayer(V4L2_PIX_FMT_SBGGR12, 16, "video/x-bayer, format=(string)bggr12le"),
    bayer(V4L2_PIX_FMT_SGBRG12, 16, "video/x-bayer, format=(string)gbrg12le"),
    bayer(V4L2_PIX_FMT_SGRBG12, 16, "video/x-bayer, format=(string)grbg12le"),
    bayer(V4L2_PIX_FMT_SRGGB12, 16, "video/x-bayer, format=(string)rggb12le"),
    bayer(V4L2_PIX_FMT_SBGGR14, 16, "video/x-bayer, format=(string)bggr14le"),
    bayer(V4L2_PIX_FMT_SGBRG14, 16, "video/x-bayer, format=(string)gbrg14le"),
    bayer(V4L2_PIX_FMT_SGRBG14, 16, "video/x-bayer, format=(string)grbg14le"),
    bayer(V4L2_PIX_FMT_SRGGB14, 16, "video/x-bayer, format=(string)rggb14le"),
    bayer(V4L2_PIX_FMT_SBGGR16, 16, "video/x-bayer, format=(string)bggr16le"),
    bayer(V4L2_PIX_FMT_SGBRG16, 16, "video/x-bayer, format=(string)gbrg16le"),
    bayer(V4L2_PIX_FMT_SGRBG16, 16, "video/x-bayer, format=(string)grbg16le"),
    bayer(V4L2_PIX_FMT_SRGGB16, 16, "video/x-bayer, format=(string)rggb16le"),

    // Compressed: a buffer is a frame, or an access unit.
    coded(V4L2_PIX_FMT_MJPEG, "image/jpeg, parsed=(boolean)true"),
    coded(V4L2_PIX_FMT_JPEG, "image/jpeg, parsed=(boolean)true"),
    coded(V4L2_PIX_FMT_H264,
          "video/x-h264, stream-format=(string)byte-stream, alignment=(string)au"),
    coded(V4L2_PIX_FMT_H264_NO_SC, "video/x-h264, stream-format=(string)avc, alignment=(string)au"),
    coded(V4L2_PIX_FMT_HEVC,
          "video/x-h265, stream-format=(string)byte-stream, alignment=(string)au"),
    coded(V4L2_PIX_FMT_AV1, "video/x-av1, stream-format=(string)obu-stream, alignment=(string)tu"),
    coded(V4L2_PIX_FMT_VP8, "video/x-vp8"),
    coded(V4L2_PIX_FMT_VP9, "video/x-vp9"),
    coded(V4L2_PIX_FMT_MPEG1, "video/mpeg, mpegversion=(int)1, systemstream=(boolean)false"),
    coded(V4L2_PIX_FMT_MPEG2, "video/mpeg, mpegversion=(int)2, systemstream=(boolean)false"),
    coded(V4L2_PIX_FMT_MPEG4, "video/mpeg, mpegversion=(int)4, systemstream=(boolean)false"),
    coded(V4L2_PIX_FMT_XVID, "video/mpeg, mpegversion=(int)4, systemstream=(boolean)false"),
    coded(V4L2_PIX_FMT_H263, "video/x-h263, variant=(string)itu"),
    coded(V4L2_PIX_FMT_SPK, "video/x-flash-video, flvversion=(int)1"),
    coded(V4L2_PIX_FMT_VC1_ANNEX_G, "video/x-wmv, wmvversion=(int)3, format=(string)WVC1"),
    coded(V4L2_PIX_FMT_VC1_ANNEX_L, "video/x-wmv, wmvversion=(int)3, format=(string)WMV3"),
    coded(V4L2_PIX_FMT_RV30, "video/x-pn-realvideo, rmversion=(int)3"),
    coded(V4L2_PIX_FMT_RV40, "video/x-pn-realvideo, rmversion=(int)4"),
    coded(V4L2_PIX_FMT_FWHT, "video/x-fwht"),
    coded(V4L2_PIX_FMT_DV, "video/x-dv, systemstream=(boolean)true"),
    // A control names the multiplex (V4L2_CID_MPEG_STREAM_TYPE). v4l2src takes it for this one.
    coded(V4L2_PIX_FMT_MPEG, "video/mpegts, systemstream=(boolean)true"),
    coded(V4L2_PIX_FMT_SN9C10X, "video/x-sonix"),
    coded(V4L2_PIX_FMT_PWC1, "video/x-pwc1"),
    coded(V4L2_PIX_FMT_PWC2, "video/x-pwc2"),

    // Formats that only DRM has a name for, in drm_fourcc.h. Its names begin at the other end. For
    // most of them the kernel has the same names, where DRM drivers use V4L2 hardware
    // (drivers/gpu/drm/renesas/rcar-du/rcar_du_kms.c).
    drm_only(V4L2_PIX_FMT_RGB332, drm_code("RGB8"), GST_VIDEO_FORMAT_GRAY8),
    packed16(V4L2_PIX_FMT_XRGB444, drm_code("XR12")),
    packed16(V4L2_PIX_FMT_RGB444, drm_code("XR12")),
    packed16(V4L2_PIX_FMT_ARGB444, drm_code("AR12")),
    packed16(V4L2_PIX_FMT_RGBX444, drm_code("RX12")),
    packed16(V4L2_PIX_FMT_RGBA444, drm_code("RA12")),
    packed16(V4L2_PIX_FMT_XBGR444, drm_code("XB12")),
    packed16(V4L2_PIX_FMT_ABGR444, drm_code("AB12")),
    packed16(V4L2_PIX_FMT_BGRX444, drm_code("BX12")),
    packed16(V4L2_PIX_FMT_BGRA444, drm_code("BA12")),  // V4L2's own BA12 is a Bayer format
    packed16(V4L2_PIX_FMT_ARGB555, drm_code("AR15")),
    packed16(V4L2_PIX_FMT_RGBX555, drm_code("RX15")),
    packed16(V4L2_PIX_FMT_RGBA555, drm_code("RA15")),
    packed16(V4L2_PIX_FMT_ABGR555, drm_code("AB15")),
    packed16(V4L2_PIX_FMT_BGRX555, drm_code("BX15")),
    packed16(V4L2_PIX_FMT_BGRA555, drm_code("BA15")),
#if GSTREAMER_READS_BIG_ENDIAN_DRM
    packed16(V4L2_PIX_FMT_XRGB555X, drm_code("XR15") | drm_big_endian),
    packed16(V4L2_PIX_FMT_RGB555X, drm_code("XR15") | drm_big_endian),
    packed16(V4L2_PIX_FMT_ARGB555X, drm_code("AR15") | drm_big_endian),
    packed16(V4L2_PIX_FMT_RGB565X, drm_code("RG16") | drm_big_endian),
#endif
    drm_only(V4L2_PIX_FMT_RGBX1010102, drm_code("RX30"), GST_VIDEO_FORMAT_RGBx),
    drm_only(V4L2_PIX_FMT_RGBA1010102, drm_code("RA30"), GST_VIDEO_FORMAT_RGBA),
    drm_only(V4L2_PIX_FMT_NV42, drm_code("NV42"), GST_VIDEO_FORMAT_NV24),
    drm_only(V4L2_PIX_FMT_VUYX32, drm_code("XYUV"), GST_VIDEO_FORMAT_VUYA),
    drm_only(V4L2_PIX_FMT_YUVA32, drm_code("AVUY"), GST_VIDEO_FORMAT_VUYA),
    drm_only(V4L2_PIX_FMT_YUVX32, drm_code("XVUY"), GST_VIDEO_FORMAT_VUYA),
};

// clang-format on

/// Returns the row of a fourcc; null if caps can't express it.
constexpr const FormatRow* row_of(std::uint32_t fourcc) {
  for (const auto& row : format_table)
    if (row.fourcc == fourcc) return &row;
  return nullptr;
}

}  // namespace v4l2gst
