#include "frames/reference_times.h"

#include <cctype>

namespace v4l2gst {
namespace {

/// Returns the reference of timestamps that a driver has copied: "timestamp/x-vim2m-stream". A name
/// of caps has no spaces.
CapsPtr stream_caps(const std::string& driver) {
  std::string name{"timestamp/x-"};
  for (const char letter : driver) {
    const auto code = static_cast<unsigned char>(letter);
    name += std::isalnum(code) != 0 ? static_cast<char>(std::tolower(code)) : '-';
  }
  return CapsPtr{gst_caps_new_empty_simple((name + "-stream").c_str())};
}

CapsPtr wall_caps(WallClock wall) {
  switch (wall) {
    case WallClock::none:
      break;
    case WallClock::realtime:
      return CapsPtr{gst_caps_new_empty_simple("timestamp/x-unix")};
    case WallClock::tai:
      return CapsPtr{gst_caps_new_empty_simple("timestamp/x-tai")};
  }
  return {};
}

}  // namespace

/// Returns the meta with that reference, or null. A buffer of downstream's pool may have one of an
/// earlier run. To compare caps is slow, so the pointers are compared first.
GstReferenceTimestampMeta* ReferenceTimes::find(GstBuffer* buffer, GstCaps* reference) const {
  gpointer state{};
  bool foreign{};
  while (auto* const meta = gst_buffer_iterate_meta_filtered(
             buffer, &state, GST_REFERENCE_TIMESTAMP_META_API_TYPE)) {
    auto* const found = reinterpret_cast<GstReferenceTimestampMeta*>(meta);
    if (found->reference == reference) return found;
    foreign =
        foreign || (found->reference != monotonic_caps_.get() &&
                    found->reference != stream_caps_.get() && found->reference != wall_caps_.get());
  }
  if (!foreign) return nullptr;
  return gst_buffer_get_reference_timestamp_meta(buffer, reference);
}

void ReferenceTimes::put(GstBuffer* buffer, GstCaps* reference,
                         std::optional<std::chrono::nanoseconds> time) const {
  if (reference == nullptr) return;
  auto* meta = find(buffer, reference);
  if (!time) {
    if (meta != nullptr) gst_buffer_remove_meta(buffer, &meta->parent);
    return;
  }
  const auto value = static_cast<GstClockTime>(time->count());
  if (meta == nullptr) {
    meta = gst_buffer_add_reference_timestamp_meta(buffer, reference, value, GST_CLOCK_TIME_NONE);
    meta->parent.flags = static_cast<GstMetaFlags>(meta->parent.flags | GST_META_FLAG_POOLED);
  }
  meta->timestamp = value;
  meta->duration = GST_CLOCK_TIME_NONE;
}

void ReferenceTimes::stream_began(const std::string& driver, WallClock wall) {
  if (!monotonic_caps_)
    monotonic_caps_.reset(gst_caps_new_empty_simple("timestamp/x-system-monotonic"));
  if (!stream_caps_ || driver != driver_) stream_caps_ = stream_caps(driver);
  if (wall != wall_) wall_caps_ = wall_caps(wall);
  driver_ = driver;
  wall_ = wall;
}

void ReferenceTimes::write(GstBuffer* buffer, const Times& times) const {
  put(buffer, monotonic_caps_.get(), times.monotonic);
  put(buffer, stream_caps_.get(), times.stream);
  put(buffer, wall_caps_.get(), times.wall);
}

}  // namespace v4l2gst
