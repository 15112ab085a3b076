#include "frames/key_frame.h"

#include <algorithm>
#include <array>

namespace v4l2gst {
namespace {

/// The bytes that are searched. A delimiter, parameter sets and SEI messages precede the picture.
constexpr std::size_t most_looked_at = 256;

/// The types are those of ITU-T H.264, table 7-1. Parameters come before pictures with which
/// decoding can begin. Some encoders send them in a buffer of their own.
Unit unit_of_h264(std::byte header) {
  switch (std::to_integer<unsigned>(header & std::byte{0x1f})) {
    case 5:  // a slice of an IDR picture
    case 7:  // a sequence parameter set
      return Unit::key;
    case 1:  // a slice of another picture
    case 2:  // the same, partition A
      return Unit::delta;
    default:
      return Unit::unknown;
  }
}

/// The types are those of ITU-T H.265, table 7-1.
Unit unit_of_h265(std::byte header) {
  const auto type = std::to_integer<unsigned>(header >> 1U & std::byte{0x3f});
  const bool parameters = type == 32 || type == 33;  // video and sequence parameter sets
  if (parameters || (type >= 16 && type <= 21)) return Unit::key;
  return type <= 9 ? Unit::delta : Unit::unknown;
}

}  // namespace

Unit unit_of(std::uint32_t fourcc, std::span<const std::byte> bytes) {
  if (!shows_units(fourcc)) return Unit::unknown;
  constexpr std::array start_code{std::byte{0}, std::byte{0}, std::byte{1}};
  auto rest = bytes.first(std::min(bytes.size(), most_looked_at));
  for (;;) {
    const auto found = std::ranges::search(rest, start_code);
    rest = {found.end(), rest.end()};
    if (rest.empty()) return Unit::unknown;
    const auto unit = fourcc == V4L2_PIX_FMT_H264 ? unit_of_h264(rest[0]) : unit_of_h265(rest[0]);
    if (unit != Unit::unknown) return unit;
  }
}

}  // namespace v4l2gst
