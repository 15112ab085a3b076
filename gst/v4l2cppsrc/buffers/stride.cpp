#include "buffers/stride.h"

#include <cerrno>

#include "common/log.h"
#include "formats/frame_rate.h"
#include "kernel/request.h"

namespace v4l2gst {
namespace {

/// Sets the interval again, if VIDIOC_S_FMT has changed it: uvcvideo's sets the format's default
/// rate.
v4l2::Result<> restore_interval(const v4l2::Device& device, v4l2::Interval interval) {
  // An interval that is still the same is not set. A driver may round what it takes.
  const auto now = device.interval();
  const bool kept = now && same_rate(*now, interval);
  if (!interval.known() || kept) return {};
  const auto rate = device.set_interval(interval);
  if (!rate) return std::unexpected{rate.error()};
  if (rate->interval.known() && !same_rate(rate->interval, interval))
    return std::unexpected{v4l2::Error{.code = EPROTO,
                                       .call = v4l2::request::s_parm.name,
                                       .hint = "another interval than before, with the denominator",
                                       .value = rate->interval.denominator}};
  return {};
}

/// Returns the format that the driver has now. Error EPROTO if it is another picture than agreed.
v4l2::Result<v4l2::Format> confirmed_format(const v4l2::Device& device,
                                            const StreamConfig& agreed) {
  auto format = device.format();
  if (!format) return format;
  if (!same_picture(*format, agreed.format))
    return std::unexpected{v4l2::Error{.code = EPROTO,
                                       .call = v4l2::request::g_fmt.name,
                                       .hint = "another format than before, of width",
                                       .value = format->size.width}};
  if (const auto wrong = implausible(*format, *agreed.row)) return std::unexpected{*wrong};
  format->convert = agreed.format.convert;
  format->from_pad = agreed.format.from_pad;
  return format;
}

}  // namespace

std::uint32_t aligned_stride(const StreamConfig& agreed, const GstVideoAlignment& alignment) {
  const bool cares =
      alignment.padding_left != 0 || alignment.padding_right != 0 || alignment.stride_align[0] != 0;
  if (!cares || !agreed.layout || agreed.row->shape() == GST_VIDEO_FORMAT_UNKNOWN) return 0;
  auto info = video_info_of(*agreed.row, agreed.format.size);
  auto wished = alignment;
  if (gst_video_info_align(&info, &wished) == FALSE) return 0;
  return static_cast<std::uint32_t>(GST_VIDEO_INFO_PLANE_STRIDE(&info, 0));
}

v4l2::Result<StrideAnswer> set_stride(GstElement* element, const v4l2::Device& device,
                                      const StreamConfig& agreed, std::uint32_t stride) {
  // Tiles have no stride to ask for.
  if (!agreed.layout || agreed.layout->tiled || stride <= agreed.format.planes[0].bytes_per_line)
    return StrideAnswer{.format = agreed.format, .layout = agreed.layout};
  auto wanted = agreed.format;
  for (auto& plane : wanted.planes)
    plane = {};
  wanted.planes[0].bytes_per_line = stride;
  const auto answered = device.set_format(wanted);
  if (!answered || answered->fourcc != wanted.fourcc || answered->size != wanted.size) {
    GST_DEBUG_OBJECT(element, "the driver refuses lines of %u bytes", stride);
    static_cast<void>(device.set_format(agreed.format));
  }
  if (const auto restored = restore_interval(device, agreed.interval); !restored)
    return std::unexpected{restored.error()};
  const auto format = confirmed_format(device, agreed);
  if (!format) return std::unexpected{format.error()};
  auto layout = layout_of(*format, *agreed.row, video_info_of(*agreed.row, format->size));
  layout.format = agreed.layout->format;
  layout.height = agreed.layout->height;
  return StrideAnswer{.format = *format, .layout = layout};
}

}  // namespace v4l2gst
