#pragma once

#include <array>
#include <cstdint>

#include <linux/videodev2.h>

#include <gst/video/video.h>

namespace v4l2gst {

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

  [[nodiscard]] constexpr bool raw() const { return video != GST_VIDEO_FORMAT_UNKNOWN; }

  /// True when frames have lines, and so a stride.
  [[nodiscard]] constexpr bool has_lines() const { return raw() || bits_per_pixel != 0; }
};

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
};

/// The row of a fourcc; null for one that caps can't express.
constexpr const FormatRow* row_of(std::uint32_t fourcc) {
  for (const auto& row : format_table)
    if (row.fourcc == fourcc) return &row;
  return nullptr;
}

}  // namespace v4l2gst
