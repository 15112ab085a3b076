#include "device/format.h"

#include <algorithm>

namespace v4l2 {

v4l2_format to_wire(const Format& format, BufferType type) {
  v4l2_format wire{};
  // Colours are written only if they are wished for. uvcvideo gives back, as its answer, whatever
  // stands in `quantization` (seen with Linux 6.1).
  const auto colours = format.convert || format.from_pad ? format.colorimetry : Colorimetry{};
  const std::uint8_t flags = format.convert ? V4L2_PIX_FMT_FLAG_SET_CSC : 0;
  wire.type = to_wire(type);
  if (type == BufferType::capture_mplane) {
    auto& pix = wire.fmt.pix_mp;
    pix.width = format.size.width;
    pix.height = format.size.height;
    pix.pixelformat = format.fourcc.code;
    pix.field = format.field;
    pix.colorspace = colours.colorspace;
    pix.xfer_func = static_cast<std::uint8_t>(colours.transfer);
    pix.ycbcr_enc = static_cast<std::uint8_t>(colours.encoding);
    pix.quantization = static_cast<std::uint8_t>(colours.quantization);
    pix.flags = flags;
    pix.num_planes = static_cast<std::uint8_t>(format.plane_count);
    for (std::size_t plane = 0; plane < format.plane_count; ++plane) {
      pix.plane_fmt[plane].bytesperline = format.planes[plane].bytes_per_line;
      pix.plane_fmt[plane].sizeimage = format.planes[plane].size_image;
    }
    return wire;
  }
  auto& pix = wire.fmt.pix;
  pix.width = format.size.width;
  pix.height = format.size.height;
  pix.pixelformat = format.fourcc.code;
  pix.field = format.field;
  pix.bytesperline = format.planes[0].bytes_per_line;
  pix.sizeimage = format.planes[0].size_image;
  // Without this mark the driver may take what follows `colorspace` for garbage of an old program
  // (V4L2 specification, struct v4l2_pix_format, "priv").
  pix.priv = V4L2_PIX_FMT_PRIV_MAGIC;
  pix.colorspace = colours.colorspace;
  pix.xfer_func = colours.transfer;
  pix.ycbcr_enc = colours.encoding;
  pix.quantization = colours.quantization;
  pix.flags = flags;
  return wire;
}

Format from_wire(const v4l2_format& wire) {
  Format format;
  if (wire.type == V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE) {
    const auto& pix = wire.fmt.pix_mp;
    format.fourcc = {pix.pixelformat};
    format.size = {.width = pix.width, .height = pix.height};
    format.field = pix.field;
    format.colorimetry = {.colorspace = pix.colorspace,
                          .transfer = pix.xfer_func,
                          .encoding = pix.ycbcr_enc,
                          .quantization = pix.quantization};
    format.plane_count = std::clamp<std::uint32_t>(pix.num_planes, 1, VIDEO_MAX_PLANES);
    for (std::size_t plane = 0; plane < format.plane_count; ++plane)
      format.planes[plane] = {.bytes_per_line = pix.plane_fmt[plane].bytesperline,
                              .size_image = pix.plane_fmt[plane].sizeimage};
    return format;
  }
  const auto& pix = wire.fmt.pix;
  format.fourcc = {pix.pixelformat};
  format.size = {.width = pix.width, .height = pix.height};
  format.field = pix.field;
  format.colorimetry = {.colorspace = pix.colorspace,
                        .transfer = pix.xfer_func,
                        .encoding = pix.ycbcr_enc,
                        .quantization = pix.quantization};
  format.planes[0] = {.bytes_per_line = pix.bytesperline, .size_image = pix.sizeimage};
  return format;
}

}  // namespace v4l2
