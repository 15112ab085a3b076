#include "frames/frame_meta.h"

#include <array>
#include <cstring>

#include <linux/videodev2.h>

#include "common/newer_gstreamer.h"
#include "stream/frame.h"

namespace v4l2gst {
namespace {

struct Field {
  const char* name;
  GType type;
};

/// In the order of the structure.
constexpr std::array fields{
    Field{"sequence", G_TYPE_UINT},
    Field{"field", G_TYPE_UINT},
    Field{"flags", G_TYPE_UINT},
    Field{"timestamp", G_TYPE_UINT64},
    Field{"timestamp-clock", G_TYPE_STRING},
    Field{"timestamp-source", G_TYPE_STRING},
    Field{"bytesused", G_TYPE_UINT64},
    Field{"skipped-before", G_TYPE_UINT64},
};

const char* clock_of(std::uint32_t flags) {
  switch (flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) {
    case V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC:
      return "monotonic";
    case V4L2_BUF_FLAG_TIMESTAMP_COPY:
      return "copied";
    default:
      return "unknown";
  }
}

const char* source_of(std::uint32_t flags) {
  const bool exposure = (flags & V4L2_BUF_FLAG_TSTAMP_SRC_MASK) == V4L2_BUF_FLAG_TSTAMP_SRC_SOE;
  return exposure ? "start-of-exposure" : "end-of-frame";
}

const GstMetaInfo* registered() {
  // No tag: elements that copy metas copy this one, whatever they do with the picture.
  static std::array<const gchar*, 1> tags{nullptr};
  static const auto* const info =
      gst_meta_register_custom(FrameMetaWriter::name, tags.data(), nullptr, nullptr, nullptr);
  return info;
}

/// Returns the value of the first field of those above, by a search that begins with it.
const GValue* first_value_of(const GstStructure* structure) {
#if GSTREAMER_HAS_ID_STR
  return gst_structure_get_value(structure, fields[0].name);
#else
  static const auto quark = g_quark_from_static_string(fields[0].name);
  return gst_structure_id_get_value(structure, quark);
#endif
}

/// Sets a static text, unless the value has it.
void set_text(GValue* value, const char* text) {
  if (value->data[0].v_pointer != text) g_value_set_static_string(value, text);
}

GstStructure* structure_in(GstBuffer* buffer) {
  const auto* const info = registered();
  auto* meta = gst_buffer_get_meta(buffer, info->api);
  if (meta == nullptr) {
    meta = gst_buffer_add_meta(buffer, info, nullptr);
    // The meta belongs to the buffer: its pool keeps it.
    meta->flags = static_cast<GstMetaFlags>(meta->flags | GST_META_FLAG_POOLED);
  }
  return gst_custom_meta_get_structure(reinterpret_cast<GstCustomMeta*>(meta));
}

}  // namespace

FrameRecord FrameRecord::of(const v4l2::Frame& frame) {
  FrameRecord record{.sequence = frame.sequence(),
                     .field = frame.field(),
                     .flags = frame.flags(),
                     .timestamp = frame.timestamp()};
  for (const auto& payload : frame.payloads())
    record.bytes_used += payload.length;
  return record;
}

std::optional<std::chrono::nanoseconds> FrameRecord::taken() const {
  const bool monotonic =
      (flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) == V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
  return monotonic && timestamp.count() > 0 ? std::optional{timestamp} : std::nullopt;
}

/// Returns the value of the first field, if the structure is as build() makes it. Returns null if
/// not: an element that got the buffer may have changed it. The fields of a structure are an array.
GValue* FrameMetaWriter::first_value(GstStructure* structure) const {
  if (stride_ == 0 || gst_structure_n_fields(structure) != int{fields.size()} ||
      std::strcmp(gst_structure_nth_field_name(structure, 0), fields[0].name) != 0)
    return nullptr;
  auto* const first = const_cast<GValue*>(first_value_of(structure));
  auto* place = reinterpret_cast<std::byte*>(first);
  for (const auto& field : fields) {
    if (!G_VALUE_HOLDS(reinterpret_cast<GValue*>(place), field.type)) return nullptr;
    place += stride_;
  }
  return first;
}

void FrameMetaWriter::build(GstStructure* structure) {
  gst_structure_remove_all_fields(structure);
  for (const auto& field : fields) {
    GValue value = G_VALUE_INIT;
    g_value_init(&value, field.type);
    gst_structure_take_value(structure, field.name, &value);
  }
  const auto place = [&](std::size_t field) {
    return reinterpret_cast<const std::byte*>(
        gst_structure_get_value(structure, fields[field].name));
  };
  stride_ = place(1) - place(0);
}

void FrameMetaWriter::write(GstBuffer* buffer, const FrameRecord& frame) {
  auto* const structure = structure_in(buffer);
  auto* first = first_value(structure);
  if (first == nullptr) {
    build(structure);
    first = first_value(structure);
    if (first == nullptr) return;
  }
  auto* place = reinterpret_cast<std::byte*>(first);
  const auto next = [&] {
    auto* const value = reinterpret_cast<GValue*>(place);
    place += stride_;
    return value;
  };
  // The types are checked, so that the numbers are set without another check.
  next()->data[0].v_uint = frame.sequence;
  next()->data[0].v_uint = frame.field;
  next()->data[0].v_uint = frame.flags;
  next()->data[0].v_uint64 = static_cast<guint64>(frame.timestamp.count());
  set_text(next(), clock_of(frame.flags));
  set_text(next(), source_of(frame.flags));
  next()->data[0].v_uint64 = frame.bytes_used;
  next()->data[0].v_uint64 = frame.skipped_before;
}

}  // namespace v4l2gst
