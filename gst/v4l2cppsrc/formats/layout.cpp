#include "formats/layout.h"

#include <algorithm>
#include <cerrno>
#include <span>

#include "formats/caps.h"
#include "formats/format_row.h"
#include "kernel/error.h"
#include "kernel/request.h"

namespace v4l2gst {
namespace {

using Components = std::array<gint, GST_VIDEO_MAX_COMPONENTS>;

Components components_of(const GstVideoFormatInfo* format, guint plane) {
  Components components{};
  gst_video_format_info_component(format, plane, components.data());
  return components;
}

/// Returns a plane's stride, computed from the first plane's. GStreamer 1.22's own function rounds
/// each of two components that share a line. V4L2 rounds the line: at odd widths NV12's chroma has
/// as many bytes as luma.
int stride_after(const GstVideoFormatInfo* format, guint plane, int first) {
  if (plane == 0) return first;
  const auto components = components_of(format, plane);
  const auto count =
      std::ranges::count_if(components, [](gint component) { return component >= 0; });
  return GST_VIDEO_FORMAT_INFO_SCALE_WIDTH(format, static_cast<guint>(components[0]),
                                           first * static_cast<int>(count));
}

/// The longest bytesperline that is believed. Products of a longer one would not fit their numbers.
constexpr std::uint32_t longest_line = 1U << 26U;

/// Returns the bytes that the picture takes of a line, without any rounding at its end.
int least_line(const GstVideoInfo& info, guint index, guint component) {
  const auto pixel = GST_VIDEO_FORMAT_INFO_PSTRIDE(info.finfo, component);
  if (pixel == 0) return GST_VIDEO_INFO_PLANE_STRIDE(&info, index);  // pixels share their bytes
  return (GST_VIDEO_INFO_WIDTH(&info) >> info.finfo->w_sub[component]) * pixel;
}

/// Sets the length and the number of rows. `bytes_per_line` is the plane's own. If it is less than
/// the picture takes, such as 0, lines have no padding.
void measure_lines(Layout::Plane& plane, const GstVideoInfo& info, guint index,
                   int bytes_per_line) {
  const auto first = static_cast<guint>(components_of(info.finfo, index)[0]);
  plane.rows = static_cast<std::size_t>(
      GST_VIDEO_FORMAT_INFO_SCALE_HEIGHT(info.finfo, first, GST_VIDEO_INFO_HEIGHT(&info)));
  plane.usual_stride = GST_VIDEO_INFO_PLANE_STRIDE(&info, index);
  plane.stride = bytes_per_line != 0 && bytes_per_line >= least_line(info, index, first)
                     ? bytes_per_line
                     : plane.usual_stride;
  plane.pitch = static_cast<std::size_t>(plane.stride);
  plane.usual_pitch = static_cast<std::size_t>(plane.usual_stride);
}

/// The same for rows of tiles. GStreamer's stride counts tiles.
void measure_tiles(Layout::Plane& plane, const GstVideoInfo& info, guint index,
                   int bytes_per_line) {
  const auto size = static_cast<std::size_t>(GST_VIDEO_FORMAT_INFO_TILE_SIZE(info.finfo, index));
  const auto line = static_cast<int>(GST_VIDEO_FORMAT_INFO_TILE_STRIDE(info.finfo, index));
  plane.usual_stride = GST_VIDEO_INFO_PLANE_STRIDE(&info, index);
  const auto usual = GST_VIDEO_TILE_X_TILES(plane.usual_stride);
  const auto down = GST_VIDEO_TILE_Y_TILES(plane.usual_stride);
  const auto across = std::max((bytes_per_line + line - 1) / line, usual);
  plane.stride = GST_VIDEO_TILE_MAKE_STRIDE(across, down);
  plane.rows = static_cast<std::size_t>(down);
  plane.pitch = static_cast<std::size_t>(across) * size;
  plane.usual_pitch = static_cast<std::size_t>(usual) * size;
}

/// The same for formats without a GstVideoInfo. Bayer's elements round lines to 4 bytes.
void measure_unknown(Layout::Plane& plane, const FormatRow& row, v4l2::Size size,
                     int bytes_per_line) {
  const auto line = static_cast<int>(size.width * row.bits_per_pixel / 8);
  plane.rows = size.height;
  plane.usual_stride = GST_ROUND_UP_4(line);
  plane.stride = std::max(bytes_per_line, line);
  plane.pitch = static_cast<std::size_t>(plane.stride);
  plane.usual_pitch = static_cast<std::size_t>(plane.usual_stride);
}

/// Returns the bytes of a line without its padding, in formats that are not tiled.
std::size_t picture_line(const Layout::Plane& plane, const FormatRow& row, v4l2::Size size,
                         const GstVideoInfo& info, guint index) {
  auto line = plane.usual_pitch;
  if (row.shape() == GST_VIDEO_FORMAT_UNKNOWN) {
    line = (std::size_t{size.width} * row.bits_per_pixel + 7) / 8;
  } else {
    const auto component = static_cast<guint>(components_of(info.finfo, index)[0]);
    const auto pixel = GST_VIDEO_FORMAT_INFO_PSTRIDE(info.finfo, component);
    const auto width =
        GST_VIDEO_FORMAT_INFO_SCALE_WIDTH(info.finfo, component, GST_VIDEO_INFO_WIDTH(&info));
    if (pixel > 0) line = static_cast<std::size_t>(width) * static_cast<std::size_t>(pixel);
  }
  return std::min(line, plane.pitch);
}

/// Returns the offset of a memory plane in a GstBuffer that holds all of them. A frame of raw video
/// is as long as its picture, or as its plane if that is shorter (FrameFilter).
std::size_t start_of(const Layout& layout, const v4l2::Format& format, std::uint32_t memory) {
  std::size_t start{};
  for (std::uint32_t before = 0; before < memory; ++before)
    start += std::min<std::size_t>(layout.needed[before], format.planes[before].size_image);
  return start;
}

}  // namespace

GstVideoInfo video_info_of(const FormatRow& row, v4l2::Size size) {
  GstVideoInfo info;
  gst_video_info_init(&info);
  if (row.shape() != GST_VIDEO_FORMAT_UNKNOWN)
    gst_video_info_set_format(&info, row.shape(), size.width, size.height);
  return info;
}

std::optional<v4l2::Error> implausible(const v4l2::Format& format, const FormatRow& row) {
  const auto implausible_value = [](const char* hint, std::uint32_t value) {
    return v4l2::Error{
        .code = EPROTO, .call = v4l2::request::s_fmt.name, .hint = hint, .value = value};
  };
  constexpr std::uint32_t most = most_pixels;
  const auto [width, height] = format.size;
  if (width == 0 || width > most) return implausible_value("a picture of width", width);
  if (height == 0 || height > most || frame_height(format) > most)
    return implausible_value("a picture of height", height);
  const auto info = video_info_of(row, format.size);
  const auto memories = row.separate_planes ? GST_VIDEO_INFO_N_PLANES(&info) : 1;
  if (format.plane_count < memories)
    return implausible_value("fewer planes than its format has", format.plane_count);
  return std::nullopt;
}

Layout layout_of(const v4l2::Format& format, const FormatRow& row, const GstVideoInfo& info) {
  Layout layout{.width = format.size.width, .height = format.size.height};
  const bool known = row.shape() != GST_VIDEO_FORMAT_UNKNOWN;
  layout.format = row.raw() ? row.video : GST_VIDEO_FORMAT_ENCODED;
  layout.plane_count = known ? GST_VIDEO_INFO_N_PLANES(&info) : 1;
  layout.tiled = known && GST_VIDEO_FORMAT_INFO_IS_TILED(info.finfo);
  const bool zigzag =
      layout.tiled && GST_VIDEO_FORMAT_INFO_TILE_MODE(info.finfo) == GST_VIDEO_TILE_MODE_ZFLIPZ_2X2;
  layout.together = zigzag ? 2 : 1;
  for (guint index = 0; index < layout.plane_count; ++index) {
    auto& plane = layout.planes[index];
    plane.memory = row.memory_of(index);
    const auto told = format.planes[plane.memory].bytes_per_line;
    auto bytes_per_line = told <= longest_line ? static_cast<int>(told) : 0;
    if (known && !row.separate_planes)
      bytes_per_line = stride_after(info.finfo, index, bytes_per_line);
    if (!known)
      measure_unknown(plane, row, format.size, bytes_per_line);
    else if (layout.tiled)
      measure_tiles(plane, info, index, bytes_per_line);
    else
      measure_lines(plane, info, index, bytes_per_line);
    if (known) plane.usual_offset = GST_VIDEO_INFO_PLANE_OFFSET(&info, index);
    auto& end = layout.needed[plane.memory];  // the end of the planes so far, in their memory
    plane.offset = end;
    end += plane.pitch * plane.rows;
    const bool padded = plane.rows > 0 && !layout.tiled;
    layout.least[plane.memory] =
        end - (padded ? plane.pitch - picture_line(plane, row, format.size, info, index) : 0);
  }
  const auto planes = std::span{layout.planes}.first(layout.plane_count);
  layout.usual = std::ranges::all_of(planes, [&](const Layout::Plane& plane) {
    return plane.stride == plane.usual_stride &&
           start_of(layout, format, plane.memory) + plane.offset == plane.usual_offset;
  });
  layout.usual_size =
      known ? GST_VIDEO_INFO_SIZE(&info) : layout.planes[0].usual_pitch * layout.planes[0].rows;
  return layout;
}

}  // namespace v4l2gst
