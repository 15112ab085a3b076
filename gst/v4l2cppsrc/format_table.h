#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <linux/videodev2.h>

#include <gst/video/video.h>

namespace v4l2gst {

/// drm_fourcc.h's code of that name; the header is libdrm's, which is needed for nothing else.
consteval std::uint32_t drm_code(std::string_view name) {
  return v4l2_fourcc(name[0], name[1], name[2], name[3]);
}

/// A V4L2 pixel format and the caps that mean the same. The one place where the two worlds meet.
struct FormatRow {
  std::uint32_t fourcc{};
  /// For raw video, GST_VIDEO_FORMAT_UNKNOWN for all else.
  GstVideoFormat video{GST_VIDEO_FORMAT_UNKNOWN};
  /// The caps without size and rate, for all that is not raw video.
  const char* media{};
  /// Each colour plane lies in a memory plane of its own (multi-planar API only).
  bool separate_planes{};
  /// Of uncompressed lines that GstVideoInfo knows no format for, such as Bayer's; else 0.
  std::uint32_t bits_per_pixel{};
  /// DRM's fourcc of what GStreamer knows only by that name, as DMABuf memory; else 0.
  std::uint32_t drm{};
  /// Then also the GstVideoFormat whose lines and planes are as long, though other things are in
  /// them.
  GstVideoFormat alike{GST_VIDEO_FORMAT_UNKNOWN};

  [[nodiscard]] constexpr bool raw() const { return video != GST_VIDEO_FORMAT_UNKNOWN; }

  /// True when frames have lines, and so a stride.
  [[nodiscard]] constexpr bool has_lines() const {
    return shape() != GST_VIDEO_FORMAT_UNKNOWN || bits_per_pixel != 0;
  }

  /// What GstVideoInfo is to be asked for strides and planes; UNKNOWN where it can't say.
  [[nodiscard]] constexpr GstVideoFormat shape() const { return raw() ? video : alike; }

