#include "formats/drm_caps.h"

#include "common/newer_gstreamer.h"
#include "formats/format_row.h"

namespace v4l2gst {

#if GSTREAMER_HAS_DMA_DRM

namespace {

constexpr std::uint64_t linear = 0;  // DRM_FORMAT_MOD_LINEAR

std::uint32_t drm_fourcc_of(const FormatRow& row) {
  // GStreamer's own names are for formats that use all their bits.
  const bool asks = row.raw() && row.significant_bits == 0;
  const auto fourcc = row.drm != 0 ? row.drm
                      : asks       ? gst_video_dma_drm_fourcc_from_format(row.video)
                                   : 0;
  if (!GSTREAMER_READS_BIG_ENDIAN_DRM && (fourcc & drm_big_endian) != 0) return 0;
  return fourcc;
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
