#include "usbcam/negotiation.h"

#include <algorithm>
#include <utility>

#include "usbcam/stream_descriptors.h"

namespace usbcam {
namespace {

/// Returns the entry at an index from 1. An index out of range means the first.
template <class T>
const T& pick(const std::vector<T>& list, unsigned index) {
  return index >= 1 && index <= list.size() ? list[index - 1] : list.front();
}

/// Returns the shortest interval that is not below the wish, which may be zero. Otherwise the
/// longest.
Interval nearest_interval(const std::vector<Interval>& offered, Interval wish) {
  auto found = std::ranges::lower_bound(offered, wish);
  return found == offered.end() ? offered.back() : *found;
}

/// Each payload header has a frame identifier and an end-of-frame bit (UVC 1.1, table 4-75).
constexpr std::uint8_t framing_info = 3;

}  // namespace

Negotiation::Negotiation(Offer offer, Transfer transfer, std::uint32_t largest_frame)
    : offer_{std::move(offer)},
      transfer_{transfer},
      largest_frame_{largest_frame},
      current_{nearest({})} {}

uvc_streaming_control Negotiation::nearest(uvc_streaming_control wish) const {
  const FormatOffer& format = pick(offer_, wish.bFormatIndex);
  const FrameOffer& frame = pick(format.frames, wish.bFrameIndex);
  uvc_streaming_control answer{};
  answer.bmHint = 1;  // the interval matters most
  answer.bFormatIndex = static_cast<std::uint8_t>(&format - offer_.data() + 1);
  answer.bFrameIndex = static_cast<std::uint8_t>(&frame - format.frames.data() + 1);
  answer.dwFrameInterval = static_cast<std::uint32_t>(
      nearest_interval(frame.intervals, Interval{wish.dwFrameInterval}).count());
  answer.dwMaxVideoFrameSize = frame_bytes(frame.size);
  if (format.codec != Codec::yuyv) {
    answer.dwMaxVideoFrameSize = std::max(frame_bytes(frame.size), largest_frame_);
  }
  answer.dwMaxPayloadTransferSize =
      transfer_ == Transfer::bulk ? bulk_payload : isochronous_payload;
  answer.dwClockFrequency = clock_frequency;
  answer.bmFramingInfo = framing_info;
  answer.bPreferedVersion = answer.bMinVersion = answer.bMaxVersion = 1;
  return answer;
}

std::optional<Bytes> Negotiation::get(std::uint8_t request) const {
  switch (request) {
    case UVC_GET_CUR:
      return bytes_of(current_);
    case UVC_GET_MIN:
    case UVC_GET_DEF:
      return bytes_of(nearest({}));
    case UVC_GET_MAX: {
      uvc_streaming_control wish{};
      wish.dwFrameInterval = UINT32_MAX;
      return bytes_of(nearest(wish));
    }
    case UVC_GET_RES:
      return Bytes(sizeof(uvc_streaming_control));
    case UVC_GET_LEN:
      return Bytes{sizeof(uvc_streaming_control), 0};
    case UVC_GET_INFO:
      return Bytes{UVC_CONTROL_CAP_GET | UVC_CONTROL_CAP_SET};
    default:
      return std::nullopt;
  }
}

void Negotiation::set(ByteView wish) {
  current_ = nearest(from_bytes<uvc_streaming_control>(wish));
}

Mode Negotiation::mode() const {
  const FormatOffer& format = pick(offer_, current_.bFormatIndex);
  const FrameOffer& frame = pick(format.frames, current_.bFrameIndex);
  return {
      .codec = format.codec, .size = frame.size, .interval = Interval{current_.dwFrameInterval}};
}

}  // namespace usbcam