  /// True when there are caps for it in system memory.
  [[nodiscard]] constexpr bool has_system_caps() const { return raw() || media != nullptr; }
};

/// Pixels of 16 bits, the least significant byte first.
consteval FormatRow packed16(std::uint32_t fourcc, std::uint32_t drm) {
  return {.fourcc = fourcc, .drm = drm, .alike = GST_VIDEO_FORMAT_GRAY16_LE};
}

/// Where two rows have the same caps, the earlier is preferred: the one with separate planes, which
/// is what v4l2src takes too, and what the codecs beside such cameras want.
inline constexpr std::array format_table{
    FormatRow{.fourcc = V4L2_PIX_FMT_YUYV, .video = GST_VIDEO_FORMAT_YUY2},
    FormatRow{.fourcc = V4L2_PIX_FMT_UYVY, .video = GST_VIDEO_FORMAT_UYVY},
    FormatRow{.fourcc = V4L2_PIX_FMT_YVYU, .video = GST_VIDEO_FORMAT_YVYU},
    FormatRow{.fourcc = V4L2_PIX_FMT_VYUY, .video = GST_VIDEO_FORMAT_VYUY},
    FormatRow{
        .fourcc = V4L2_PIX_FMT_NV12M, .video = GST_VIDEO_FORMAT_NV12, .separate_planes = true},
    FormatRow{.fourcc = V4L2_PIX_FMT_NV12, .video = GST_VIDEO_FORMAT_NV12},
    FormatRow{
        .fourcc = V4L2_PIX_FMT_NV21M, .video = GST_VIDEO_FORMAT_NV21, .separate_planes = true},
    FormatRow{.fourcc = V4L2_PIX_FMT_NV21, .video = GST_VIDEO_FORMAT_NV21},
    FormatRow{.fourcc = V4L2_PIX_FMT_NV16, .video = GST_VIDEO_FORMAT_NV16},
    FormatRow{.fourcc = V4L2_PIX_FMT_NV24, .video = GST_VIDEO_FORMAT_NV24},
    FormatRow{
        .fourcc = V4L2_PIX_FMT_YUV420M, .video = GST_VIDEO_FORMAT_I420, .separate_planes = true},
    FormatRow{.fourcc = V4L2_PIX_FMT_YUV420, .video = GST_VIDEO_FORMAT_I420},
    FormatRow{.fourcc = V4L2_PIX_FMT_YVU420, .video = GST_VIDEO_FORMAT_YV12},
    FormatRow{.fourcc = V4L2_PIX_FMT_YUV422P, .video = GST_VIDEO_FORMAT_Y42B},
    FormatRow{.fourcc = V4L2_PIX_FMT_RGB24, .video = GST_VIDEO_FORMAT_RGB},
    FormatRow{.fourcc = V4L2_PIX_FMT_BGR24, .video = GST_VIDEO_FORMAT_BGR},
    FormatRow{.fourcc = V4L2_PIX_FMT_XBGR32, .video = GST_VIDEO_FORMAT_BGRx},
    FormatRow{.fourcc = V4L2_PIX_FMT_RGBX32, .video = GST_VIDEO_FORMAT_RGBx},
    FormatRow{.fourcc = V4L2_PIX_FMT_XRGB32, .video = GST_VIDEO_FORMAT_xRGB},
    FormatRow{.fourcc = V4L2_PIX_FMT_BGRX32, .video = GST_VIDEO_FORMAT_xBGR},
    FormatRow{.fourcc = V4L2_PIX_FMT_ABGR32, .video = GST_VIDEO_FORMAT_BGRA},
    FormatRow{.fourcc = V4L2_PIX_FMT_RGBA32, .video = GST_VIDEO_FORMAT_RGBA},
    FormatRow{.fourcc = V4L2_PIX_FMT_ARGB32, .video = GST_VIDEO_FORMAT_ARGB},
    FormatRow{.fourcc = V4L2_PIX_FMT_BGRA32, .video = GST_VIDEO_FORMAT_ABGR},
    FormatRow{.fourcc = V4L2_PIX_FMT_RGB565, .video = GST_VIDEO_FORMAT_RGB16},
    FormatRow{.fourcc = V4L2_PIX_FMT_GREY, .video = GST_VIDEO_FORMAT_GRAY8},
    FormatRow{.fourcc = V4L2_PIX_FMT_Y16, .video = GST_VIDEO_FORMAT_GRAY16_LE},
    FormatRow{.fourcc = V4L2_PIX_FMT_Y16_BE, .video = GST_VIDEO_FORMAT_GRAY16_BE},
    FormatRow{.fourcc = V4L2_PIX_FMT_SBGGR8,
              .media = "video/x-bayer, format=(string)bggr",
              .bits_per_pixel = 8},
    FormatRow{.fourcc = V4L2_PIX_FMT_SGBRG8,
              .media = "video/x-bayer, format=(string)gbrg",
              .bits_per_pixel = 8},
    FormatRow{.fourcc = V4L2_PIX_FMT_SGRBG8,
              .media = "video/x-bayer, format=(string)grbg",
              .bits_per_pixel = 8},
    FormatRow{.fourcc = V4L2_PIX_FMT_SRGGB8,
              .media = "video/x-bayer, format=(string)rggb",
              .bits_per_pixel = 8},
    FormatRow{.fourcc = V4L2_PIX_FMT_MJPEG, .media = "image/jpeg, parsed=(boolean)true"},
    FormatRow{.fourcc = V4L2_PIX_FMT_JPEG, .media = "image/jpeg, parsed=(boolean)true"},
    FormatRow{.fourcc = V4L2_PIX_FMT_H264,
              .media = "video/x-h264, stream-format=(string)byte-stream, alignment=(string)au"},

    // What only DRM has a name for. That the bits mean the same is in the V4L2 specification ("RGB
    // formats", "Luma-only formats", "Semi planar YUV formats", "Packed YUV formats") and
    // drm_fourcc.h, whose names begin at the other end; and for most in the kernel, where drivers
    // of DRM drive V4L2 hardware (drivers/gpu/drm/renesas/rcar-du/rcar_du_kms.c). What has no A is
    // X, not looked at, in the formats that V4L2 has deprecated because nobody says what those bits
    // are (RGB444, RGB555).
    FormatRow{
        .fourcc = V4L2_PIX_FMT_RGB332, .drm = drm_code("RGB8"), .alike = GST_VIDEO_FORMAT_GRAY8},
    packed16(V4L2_PIX_FMT_XRGB444, drm_code("XR12")),
    packed16(V4L2_PIX_FMT_RGB444, drm_code("XR12")),
    packed16(V4L2_PIX_FMT_ARGB444, drm_code("AR12")),
    packed16(V4L2_PIX_FMT_RGBX444, drm_code("RX12")),
    packed16(V4L2_PIX_FMT_RGBA444, drm_code("RA12")),
    packed16(V4L2_PIX_FMT_XBGR444, drm_code("XB12")),
    packed16(V4L2_PIX_FMT_ABGR444, drm_code("AB12")),
    packed16(V4L2_PIX_FMT_BGRX444, drm_code("BX12")),
    packed16(V4L2_PIX_FMT_BGRA444, drm_code("BA12")),  // V4L2's own BA12 is Bayer's
    packed16(V4L2_PIX_FMT_XRGB555, drm_code("XR15")),
    packed16(V4L2_PIX_FMT_RGB555, drm_code("XR15")),
    packed16(V4L2_PIX_FMT_ARGB555, drm_code("AR15")),
    packed16(V4L2_PIX_FMT_RGBX555, drm_code("RX15")),
    packed16(V4L2_PIX_FMT_RGBA555, drm_code("RA15")),
    packed16(V4L2_PIX_FMT_XBGR555, drm_code("XB15")),
    packed16(V4L2_PIX_FMT_ABGR555, drm_code("AB15")),
    packed16(V4L2_PIX_FMT_BGRX555, drm_code("BX15")),
    packed16(V4L2_PIX_FMT_BGRA555, drm_code("BA15")),
    packed16(V4L2_PIX_FMT_Y10, drm_code("R10 ")),
    packed16(V4L2_PIX_FMT_Y12, drm_code("R12 ")),
    FormatRow{.fourcc = V4L2_PIX_FMT_NV42, .drm = drm_code("NV42"), .alike = GST_VIDEO_FORMAT_NV24},
    FormatRow{
        .fourcc = V4L2_PIX_FMT_VUYX32, .drm = drm_code("XYUV"), .alike = GST_VIDEO_FORMAT_VUYA},
};

/// The row of a fourcc; null for one that caps can't express.
constexpr const FormatRow* row_of(std::uint32_t fourcc) {
  for (const auto& row : format_table)
    if (row.fourcc == fourcc) return &row;
  return nullptr;
}

}  // namespace v4l2gst
