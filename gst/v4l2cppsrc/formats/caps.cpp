#include "formats/caps.h"

#include <cstdint>
#include <limits>

#include <gst/allocators/allocators.h>
#include <gst/video/video.h>

#include "device/format.h"
#include "formats/drm_caps.h"
#include "formats/format_table.h"

namespace v4l2gst {
namespace {

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

bool fits_fraction(v4l2::Interval interval) {
  constexpr auto most = static_cast<std::uint32_t>(std::numeric_limits<gint>::max());
  return interval.known() && interval.numerator <= most && interval.denominator <= most;
}

void make_alternate(GstCaps* caps, bool dmabuf_caps) {
  gst_caps_set_simple(caps, "interlace-mode", G_TYPE_STRING, "alternate", nullptr);
  auto* const features = dmabuf_caps ? dmabuf_feature() : gst_caps_features_new_empty();
  gst_caps_features_add(features, GST_CAPS_FEATURE_FORMAT_INTERLACED);
  gst_caps_set_features_simple(caps, features);
}

void set_significant_bits(GstStructure* structure, const FormatRow& row) {
  if (row.significant_bits == 0) return;
  gst_structure_set(structure, significant_bits_field, G_TYPE_INT,
                    static_cast<gint>(row.significant_bits), nullptr);
}

void CapsCollection::add(CapsPtr caps) {
  const TextPtr text{gst_caps_to_string(caps.get())};
  if (seen_.insert(text.get()).second) gst_caps_append(all_.get(), caps.release());
}

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

// ---- comparing ----------------------------------------------------------------------------------

namespace {

bool is_range(const GValue* value) {
  return GST_VALUE_HOLDS_INT_RANGE(value) || GST_VALUE_HOLDS_FRACTION_RANGE(value);
}

bool is_list(const GValue* value) {
  return GST_VALUE_HOLDS_LIST(value);
}

bool is_range_list(const GValue* value) {
  if (!is_list(value)) return false;
  for (guint i = 0; i < gst_value_list_get_size(value); ++i) {
    const auto* const entry = gst_value_list_get_value(value, i);
    if (is_range(entry) || is_range_list(entry)) return true;
  }
  return false;
}

/// Returns the name of the first field with such a value, or null.
template <class Predicate>
const char* field_with(Predicate is_such, const GstStructure* structure) {
  for (gint i = 0; i < gst_structure_n_fields(structure); ++i) {
    const auto* const name = gst_structure_nth_field_name(structure, static_cast<guint>(i));
    if (is_such(gst_structure_get_value(structure, name))) return name;
  }
  return nullptr;
}

bool has_range_lists(const GstCaps* caps) {
  for (guint i = 0; i < gst_caps_get_size(caps); ++i)
    if (field_with(is_range_list, gst_caps_get_structure(caps, i)) != nullptr) return true;
  return false;
}

void append_apart(GstCaps* all, const GstStructure* structure, const GstCapsFeatures* features) {
  const auto* const field = field_with(is_list, structure);
  if (field == nullptr) {
    gst_caps_append_structure_full(all, gst_structure_copy(structure),
                                   gst_caps_features_copy(features));
    return;
  }
  const auto* const list = gst_structure_get_value(structure, field);
  for (guint i = 0; i < gst_value_list_get_size(list); ++i) {
    const StructurePtr one{gst_structure_copy(structure)};
    gst_structure_set_value(one.get(), field, gst_value_list_get_value(list, i));
    append_apart(all, one.get(), features);
  }
}

}  // namespace

CapsPtr comparable(CapsPtr ours, const GstCaps* wanted) {
  if (!has_range_lists(wanted)) return ours;
  CapsPtr apart{gst_caps_new_empty()};
  for (guint i = 0; i < gst_caps_get_size(ours.get()); ++i)
    append_apart(apart.get(), gst_caps_get_structure(ours.get(), i),
                 gst_caps_get_features(ours.get(), i));
  return apart;
}

CapsPtr common_caps(const GstCaps* first, const GstCaps* second) {
  if (gst_caps_is_any(first) != FALSE) return CapsPtr{gst_caps_copy(second)};
  if (gst_caps_is_any(second) != FALSE) return CapsPtr{gst_caps_copy(first)};
  const auto ours = comparable(CapsPtr{gst_caps_copy(second)}, first);
  CapsCollection common;
  for (guint i = 0; i < gst_caps_get_size(first); ++i) {
    const CapsPtr one{gst_caps_copy_nth(first, i)};
    for (guint j = 0; j < gst_caps_get_size(ours.get()); ++j) {
      const CapsPtr other{gst_caps_copy_nth(ours.get(), j)};
      CapsPtr both{gst_caps_intersect(one.get(), other.get())};
      if (gst_caps_is_empty(both.get()) == FALSE) common.add(std::move(both));
    }
  }
  return common.take();
}

}  // namespace v4l2gst
