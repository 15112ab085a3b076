#pragma once

#include <chrono>
#include <cstdint>
#include <ratio>
#include <string>
#include <string_view>
#include <vector>

#include "usbcam/error.h"

namespace usbcam {

enum class Codec { yuyv, mjpeg, h264 };

struct Size {
  unsigned width{};
  unsigned height{};
};

/// The time from frame to frame, in UVC's unit of 100 ns.
using Interval = std::chrono::duration<std::int64_t, std::ratio<1, 10'000'000>>;

/// What the camera streams, or would.
struct Mode {
  Codec codec{};
  Size size;
  Interval interval{};
};

/// A size and the intervals at which it is offered, the shortest first.
struct FrameOffer {
  Size size;
  std::vector<Interval> intervals;
};

struct FormatOffer {
  Codec codec{};
  std::vector<FrameOffer> frames;
};

/// All that the camera offers. UVC counts formats and frames from 1, in this order.
using Offer = std::vector<FormatOffer>;

/// Each codec with each size and interval, but for those that USB 2 could not carry uncompressed.
Offer make_offer(const std::vector<Codec>& codecs, const std::vector<Size>& sizes,
                 const std::vector<Interval>& intervals);

/// The buffer that one frame of any content needs at most.
std::uint32_t frame_bytes(Size size);

/// About what a mode takes of a bus; what is compressed counts 2 bits a pixel.
std::uint64_t bytes_per_second(const Mode& mode);

std::string_view name_of(Codec codec);
std::string text_of(Size size);

/// "yuyv"
Result<Codec> parse_codec(std::string_view text);
/// "640x480"
Result<Size> parse_size(std::string_view text);

}  // namespace usbcam
