#include "stream/uvc_header.h"

#include <cstring>

#include <linux/uvcvideo.h>

namespace v4l2 {
namespace {

/// bmHeaderInfo.
constexpr std::uint8_t has_pts = 0x04;
constexpr std::uint8_t has_scr = 0x08;

/// Takes numbers from the front of bytes, little-endian as USB has them.
class Fields {
public:
  explicit Fields(std::span<const std::byte> bytes) : bytes_{bytes} {}

  /// Returns nullopt if there are too few bytes.
  template <class Number>
  std::optional<Number> take() {
    if (bytes_.size() < sizeof(Number)) return std::nullopt;
    std::uint32_t number{};
    for (std::size_t i = 0; i < sizeof(Number); ++i)
      number |= std::to_integer<std::uint32_t>(bytes_[i]) << (8 * i);
    bytes_ = bytes_.subspan(sizeof(Number));
    return static_cast<Number>(number);
  }

private:
  std::span<const std::byte> bytes_;
};

}  // namespace

std::optional<UvcHeader> uvc_header_in(std::span<const std::byte> metadata) {
  std::optional<UvcHeader> first;
  while (metadata.size() >= sizeof(uvc_meta_buf)) {
    uvc_meta_buf block{};
    std::memcpy(&block, metadata.data(), sizeof block);
    // The length counts itself and the flags, which the struct has in front of the bytes.
    const std::size_t rest = block.length > 2 ? block.length - 2U : 0;
    metadata = metadata.subspan(sizeof block);
    if (block.length < 2 || rest > metadata.size()) break;
    Fields fields{metadata.first(rest)};
    metadata = metadata.subspan(rest);
    UvcHeader header{.host_time = std::chrono::nanoseconds{static_cast<std::int64_t>(block.ns)},
                     .host_frame_number = block.sof,
                     .flags = block.flags};
    if ((block.flags & has_pts) != 0) header.presentation_time = fields.take<std::uint32_t>();
    if ((block.flags & has_scr) != 0)
      if (const auto ticks = fields.take<std::uint32_t>())
        if (const auto frame = fields.take<std::uint16_t>())
          header.source_clock = UvcHeader::SourceClock{.ticks = *ticks, .frame_number = *frame};
    if (header.presentation_time) return header;
    if (!first) first = header;
  }
  return first;
}

}  // namespace v4l2
