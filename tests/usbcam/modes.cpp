#include "usbcam/modes.h"

#include <algorithm>
#include <array>
#include <utility>

#include "usbcam/text.h"

namespace usbcam {
namespace {

/// USB 2 gives a camera at most three packets of 1024 bytes in a microframe. A second has 8000
/// microframes. A real camera does not offer what it can't send.
constexpr std::uint64_t bus_bytes_per_second = 3ULL * 1024 * 8000;

constexpr std::array<std::pair<Codec, std::string_view>, 3> codec_names{{
    {Codec::yuyv, "yuyv"},
    {Codec::mjpeg, "mjpeg"},
    {Codec::h264, "h264"},
}};

FrameOffer offer_frame(Codec codec, Size size, const std::vector<Interval>& intervals) {
  FrameOffer offer{.size = size, .intervals = {}};
  for (Interval interval : intervals) {
    auto count = static_cast<std::uint64_t>(interval.count());
    bool fits =
        std::uint64_t{frame_bytes(size)} * Interval::period::den / count <= bus_bytes_per_second;
    if (codec != Codec::yuyv || fits) {
      offer.intervals.push_back(interval);
    }
  }
  std::ranges::sort(offer.intervals);
  return offer;
}

}  // namespace

Offer make_offer(const std::vector<Codec>& codecs, const std::vector<Size>& sizes,
                 const std::vector<Interval>& intervals) {
  Offer offer;
  for (Codec codec : codecs) {
    FormatOffer format{.codec = codec, .frames = {}};
    for (Size size : sizes) {
      FrameOffer frame = offer_frame(codec, size, intervals);
      if (!frame.intervals.empty()) format.frames.push_back(std::move(frame));
    }
    if (!format.frames.empty()) offer.push_back(std::move(format));
  }
  return offer;
}

std::uint32_t frame_bytes(Size size) {
  return size.width * size.height * 2;
}

std::uint64_t bytes_per_second(const Mode& mode) {
  constexpr std::uint64_t compression = 8;
  std::uint64_t bytes = frame_bytes(mode.size);
  if (mode.codec != Codec::yuyv) bytes /= compression;
  return bytes * Interval::period::den / static_cast<std::uint64_t>(mode.interval.count());
}

std::string_view name_of(Codec codec) {
  return std::ranges::find(codec_names, codec, &std::pair<Codec, std::string_view>::first)->second;
}

std::string text_of(Size size) {
  return std::to_string(size.width) + "x" + std::to_string(size.height);
}

Result<Codec> parse_codec(std::string_view text) {
  const auto* found =
      std::ranges::find(codec_names, text, &std::pair<Codec, std::string_view>::second);
  if (found == codec_names.end()) {
    return failure("unknown format \"" + std::string{text} + "\"; there are yuyv, mjpeg, h264");
  }
  return found->first;
}

Result<Size> parse_size(std::string_view text) {
  auto parts = split(text, 'x');
  if (parts.size() == 2) {
    auto width = parse_number<unsigned>(parts[0]);
    auto height = parse_number<unsigned>(parts[1]);
    // The row of marks takes 256 pixels, see scene.h.
    if (width && height && *width >= 256 && *width % 16 == 0 && *height >= 16 && *height % 2 == 0) {
      return Size{*width, *height};
    }
  }
  return failure("\"" + std::string{text} +
                 "\" is no size: WIDTHxHEIGHT, the width a multiple of 16 from 256");
}

}  // namespace usbcam
