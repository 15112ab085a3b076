#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "usbcam/faults.h"
#include "usbcam/frame_clock.h"
#include "usbcam/modes.h"
#include "usbcam/payload.h"
#include "usbcam/source.h"
#include "usbcam/usbip.h"

namespace usbcam {

/// A Streamer is the video endpoint. It keeps the host's transfers, and fills them with the frames
/// of a stream as these are due. The caller passes in the time.
class Streamer {
public:
  Streamer(Content content, Faults& faults) : content_{std::move(content)}, faults_{faults} {}

  void start(const Mode& mode, Clock::time_point now);

  void stop() { stream_.reset(); }

  void submit(Submit urb) { urbs_.push_back(std::move(urb)); }

  /// Removes a transfer. Returns false if it is not here any more.
  bool cancel(std::uint32_t sequence);

  /// Drops stream and transfers, because the host has gone.
  void forget();

  /// Returns all transfers that are complete now.
  std::vector<Completion> pump(Clock::time_point now);

  /// Returns when pump() is needed next; nullopt if time alone changes nothing.
  [[nodiscard]] std::optional<Clock::time_point> deadline() const;

  /// In stepped mode frames are sent, at their rate, only while some are allowed.
  void hold() { allowed_ = 0; }

  void release() { allowed_.reset(); }

  /// Allows more frames. Returns false if the camera is not in stepped mode.
  bool allow(std::uint64_t frames);

  /// Returns the mode of the stream, or null.
  [[nodiscard]] const Mode* mode() const { return stream_ ? &stream_->mode : nullptr; }

  /// Returns the number of frames sent in this stream, or in the last one.
  [[nodiscard]] std::uint64_t sent() const { return sent_; }

  /// Returns the number of the next frame. It never starts again.
  [[nodiscard]] std::uint64_t next_number() const { return next_number_; }

  /// Returns how many frames may still be sent in stepped mode, or nullopt.
  [[nodiscard]] std::optional<std::uint64_t> allowed() const { return allowed_; }

  /// Returns the number of streams started so far.
  [[nodiscard]] std::uint64_t starts() const { return starts_; }

private:
  struct Stream {
    Mode mode;
    std::unique_ptr<Source> source;
    FrameClock clock;
    /// The time when the bus is free for the next isochronous transfer.
    Clock::time_point bus_free;
    bool frame_id{};
    std::optional<FrameInFlight> frame{};
  };

  /// Whether the next frame is sent as soon as it is due.
  [[nodiscard]] bool is_running() const { return !faults_.stall && allowed_ != 0; }

  void begin_frame(Stream& stream, Clock::time_point now);
  void cut(Stream& stream, Bytes& to, std::size_t room);
  Completion fill(Stream& stream, const Submit& urb);
  Completion fill_isochronous(Stream& stream, const Submit& urb);

  Content content_;
  Faults& faults_;
  std::optional<Stream> stream_;
  std::deque<Submit> urbs_;
  std::optional<std::uint64_t> allowed_;
  std::uint64_t sent_{};
  std::uint64_t next_number_{};
  std::uint64_t starts_{};
};

}  // namespace usbcam
