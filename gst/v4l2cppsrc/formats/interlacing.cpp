#include "formats/interlacing.h"

#include <algorithm>

namespace v4l2gst {

std::optional<Interlacing> interlacing_of(std::uint32_t field, bool bottom_field_first) {
  const auto interleaved = [](bool bottom_first) {
    return Interlacing{.mode = GST_VIDEO_INTERLACE_MODE_INTERLEAVED,
                       .order = bottom_first ? GST_VIDEO_FIELD_ORDER_BOTTOM_FIELD_FIRST
                                             : GST_VIDEO_FIELD_ORDER_TOP_FIELD_FIRST};
  };
  switch (field) {
    case V4L2_FIELD_INTERLACED:
      return interleaved(bottom_field_first);
    case V4L2_FIELD_INTERLACED_TB:
      return interleaved(false);
    case V4L2_FIELD_INTERLACED_BT:
      return interleaved(true);
    case V4L2_FIELD_ALTERNATE:
      return Interlacing{.mode = GST_VIDEO_INTERLACE_MODE_ALTERNATE};
    case V4L2_FIELD_SEQ_TB:
    case V4L2_FIELD_SEQ_BT:
      return std::nullopt;
    default:  // also ANY, which drivers must not answer but some do
      return Interlacing{};
  }
}

v4l2::PixelAspect flattened(v4l2::PixelAspect whole) {
  constexpr std::uint32_t most = G_MAXINT;  // the largest number in a fraction
  if (whole.width % 2 == 0) return {.width = whole.width / 2, .height = whole.height};
  if (whole.height > most / 2) return {.width = 1, .height = 2};
  return {.width = whole.width, .height = 2 * whole.height};
}

guint field_flags(const Interlacing& interlacing, std::uint32_t field) {
  switch (interlacing.mode) {
    case GST_VIDEO_INTERLACE_MODE_ALTERNATE:
      return GST_VIDEO_BUFFER_FLAG_INTERLACED |
             (field == V4L2_FIELD_BOTTOM ? GST_VIDEO_BUFFER_FLAG_BOTTOM_FIELD
                                         : GST_VIDEO_BUFFER_FLAG_TOP_FIELD);
    case GST_VIDEO_INTERLACE_MODE_INTERLEAVED: {
      const bool bottom_first = field == V4L2_FIELD_INTERLACED_BT ||
                                (field != V4L2_FIELD_INTERLACED_TB &&
                                 interlacing.order == GST_VIDEO_FIELD_ORDER_BOTTOM_FIELD_FIRST);
      constexpr guint interlaced = GST_VIDEO_BUFFER_FLAG_INTERLACED;
      return bottom_first ? interlaced : interlaced | GST_VIDEO_BUFFER_FLAG_TFF;
    }
    default:
      return 0;
  }
}

std::optional<v4l2::PixelAspect> parse_pixel_aspect(const std::string& text) {
  auto fraction = text;
  std::ranges::replace(fraction, ':', '/');
  GValue value = G_VALUE_INIT;
  g_value_init(&value, GST_TYPE_FRACTION);
  if (gst_value_deserialize(&value, fraction.c_str()) == FALSE) return std::nullopt;
  const auto width = gst_value_get_fraction_numerator(&value);
  const auto height = gst_value_get_fraction_denominator(&value);
  if (width <= 0 || height <= 0) return std::nullopt;
  return v4l2::PixelAspect{.width = static_cast<std::uint32_t>(width),
                           .height = static_cast<std::uint32_t>(height)};
}

}  // namespace v4l2gst
