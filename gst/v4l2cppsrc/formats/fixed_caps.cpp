#include "formats/fixed_caps.h"

#include <cstdint>
#include <numeric>
#include <utility>

#include "formats/caps.h"
#include "formats/drm_caps.h"
#include "formats/format_row.h"
#include "formats/layout.h"

namespace v4l2gst {
namespace {

/// Returns the interval as exactly as a fraction can be; unknown if no fraction reaches it.
v4l2::Interval within_reach(v4l2::Interval interval) {
  if (const auto common = std::gcd(interval.numerator, interval.denominator); common != 0)
    interval = {interval.numerator / common, interval.denominator / common};
  while (interval.known() && !fits_fraction(interval))
    interval = {interval.numerator / 2, interval.denominator / 2};
  return interval;
}

void set_properties(GstCaps* caps, const PictureProperties& properties) {
  auto* const structure = gst_caps_get_structure(caps, 0);
  // GstVideoInfo has guessed these from the size. The driver has not said them.
  gst_structure_remove_fields(structure, "colorimetry", "chroma-site", "pixel-aspect-ratio",
                              nullptr);
  if (properties.pixel_aspect)
    gst_structure_set(structure, "pixel-aspect-ratio", GST_TYPE_FRACTION,
                      static_cast<gint>(properties.pixel_aspect->width),
                      static_cast<gint>(properties.pixel_aspect->height), nullptr);
  if (!properties.colorimetry.empty())
    gst_structure_set(structure, "colorimetry", G_TYPE_STRING, properties.colorimetry.c_str(),
                      nullptr);
}

}  // namespace

CapsPtr fixed_caps(const FormatRow& row, bool dmabuf_caps, const v4l2::Format& format,
                   v4l2::Interval interval, const PictureProperties& properties) {
  auto caps = caps_of(row, dmabuf_caps);
  if (gst_caps_is_empty(caps.get()) != FALSE) return caps;
  const auto told = within_reach(interval);
  const int rate_n = told.known() ? static_cast<int>(told.denominator) : 0;
  const int rate_d = told.known() ? static_cast<int>(told.numerator) : 1;
  if (row.raw() || dmabuf_caps) {
    auto info = video_info_of(row, {format.size.width, frame_height(format)});
    info.fps_n = rate_n;
    info.fps_d = rate_d;
    info.interlace_mode = properties.interlace;
    GST_VIDEO_INFO_FIELD_ORDER(&info) = properties.field_order;
    caps = dmabuf_caps ? fixed_drm_caps(row, info) : CapsPtr{gst_video_info_to_caps(&info)};
    // GStreamer replaces the fields' feature by the memory's. It does not read such caps back
    // (gst_video_info_dma_drm_to_caps(), seen with 1.26).
    if (dmabuf_caps && properties.interlace == GST_VIDEO_INTERLACE_MODE_ALTERNATE)
      make_alternate(caps.get(), true);
    set_properties(caps.get(), properties);
    if (!dmabuf_caps) set_significant_bits(gst_caps_get_structure(caps.get(), 0), row);
    return with_hdr_metadata(std::move(caps), properties.hdr);
  }
  gst_caps_set_simple(caps.get(), "width", G_TYPE_INT, static_cast<gint>(format.size.width),
                      "height", G_TYPE_INT, static_cast<gint>(frame_height(format)), "framerate",
                      GST_TYPE_FRACTION, rate_n, rate_d, nullptr);
  return caps;
}

}  // namespace v4l2gst
