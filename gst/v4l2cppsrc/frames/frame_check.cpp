#include "frames/frame_check.h"

#include <algorithm>
#include <array>

#include <linux/videodev2.h>

#include "common/settings.h"

namespace v4l2gst {
namespace {

using Marker = std::array<std::byte, 2>;

constexpr Marker start_of_image{std::byte{0xff}, std::byte{0xd8}};
constexpr Marker end_of_image{std::byte{0xff}, std::byte{0xd9}};

/// The longest padding that is searched. Some cameras pad to a packet, a sector, or a page.
constexpr std::size_t most_padding = 4096;

/// How far before the padding the EOI marker may be. Some cameras pad with old bytes, which do not
/// look like padding. In the coded picture each FF is followed by 00 or a restart marker (ITU-T
/// T.81, B.1.1.5). An EOI in the last bytes of a truncated picture can therefore only be by chance
/// in a table, or a thumbnail's.
constexpr std::size_t most_trailing = 512;

constexpr bool pads(std::byte byte) {
  return byte == std::byte{0x00} || byte == std::byte{0xff};
}

/// On most frames this reads two bytes.
bool ends(std::span<const std::byte> jpeg) {
  if (jpeg.size() >= 2 && std::ranges::equal(jpeg.last(2), end_of_image)) return true;
  std::size_t padding{};
  while (padding < jpeg.size() && pads(jpeg[jpeg.size() - 1 - padding])) {
    // A driver that gives each frame the buffer's size may pad more. Then the end is not checked.
    if (++padding == most_padding) return true;
  }
  const auto written = jpeg.first(jpeg.size() - padding);
  const auto tail = written.last(std::min(written.size(), most_trailing));
  return !std::ranges::search(tail, end_of_image).empty();
}

bool begins(std::span<const std::byte> jpeg) {
  return jpeg.size() >= 2 && std::ranges::equal(jpeg.first(2), start_of_image);
}

bool empty(std::span<const v4l2::Payload> payloads) {
  return std::ranges::all_of(payloads, [](const auto& payload) { return payload.length == 0; });
}

bool cut_short(const FrameFacts& facts) {
  for (std::size_t plane = 0; plane < facts.needed.size(); ++plane)
    if (facts.payloads[plane].length < facts.needed[plane]) return true;
  return false;
}

}  // namespace

Damage damage_of(const FrameFacts& facts) {
  if (facts.impossible) return Damage::impossible;
  if (empty(facts.payloads)) return Damage::empty;
  if (cut_short(facts)) return Damage::short_picture;
  if ((facts.flags & V4L2_BUF_FLAG_ERROR) != 0) return Damage::error_flag;
  if (facts.jpeg.empty()) return Damage::none;
  if (!begins(facts.jpeg)) return Damage::no_start;
  if (!ends(facts.jpeg)) return Damage::no_end;
  return Damage::none;
}

FrameAction action_for(Damage damage, OnCorrupt policy) {
  switch (damage) {
    case Damage::none:
      return FrameAction::send;
    case Damage::empty:
    case Damage::impossible:
      return FrameAction::leave_out;
    case Damage::error_flag:
    case Damage::short_picture:
    case Damage::no_start:
    case Damage::no_end:
      break;
  }
  switch (policy) {
    case OnCorrupt::drop:
      return FrameAction::leave_out;
    case OnCorrupt::flag:
      return FrameAction::flag;
    case OnCorrupt::pass:
      break;
  }
  return FrameAction::send;
}

const char* name_of(Damage damage) {
  switch (damage) {
    case Damage::none:
      break;
    case Damage::error_flag:
      return "the driver's error flag";
    case Damage::short_picture:
      return "short";
    case Damage::empty:
      return "empty";
    case Damage::impossible:
      return "impossible";
    case Damage::no_start:
      return "no start";
    case Damage::no_end:
      return "no end";
  }
  return "none";
}

}  // namespace v4l2gst
