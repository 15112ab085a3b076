#include "usbcam/streamer.h"

#include <algorithm>
#include <utility>

#include "usbcam/stream_descriptors.h"

namespace usbcam {
namespace {

using std::chrono::microseconds;

/// Each microframe has one isochronous packet.
constexpr microseconds packet_time{125};
/// The bus does not wait. This process may be late by so much and still catch up.
constexpr microseconds bus_slack{20'000};

}  // namespace

void Streamer::start(const Mode& mode, Clock::time_point now) {
  stream_.reset();
  stream_ = Stream{.mode = mode,
                   .source = make_source(mode, content_),
                   .clock = FrameClock{now + faults_.start_delay, mode.interval},
                   .bus_free = now};
  sent_ = 0;
  ++starts_;
}

bool Streamer::cancel(std::uint32_t sequence) {
  auto found = std::ranges::find(urbs_, sequence, &Submit::sequence);
  if (found == urbs_.end()) return false;
  urbs_.erase(found);
  return true;
}

void Streamer::forget() {
  stream_.reset();
  urbs_.clear();
}

bool Streamer::allow(std::uint64_t frames) {
  if (!allowed_) return false;
  *allowed_ += frames;
  return true;
}

/// Starts to send the next frame, if it is due and allowed.
void Streamer::begin_frame(Stream& stream, Clock::time_point now) {
  while (is_running() && stream.clock.due() <= now) {
    stream.clock.advance(now);
    if (allowed_) --*allowed_;
    auto number = next_number_++;
    // The source makes each frame, sent or not. A dropped frame leaves a gap in its output.
    ByteView data = stream.source->frame(number);
    if (faults_.drop.strikes()) continue;
    if (faults_.truncate.strikes()) data = data.first(data.size() / 2);
    if (faults_.empty.strikes()) data = {};
    stream.frame_id = !stream.frame_id;
    stream.frame = FrameInFlight{data, stream.frame_id, faults_.error.strikes(), now};
    stream.bus_free = std::max(stream.bus_free, now);
    return;
  }
}

/// Appends the next payload of the frame in flight, if there is one.
void Streamer::cut(Stream& stream, Bytes& to, std::size_t room) {
  if (!stream.frame || !stream.frame->cut(to, room)) return;
  stream.frame.reset();
  ++sent_;
}

Completion Streamer::fill(Stream& stream, const Submit& urb) {
  Completion completion{.sequence = urb.sequence, .data = {}, .packets = {}};
  auto room = std::min<std::size_t>(urb.length, bulk_payload);
  completion.data.reserve(room);
  cut(stream, completion.data, room);
  return completion;
}

/// The packets follow one another in the data. Packets after the end of the frame stay empty, as on
/// a bus.
Completion Streamer::fill_isochronous(Stream& stream, const Submit& urb) {
  Completion completion{.sequence = urb.sequence, .data = {}, .packets = urb.packets};
  completion.data.reserve(urb.length);
  for (IsoPacket& packet : completion.packets) {
    auto before = completion.data.size();
    cut(stream, completion.data, packet.length);
    packet.actual_length = static_cast<std::uint32_t>(completion.data.size() - before);
    packet.status = 0;
  }
  return completion;
}

std::vector<Completion> Streamer::pump(Clock::time_point now) {
  std::vector<Completion> completions;
  if (!stream_) return completions;
  Stream& stream = *stream_;
  // A bus would also complete isochronous transfers without data. Here they wait for the next
  // frame. The driver sees no difference, and an emulated processor has less work.
  while (!urbs_.empty()) {
    if (!stream.frame) begin_frame(stream, now);
    if (!stream.frame) break;
    const Submit& urb = urbs_.front();
    if (urb.packets.empty()) {
      completions.push_back(fill(stream, urb));
    } else {
      if (stream.bus_free > now) break;
      stream.bus_free = std::max<Clock::time_point>(stream.bus_free, now - bus_slack) +
                        packet_time * urb.packets.size();
      completions.push_back(fill_isochronous(stream, urb));
    }
    urbs_.pop_front();
  }
  return completions;
}

std::optional<Clock::time_point> Streamer::deadline() const {
  if (!stream_ || urbs_.empty()) return std::nullopt;
  if (stream_->frame) return stream_->bus_free;
  if (!is_running()) return std::nullopt;
  return stream_->clock.due();
}

}  // namespace usbcam
