#include "drm_caps.h"

namespace v4l2gst {

#if GST_CHECK_VERSION(1, 24, 0)

namespace {

constexpr std::uint64_t linear = 0;              // DRM_FORMAT_MOD_LINEAR
constexpr std::uint32_t big_endian = 1U << 31U;  // DRM_FORMAT_BIG_ENDIAN

std::uint32_t drm_fourcc_of(const FormatRow& row) {
  const auto fourcc = row.drm != 0 ? row.drm
                      : row.raw()  ? gst_video_dma_drm_fourcc_from_format(row.video)
                                   : 0;
  // GStreamer 1.26.2 writes this bit into the name as "_BE" and can't read that back.
  return (fourcc & big_endian) == 0 ? fourcc : 0;
}

}  // namespace

TextPtr drm_format_of(const FormatRow& row) {
  const auto fourcc = drm_fourcc_of(row);
  if (fourcc == 0) return {};
  return TextPtr{gst_video_dma_drm_fourcc_to_string(fourcc, linear)};
}

CapsPtr fixed_drm_caps(const FormatRow& row, const GstVideoInfo& info) {
  GstVideoInfoDmaDrm drm;
  gst_video_info_dma_drm_init(&drm);
  drm.vinfo = info;
  drm.drm_fourcc = drm_fourcc_of(row);
  drm.drm_modifier = linear;
  return CapsPtr{gst_video_info_dma_drm_to_caps(&drm)};
}

GstVideoFormat drm_video_format() {
  return GST_VIDEO_FORMAT_DMA_DRM;
}

#else

TextPtr drm_format_of(const FormatRow&) {
  return {};
}

CapsPtr fixed_drm_caps(const FormatRow&, const GstVideoInfo&) {
  return CapsPtr{gst_caps_new_empty()};
}

GstVideoFormat drm_video_format() {
  return GST_VIDEO_FORMAT_UNKNOWN;
}

#endif

}  // namespace v4l2gst
