#include "formats/caps.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <set>
#include <utility>

#include <gst/allocators/allocators.h>

#include "formats/drm_caps.h"
#include "formats/frame_rate.h"
#include "formats/layout.h"

namespace v4l2gst {
namespace {

void set_fraction(GValue* value, v4l2::Interval interval) {
  // The rate is the inverse of the interval.
  gst_value_set_fraction(value, static_cast<gint>(interval.denominator),
                         static_cast<gint>(interval.numerator));
}

/// Adds a rate to a list under each of its names once. The usual name is first.
void add_rate(GValue* rates, v4l2::Interval interval) {
  for (const auto name : names_of(interval, {})) {
    GValue rate = G_VALUE_INIT;
    g_value_init(&rate, GST_TYPE_FRACTION);
    set_fraction(&rate, name);
    bool known{};
    for (guint i = 0; i < gst_value_list_get_size(rates) && !known; ++i)
      known = gst_value_compare(gst_value_list_get_value(rates, i), &rate) == GST_VALUE_EQUAL;
    if (known)
      g_value_unset(&rate);
    else
      gst_value_list_append_and_take_value(rates, &rate);
  }
}

bool fits_fraction(v4l2::Interval interval) {
  constexpr auto most = static_cast<std::uint32_t>(std::numeric_limits<gint>::max());
  return interval.known() && interval.numerator <= most && interval.denominator <= most;
}

/// Returns the interval as exactly as a fraction can be; unknown if no fraction reaches it.
v4l2::Interval within_reach(v4l2::Interval interval) {
  if (const auto common = std::gcd(interval.numerator, interval.denominator); common != 0)
    interval = {interval.numerator / common, interval.denominator / common};
  while (interval.known() && !fits_fraction(interval))
    interval = {interval.numerator / 2, interval.denominator / 2};
  return interval;
}

void set_dimension(GstStructure* structure, const char* field, std::uint32_t smallest,
                   std::uint32_t largest, std::uint32_t step) {
  const auto least = static_cast<gint>(std::min<std::uint32_t>(smallest, most_pixels));
  const auto most = static_cast<gint>(std::min<std::uint32_t>(largest, most_pixels));
  if (least >= most) {
    gst_structure_set(structure, field, G_TYPE_INT, most, nullptr);
    return;
  }
  GValue range = G_VALUE_INIT;
  g_value_init(&range, GST_TYPE_INT_RANGE);
  const auto stride = static_cast<gint>(step);
  // GStreamer's stepped ranges must begin and end on the step.
  if (stride > 1 && least % stride == 0 && most / stride > least / stride)
    gst_value_set_int_range_step(&range, least, most / stride * stride, stride);
  else
    gst_value_set_int_range(&range, least, most);
  gst_structure_take_value(structure, field, &range);
}

v4l2::Interval faster(v4l2::Interval one, v4l2::Interval other) {
  return rate_of(one) < rate_of(other) ? other : one;
}

void set_rates(GstStructure* structure, const std::vector<v4l2::IntervalRange>& intervals) {
  GValue rates = G_VALUE_INIT;
  g_value_init(&rates, GST_TYPE_LIST);
  for (const auto& offered : intervals) {
    if (!fits_fraction(offered.shortest) || !fits_fraction(offered.longest)) continue;
    GValue rate = G_VALUE_INIT;
    GValue slowest = G_VALUE_INIT;
    g_value_init(&rate, GST_TYPE_FRACTION);
    g_value_init(&slowest, GST_TYPE_FRACTION);
    set_fraction(&rate, faster(offered.shortest, usual(offered.shortest)));
    set_fraction(&slowest, offered.longest);
    if (!offered.single() && gst_value_compare(&slowest, &rate) == GST_VALUE_LESS_THAN) {
      GValue range = G_VALUE_INIT;
      g_value_init(&range, GST_TYPE_FRACTION_RANGE);
      gst_value_set_fraction_range(&range, &slowest, &rate);
      gst_value_list_append_and_take_value(&rates, &range);
    } else {
      add_rate(&rates, offered.shortest);
    }
    g_value_unset(&rate);
    g_value_unset(&slowest);
  }
  switch (gst_value_list_get_size(&rates)) {
    case 0:
      g_value_unset(&rates);
      gst_structure_set(structure, "framerate", GST_TYPE_FRACTION_RANGE, 0, 1, G_MAXINT, 1,
                        nullptr);
      return;
    case 1:
      gst_structure_set_value(structure, "framerate", gst_value_list_get_value(&rates, 0));
      g_value_unset(&rates);
      return;
    default:
      gst_structure_take_value(structure, "framerate", &rates);
  }
}

/// Adds a text to a list of texts, unless it is there already.
void add_once(GValue* texts, const char* text) {
  GValue added = G_VALUE_INIT;
  g_value_init(&added, G_TYPE_STRING);
  g_value_set_string(&added, text);
  GValue merged = G_VALUE_INIT;
  gst_value_list_merge(&merged, texts, &added);
  g_value_unset(texts);
  g_value_unset(&added);
  *texts = merged;
}

GstCapsFeatures* dmabuf_feature() {
  return gst_caps_features_new_single(GST_CAPS_FEATURE_MEMORY_DMABUF);
}

/// Changes raw caps to those of fields in buffers of their own.
void make_alternate(GstCaps* caps, bool dmabuf_caps) {
  gst_caps_set_simple(caps, "interlace-mode", G_TYPE_STRING, "alternate", nullptr);
  auto* const features = dmabuf_caps ? dmabuf_feature() : gst_caps_features_new_empty();
  gst_caps_features_add(features, GST_CAPS_FEATURE_FORMAT_INTERLACED);
  gst_caps_set_features_simple(caps, features);
}

/// Sets the number of used bits of a sample. It is absent if all bits are used.
void set_significant_bits(GstStructure* structure, const FormatRow& row) {
  if (row.significant_bits == 0) return;
  gst_structure_set(structure, significant_bits_field, G_TYPE_INT,
                    static_cast<gint>(row.significant_bits), nullptr);
}

/// Adds a row's caps. Those that differ only in their format, such as Bayer patterns, share one
/// structure with a list.
void add_media(CapsPtr& caps, const FormatRow& row) {
  auto added = caps_of(row, false);
  if (gst_caps_is_empty(added.get()) != FALSE) return;
  const auto size = gst_caps_get_size(caps.get());
  auto* const last = size > 0 ? gst_caps_get_structure(caps.get(), size - 1) : nullptr;
  const auto* const next = gst_caps_get_structure(added.get(), 0);
  const auto* const format = gst_structure_get_value(next, "format");
  const bool alike = last != nullptr && format != nullptr && gst_structure_n_fields(next) == 1 &&
                     gst_structure_has_name(last, gst_structure_get_name(next)) != FALSE;
  if (!alike) {
    caps.reset(gst_caps_merge(caps.release(), added.release()));
    return;
  }
  GValue formats = G_VALUE_INIT;
  gst_value_list_merge(&formats, gst_structure_get_value(last, "format"), format);
  gst_structure_take_value(last, "format", &formats);
}

}  // namespace

CapsPtr caps_of(const FormatRow& row, bool dmabuf_caps) {
  CapsPtr caps{gst_caps_new_empty()};
  if (dmabuf_caps) {
    if (const auto format = drm_format_of(row))
      gst_caps_append_structure_full(
          caps.get(),
          gst_structure_new("video/x-raw", "format", G_TYPE_STRING, "DMA_DRM", "drm-format",
                            G_TYPE_STRING, format.get(), nullptr),
          dmabuf_feature());
  } else if (row.raw()) {
    auto* const structure = gst_structure_new("video/x-raw", "format", G_TYPE_STRING,
                                              gst_video_format_to_string(row.video), nullptr);
    set_significant_bits(structure, row);
    gst_caps_append_structure(caps.get(), structure);
  } else if (row.media != nullptr) {
    gst_caps_append_structure(caps.get(), gst_structure_from_string(row.media, nullptr));
  }
  return caps;
}

CapsPtr template_caps() {
  // Raw video is one structure and the first, to keep the caps short for their reader. DMABuf
  // memory comes last, for a peer that takes the first.
  GValue formats = G_VALUE_INIT;
  GValue drm_formats = G_VALUE_INIT;
  g_value_init(&formats, GST_TYPE_LIST);
  g_value_init(&drm_formats, GST_TYPE_LIST);
  CapsPtr others{gst_caps_new_empty()};
  for (const auto& row : format_table) {
    if (row.raw())
      add_once(&formats, gst_video_format_to_string(row.video));
    else
      add_media(others, row);
    if (const auto drm_format = drm_format_of(row)) add_once(&drm_formats, drm_format.get());
  }
  auto* const raw = gst_structure_new_empty("video/x-raw");
  gst_structure_take_value(raw, "format", &formats);
  CapsPtr caps{gst_caps_new_full(raw, nullptr)};
  CapsPtr alternate{gst_caps_copy(caps.get())};
  make_alternate(alternate.get(), false);
  gst_caps_append(caps.get(), others.release());
  gst_caps_append(caps.get(), alternate.release());
  if (gst_value_list_get_size(&drm_formats) > 0) {
    auto* const drm = gst_structure_new("video/x-raw", "format", G_TYPE_STRING, "DMA_DRM", nullptr);
    gst_structure_set_value(drm, "drm-format", &drm_formats);
    CapsPtr dmabufs{gst_caps_new_full(drm, nullptr)};
    gst_caps_set_features_simple(dmabufs.get(), dmabuf_feature());
    CapsPtr fields{gst_caps_copy(dmabufs.get())};
    make_alternate(fields.get(), true);
    gst_caps_append(caps.get(), dmabufs.release());
    gst_caps_append(caps.get(), fields.release());
  }
  g_value_unset(&drm_formats);
  for (guint i = 0; i < gst_caps_get_size(caps.get()); ++i)
    gst_structure_set(gst_caps_get_structure(caps.get(), i), "width", GST_TYPE_INT_RANGE, 1,
                      most_pixels, "height", GST_TYPE_INT_RANGE, 1, most_pixels, "framerate",
                      GST_TYPE_FRACTION_RANGE, 0, 1, G_MAXINT, 1, nullptr);
  return caps;
}

CapsPtr caps_of(const OfferedMode& offer) {
  auto caps = caps_of(*offer.row, offer.dmabuf_caps);
  if (offer.alternate) make_alternate(caps.get(), offer.dmabuf_caps);
  auto* const structure = gst_caps_get_structure(caps.get(), 0);
  const auto& sizes = offer.sizes;
  set_dimension(structure, "width", sizes.smallest.width, sizes.largest.width, sizes.step.width);
  set_dimension(structure, "height", sizes.smallest.height, sizes.largest.height,
                sizes.step.height);
  set_rates(structure, offer.intervals);
  return caps;
}

namespace {

/// Appends caps, unless the same text is there already. gst_caps_merge() would compare them with
/// all others for a subset, which takes the square of their number. Where ranges have steps, it
/// also gives a wrong answer or ends the program (gst_value_is_subset(), seen with 1.22).
class Collection {
public:
  void add(CapsPtr caps) {
    const TextPtr text{gst_caps_to_string(caps.get())};
    if (seen_.insert(text.get()).second) gst_caps_append(all_.get(), caps.release());
  }

