#include "formats/hdr_metadata.h"

#include <array>

#include "settings/hdr.h"

namespace v4l2gst {
namespace {

bool within(unsigned value, unsigned low, unsigned high) {
  return value >= low && value <= high;
}

/// Checks the kernel's own limits for the chromaticities. Zeros are outside of them.
bool makes_sense(const v4l2_ctrl_hdr10_mastering_display& display) {
  for (std::size_t i = 0; i < 3; ++i)
    if (!within(display.display_primaries_x[i], V4L2_HDR10_MASTERING_PRIMARIES_X_LOW,
                V4L2_HDR10_MASTERING_PRIMARIES_X_HIGH) ||
        !within(display.display_primaries_y[i], V4L2_HDR10_MASTERING_PRIMARIES_Y_LOW,
                V4L2_HDR10_MASTERING_PRIMARIES_Y_HIGH))
      return false;
  return within(display.white_point_x, V4L2_HDR10_MASTERING_WHITE_POINT_X_LOW,
                V4L2_HDR10_MASTERING_WHITE_POINT_X_HIGH) &&
         within(display.white_point_y, V4L2_HDR10_MASTERING_WHITE_POINT_Y_LOW,
                V4L2_HDR10_MASTERING_WHITE_POINT_Y_HIGH);
}

/// Converts the order of the primaries. V4L2 has green, blue, red, as H.265's SEI message has them
/// (V4L2 specification, "Colorimetry Control Reference"). GStreamer has red, green, blue
/// (GstVideoMasteringDisplayInfo). Both are in units of 0.00002 and 0.0001 cd/m².
GstVideoMasteringDisplayInfo in_red_green_blue(const v4l2_ctrl_hdr10_mastering_display& display) {
  constexpr std::array<std::size_t, 3> place{2, 0, 1};
  GstVideoMasteringDisplayInfo info;
  gst_video_mastering_display_info_init(&info);
  for (std::size_t colour = 0; colour < place.size(); ++colour)
    info.display_primaries[colour] = {.x = display.display_primaries_x[place[colour]],
                                      .y = display.display_primaries_y[place[colour]]};
  info.white_point = {.x = display.white_point_x, .y = display.white_point_y};
  info.max_display_mastering_luminance = display.max_display_mastering_luminance;
  info.min_display_mastering_luminance = display.min_display_mastering_luminance;
  return info;
}

}  // namespace

HdrMetadata hdr_metadata(const v4l2::HdrInfo& info) {
  HdrMetadata metadata;
  if (info.mastering_display && makes_sense(*info.mastering_display))
    metadata.mastering_display = in_red_green_blue(*info.mastering_display);
  const auto& light = info.light_level;
  // 0 is "no such upper bound is present" (V4L2 specification, same place).
  if (light && (light->max_content_light_level != 0 || light->max_pic_average_light_level != 0)) {
    auto& level = metadata.content_light_level.emplace();
    gst_video_content_light_level_init(&level);
    level.max_content_light_level = light->max_content_light_level;
    level.max_frame_average_light_level = light->max_pic_average_light_level;
  }
  return metadata;
}

CapsPtr with_hdr_metadata(CapsPtr caps, const HdrMetadata& metadata) {
  caps.reset(gst_caps_make_writable(caps.release()));
  if (metadata.mastering_display)
    gst_video_mastering_display_info_add_to_caps(&*metadata.mastering_display, caps.get());
  if (metadata.content_light_level)
    gst_video_content_light_level_add_to_caps(&*metadata.content_light_level, caps.get());
  return caps;
}

}  // namespace v4l2gst
