#include "frames/filler.h"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include <gst/video/video.h>

namespace v4l2gst {
namespace {

/// Returns true if plain system memory will do for these caps.
bool takes_plain_memory(const GstCaps* caps) {
  const auto* const features = gst_caps_get_features(caps, 0);
  if (features == nullptr || gst_caps_features_is_any(features) != FALSE) return false;
  for (guint i = 0; i < gst_caps_features_get_size(features); ++i) {
    const std::string_view feature{gst_caps_features_get_nth(features, i)};
    if (feature != GST_CAPS_FEATURE_MEMORY_SYSTEM_MEMORY &&
        feature != GST_CAPS_FEATURE_FORMAT_INTERLACED)
      return false;
  }
  return true;
}

/// Returns one line of black pixels, in the format that packs into the one of `info`.
std::vector<std::uint16_t> black_line(const GstVideoInfo& info) {
  const auto* const own = info.finfo;
  const auto* const wide = gst_video_format_get_info(own->unpack_format);
  const bool deep = GST_VIDEO_FORMAT_INFO_DEPTH(wide, 0) > 8;
  const bool yuv = GST_VIDEO_FORMAT_INFO_IS_YUV(wide) != FALSE;
  const unsigned depth = deep ? 16 : 8;
  const unsigned opaque = (1U << depth) - 1;
  const bool full = info.colorimetry.range == GST_VIDEO_COLOR_RANGE_0_255;
  const unsigned luma = full ? 0 : 16U << (depth - 8);
  const unsigned chroma = 1U << (depth - 1);
  const std::array pixel{opaque, yuv ? luma : 0, yuv ? chroma : 0, yuv ? chroma : 0};
  const auto width = static_cast<std::size_t>(info.width);
  std::vector<std::uint16_t> line(width * 4);
  auto* const bytes = reinterpret_cast<std::uint8_t*>(line.data());
  for (std::size_t i = 0; i < width * 4; ++i) {
    const auto value = pixel[i % 4];
    if (deep)
      line[i] = static_cast<std::uint16_t>(value);
    else
      bytes[i] = static_cast<std::uint8_t>(value);
  }
  return line;
}

/// Paints a frame black, line by line.
void paint(GstVideoFrame& frame) {
  const auto& info = frame.info;
  auto line = black_line(info);
  std::array<gpointer, GST_VIDEO_MAX_PLANES> planes{};
  std::array<gint, GST_VIDEO_MAX_PLANES> strides{};
  for (guint plane = 0; plane < GST_VIDEO_FRAME_N_PLANES(&frame); ++plane) {
    planes[plane] = GST_VIDEO_FRAME_PLANE_DATA(&frame, plane);
    strides[plane] = GST_VIDEO_FRAME_PLANE_STRIDE(&frame, plane);
  }
  const auto flags = GST_VIDEO_FRAME_IS_INTERLACED(&frame) ? GST_VIDEO_PACK_FLAG_INTERLACED
                                                           : GST_VIDEO_PACK_FLAG_NONE;
  const auto height = GST_VIDEO_INFO_FIELD_HEIGHT(&info);
  for (gint y = 0; y < height; y += info.finfo->pack_lines)
    info.finfo->pack_func(info.finfo, flags, line.data(), 0, planes.data(), strides.data(),
                          info.chroma_site, y, info.width);
}

GstMemory* black_picture(const GstVideoInfo& info) {
  BufferPtr buffer{gst_buffer_new_allocate(nullptr, GST_VIDEO_INFO_SIZE(&info), nullptr)};
  if (!buffer) return nullptr;
  gst_buffer_memset(buffer.get(), 0, 0, GST_VIDEO_INFO_SIZE(&info));
  GstVideoFrame frame;
  auto copy = info;
  if (gst_video_frame_map(&frame, &copy, buffer.get(), GST_MAP_WRITE) == FALSE) return nullptr;
  paint(frame);
  gst_video_frame_unmap(&frame);
  return gst_buffer_get_memory(buffer.get(), 0);
}

}  // namespace

Filler::Filler(const GstCaps* caps) : duration_{40 * GST_MSECOND} {
  const auto* const structure = gst_caps_get_structure(caps, 0);
  int numerator{};
  int denominator{};
  if (gst_structure_get_fraction(structure, "framerate", &numerator, &denominator) != FALSE &&
      numerator > 0 && denominator > 0)
    duration_ = gst_util_uint64_scale_int(GST_SECOND, denominator, numerator);
  GstVideoInfo info;
  if (!takes_plain_memory(caps) || gst_structure_has_name(structure, "video/x-raw") == FALSE ||
      gst_video_info_from_caps(&info, caps) == FALSE || info.finfo->pack_func == nullptr)
    return;
  alternates_ = GST_VIDEO_INFO_INTERLACE_MODE(&info) == GST_VIDEO_INTERLACE_MODE_ALTERNATE;
  if (alternates_) duration_ /= 2;
  black_.reset(black_picture(info));
}

BufferPtr Filler::black() {
  BufferPtr buffer{gst_buffer_new()};
  gst_buffer_append_memory(buffer.get(), gst_memory_ref(black_.get()));
  GST_BUFFER_DURATION(buffer.get()) = duration_;
  if (alternates_) {
    GST_BUFFER_FLAG_SET(buffer.get(), bottom_ ? GST_VIDEO_BUFFER_FLAG_BOTTOM_FIELD
                                              : GST_VIDEO_BUFFER_FLAG_TOP_FIELD);
    bottom_ = !bottom_;
  }
  return buffer;
}

}  // namespace v4l2gst
