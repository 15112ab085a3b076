#include "usbcam/stream_descriptors.h"

#include <array>
#include <string_view>

#include <linux/usb/ch9.h>
#include <linux/usb/video.h>

namespace usbcam {
namespace {

/// Returns the GUID of a format, its fourcc and a tail that all formats share.
Bytes guid(std::string_view fourcc) {
  Bytes bytes{fourcc.begin(), fourcc.end()};
  append(bytes, std::array<std::uint8_t, 12>{0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71});
  return bytes;
}

Bytes format_descriptor(const FormatOffer& format, std::uint8_t index) {
  auto frames = static_cast<std::uint8_t>(format.frames.size());
  switch (format.codec) {
    case Codec::mjpeg:
      // Samples have no fixed size. The first frame descriptor is the default. There is no
      // interlacing.
      return {11, USB_DT_CS_INTERFACE, UVC_VS_FORMAT_MJPEG, index, frames, 0, 1, 0, 0, 0, 0};
    case Codec::h264: {
      Bytes bytes{28, USB_DT_CS_INTERFACE, UVC_VS_FORMAT_FRAME_BASED, index, frames};
      append(bytes, guid("H264"));
      append(bytes, Bytes{16, 1, 0, 0, 0, 0, 1});  // the last: frames vary in size
      return bytes;
    }
    case Codec::yuyv:
      break;
  }
  Bytes bytes{27, USB_DT_CS_INTERFACE, UVC_VS_FORMAT_UNCOMPRESSED, index, frames};
  append(bytes, guid("YUY2"));
  append(bytes, Bytes{16, 1, 0, 0, 0, 0});  // bits per pixel; the rest as above
  return bytes;
}

std::uint8_t frame_subtype(Codec codec) {
  switch (codec) {
    case Codec::mjpeg:
      return UVC_VS_FRAME_MJPEG;
    case Codec::h264:
      return UVC_VS_FRAME_FRAME_BASED;
    case Codec::yuyv:
      break;
  }
  return UVC_VS_FRAME_UNCOMPRESSED;
}

/// Returns an upper bound of the bits per second at an interval.
std::uint64_t bit_rate(Size size, Interval interval) {
  auto bits = std::uint64_t{frame_bytes(size)} * 8 * Interval::period::den / interval.count();
  return std::min<std::uint64_t>(bits, UINT32_MAX);
}

Bytes frame_descriptor(Codec codec, const FrameOffer& frame, std::uint8_t index) {
  auto count = static_cast<std::uint8_t>(frame.intervals.size());
  Bytes bytes{static_cast<std::uint8_t>(26 + 4 * count), USB_DT_CS_INTERFACE, frame_subtype(codec),
              index, 0};
  append_number(bytes, frame.size.width, 2);
  append_number(bytes, frame.size.height, 2);
  append_number(bytes, bit_rate(frame.size, frame.intervals.back()), 4);
  append_number(bytes, bit_rate(frame.size, frame.intervals.front()), 4);
  // Frame-based formats have the bytes per line in place of the buffer size. 0 means that they
  // vary. The field follows the count of intervals.
  if (codec != Codec::h264) append_number(bytes, frame_bytes(frame.size), 4);
  append_number(bytes, frame.intervals.front().count(), 4);
  bytes.push_back(count);
  if (codec == Codec::h264) append_number(bytes, 0, 4);
  for (Interval interval : frame.intervals)
    append_number(bytes, interval.count(), 4);
  return bytes;
}

Bytes formats_and_frames(const Offer& offer) {
  Bytes bytes;
  std::uint8_t format_index = 1;
  for (const FormatOffer& format : offer) {
    append(bytes, format_descriptor(format, format_index++));
    std::uint8_t frame_index = 1;
    for (const FrameOffer& frame : format.frames) {
      append(bytes, frame_descriptor(format.codec, frame, frame_index++));
    }
    // The colours are sRGB, with the matrix of BT.601.
    append(bytes, Bytes{6, USB_DT_CS_INTERFACE, UVC_VS_COLORFORMAT, 1, 1, 4});
  }
  return bytes;
}

Bytes interface_descriptor(std::uint8_t alternate, std::uint8_t endpoints) {
  return {USB_DT_INTERFACE_SIZE,
          USB_DT_INTERFACE,
          streaming_interface,
          alternate,
          endpoints,
          USB_CLASS_VIDEO,
          UVC_SC_VIDEOSTREAMING,
          0,
          0};
}

Bytes endpoint_descriptor(std::uint8_t attributes, std::uint16_t packet, std::uint8_t interval) {
  Bytes bytes{USB_DT_ENDPOINT_SIZE, USB_DT_ENDPOINT, video_endpoint, attributes};
  append_number(bytes, packet, 2);
  bytes.push_back(interval);
  return bytes;
}

/// A packet has 1024 bytes, and two further transactions in the same microframe.
constexpr std::uint16_t isochronous_packet = 1024 | (2 << USB_EP_MAXP_MULT_SHIFT);
constexpr std::uint16_t bulk_packet = 512;

}  // namespace

Bytes streaming_interface_descriptors(const Offer& offer, Transfer transfer) {
  Bytes formats = formats_and_frames(offer);
  auto count = static_cast<std::uint8_t>(offer.size());
  auto header_size = static_cast<std::uint8_t>(13 + count);

  // An isochronous camera has no endpoint, and so no bus time, in alternate setting 0.
  bool is_bulk = transfer == Transfer::bulk;
  Bytes bytes = interface_descriptor(0, is_bulk ? 1 : 0);
  append(bytes, Bytes{header_size, USB_DT_CS_INTERFACE, UVC_VS_INPUT_HEADER, count});
  append_number(bytes, header_size + formats.size(), 2);
  // The header links to output terminal 3. There are no still images and no trigger, and one byte
  // of controls each.
  append(bytes, Bytes{video_endpoint, 0, 3, 0, 0, 0, 1});
  append(bytes, Bytes(count));
  append(bytes, formats);
  if (is_bulk) {
    append(bytes, endpoint_descriptor(USB_ENDPOINT_XFER_BULK, bulk_packet, 0));
  } else {
    append(bytes, interface_descriptor(1, 1));
    append(bytes, endpoint_descriptor(USB_ENDPOINT_XFER_ISOC | USB_ENDPOINT_SYNC_ASYNC,
                                      isochronous_packet, 1));
  }
  return bytes;
}

}  // namespace usbcam