  [[nodiscard]] CapsPtr take() { return std::move(all_); }

private:
  CapsPtr all_{gst_caps_new_empty()};
  std::set<std::string> seen_;
};

}  // namespace

CapsPtr caps_of(std::span<const OfferedMode> offers) {
  Collection caps;
  for (const auto& offer : offers)
    caps.add(caps_of(offer));
  return caps.take();
}

CapsPtr common_caps(const GstCaps* first, const GstCaps* second) {
  if (gst_caps_is_any(first) != FALSE) return CapsPtr{gst_caps_copy(second)};
  if (gst_caps_is_any(second) != FALSE) return CapsPtr{gst_caps_copy(first)};
  Collection common;
  for (guint i = 0; i < gst_caps_get_size(first); ++i) {
    const CapsPtr one{gst_caps_copy_nth(first, i)};
    for (guint j = 0; j < gst_caps_get_size(second); ++j) {
      const CapsPtr other{gst_caps_copy_nth(second, j)};
      CapsPtr both{gst_caps_intersect(one.get(), other.get())};
      if (gst_caps_is_empty(both.get()) == FALSE) common.add(std::move(both));
    }
  }
  return common.take();
}

std::uint32_t frame_height(const v4l2::Format& format) {
  return format.field == V4L2_FIELD_ALTERNATE ? 2 * format.size.height : format.size.height;
}

namespace {

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
