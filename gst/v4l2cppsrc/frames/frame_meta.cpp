#include "frames/frame_meta.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <linux/videodev2.h>

#include "common/newer_gstreamer.h"
#include "device/fourcc.h"
#include "stream/frame.h"
#include "stream/uvc_header.h"

namespace v4l2gst {
namespace {

struct Field {
  const char* name;
  GType type;
};

/// A buffer's type is not known at compile time.
constexpr GType buffer_type = 0;

/// In the order of the structure.
constexpr std::array all_fields{
    Field{"sequence", G_TYPE_UINT},
    Field{"field", G_TYPE_UINT},
    Field{"flags", G_TYPE_UINT},
    Field{"timestamp", G_TYPE_UINT64},
    Field{"timestamp-clock", G_TYPE_STRING},
    Field{"timestamp-source", G_TYPE_STRING},
    Field{"bytesused", G_TYPE_UINT64},
    Field{"skipped-before", G_TYPE_UINT64},
    // With `metadata-device` only.
    Field{"metadata-format", G_TYPE_STRING},
    Field{"metadata", buffer_type},
    Field{"uvc-flags", G_TYPE_UINT},
    Field{"uvc-pts", G_TYPE_UINT},
    Field{"uvc-scr-stc", G_TYPE_UINT},
    Field{"uvc-scr-sof", G_TYPE_UINT},
    Field{"uvc-host-time", G_TYPE_UINT64},
    Field{"uvc-host-sof", G_TYPE_UINT},
};
constexpr std::size_t driver_fields = 8;

/// Returns the fields of the structure.
constexpr std::span<const Field> fields_of(bool with_metadata) {
  const std::span<const Field> all = all_fields;
  return with_metadata ? all : all.first(driver_fields);
}

GType type_of(const Field& field) {
  return field.type == buffer_type ? GST_TYPE_BUFFER : field.type;
}

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
  return gst_structure_get_value(structure, all_fields[0].name);
#else
  static const auto quark = g_quark_from_static_string(all_fields[0].name);
  return gst_structure_id_get_value(structure, quark);
#endif
}

/// Sets a static text, unless the value has it.
void set_text(GValue* value, const char* text) {
  if (value->data[0].v_pointer != text) g_value_set_static_string(value, text);
}

/// Returns how many bytes a buffer may have.
std::size_t room_in(GstBuffer* buffer) {
  gsize room{};
  gst_buffer_get_sizes(buffer, nullptr, &room);
  return room;
}

/// Copies bytes into the buffer of a value. An element that keeps the buffer keeps its bytes: the
/// value gets another buffer then.
void set_bytes(GValue* value, std::span<const std::byte> bytes, std::size_t most) {
  auto* buffer = gst_value_get_buffer(value);
  if (buffer == nullptr || !gst_buffer_is_writable(buffer) || room_in(buffer) < bytes.size()) {
    buffer = gst_buffer_new_allocate(nullptr, std::max(most, bytes.size()), nullptr);
    g_value_take_boxed(value, buffer);
  }
  gst_buffer_set_size(buffer, static_cast<gssize>(bytes.size()));
  gst_buffer_fill(buffer, 0, bytes.data(), bytes.size());
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

void FrameMetaWriter::stream_began(std::uint32_t format, std::size_t metadata_size) {
  metadata_size_ = metadata_size;
  format_text_ = g_intern_string(v4l2::Fourcc{format}.to_string().c_str());
  has_uvc_headers_ = format == V4L2_META_FMT_UVC;
}

/// Returns the value of the first field, if the structure is as build() makes it. Returns null if
/// not: an element that got the buffer may have changed it. The fields of a structure are an array.
GValue* FrameMetaWriter::first_value(GstStructure* structure) const {
  const auto fields = fields_of(metadata_size_ > 0);
  if (stride_ == 0 || std::cmp_not_equal(gst_structure_n_fields(structure), fields.size()) ||
      std::strcmp(gst_structure_nth_field_name(structure, 0), all_fields[0].name) != 0)
    return nullptr;
  auto* const first = const_cast<GValue*>(first_value_of(structure));
  auto* place = reinterpret_cast<std::byte*>(first);
  for (const auto& field : fields) {
    if (!G_VALUE_HOLDS(reinterpret_cast<GValue*>(place), type_of(field))) return nullptr;
    place += stride_;
  }
  return first;
}

void FrameMetaWriter::build(GstStructure* structure) {
  const auto fields = fields_of(metadata_size_ > 0);
  gst_structure_remove_all_fields(structure);
  for (const auto& field : fields) {
    GValue value = G_VALUE_INIT;
    g_value_init(&value, type_of(field));
    gst_structure_take_value(structure, field.name, &value);
  }
  const auto place = [&](std::size_t field) {
    return reinterpret_cast<const std::byte*>(
        gst_structure_get_value(structure, all_fields[field].name));
  };
  stride_ = place(1) - place(0);
}

void FrameMetaWriter::write(GstBuffer* buffer, const FrameRecord& frame,
                            const std::optional<std::span<const std::byte>>& metadata) {
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
  if (metadata_size_ == 0) return;
  const auto bytes = metadata.value_or(std::span<const std::byte>{});
  set_text(next(), metadata ? format_text_ : "");
  set_bytes(next(), bytes, metadata_size_);
  const auto uvc = has_uvc_headers_ ? v4l2::uvc_header_in(bytes) : std::nullopt;
  const auto header = uvc.value_or(v4l2::UvcHeader{});
  const auto source = header.source_clock.value_or(v4l2::UvcHeader::SourceClock{});
  next()->data[0].v_uint = header.flags;
  next()->data[0].v_uint = header.presentation_time.value_or(0);
  next()->data[0].v_uint = source.ticks;
  next()->data[0].v_uint = source.frame_number;
  next()->data[0].v_uint64 = static_cast<guint64>(header.host_time.count());
  next()->data[0].v_uint = header.host_frame_number;
}

}  // namespace v4l2gst
