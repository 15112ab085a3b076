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

/// An Interval is the time from frame to frame, in UVC's unit of 100 ns.
using Interval = std::chrono::duration<std::int64_t, std::ratio<1, 10'000'000>>;

/// A Mode is what the camera streams or could stream.
struct Mode {
  Codec codec{};
  Size size;
  Interval interval{};
};

/// A FrameOffer has a size and its intervals, the shortest first.
struct FrameOffer {
  Size size;
  std::vector<Interval> intervals;
};

struct FormatOffer {
  Codec codec{};
  std::vector<FrameOffer> frames;
};

/// An Offer has all formats of the camera. UVC counts formats and frames from 1, in this order.
using Offer = std::vector<FormatOffer>;

/// Returns each codec with each size and interval. USB 2 can't carry some of them uncompressed, and
/// these are left out.
Offer make_offer(const std::vector<Codec>& codecs, const std::vector<Size>& sizes,
                 const std::vector<Interval>& intervals);

/// Returns the bytes that a frame of any content needs at most.
std::uint32_t frame_bytes(Size size);

/// Returns roughly the bus bandwidth of a mode. Compressed formats count 2 bits a pixel.
std::uint64_t bytes_per_second(const Mode& mode);

std::string_view name_of(Codec codec);
std::string text_of(Size size);

/// Parses a name such as "yuyv".
Result<Codec> parse_codec(std::string_view text);
/// Parses a size such as "640x480".
Result<Size> parse_size(std::string_view text);

}  // namespace usbcam
