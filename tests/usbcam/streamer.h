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

/// The video endpoint. It keeps the transfers that the host has asked for and, while there is a
/// stream, fills them with frames as these are due. Time comes in as an argument.
class Streamer {
public:
  Streamer(Content content, Faults& faults) : content_{std::move(content)}, faults_{faults} {}

  void start(const Mode& mode, Clock::time_point now);

  void stop() { stream_.reset(); }

  void submit(Submit urb) { urbs_.push_back(std::move(urb)); }

  /// Takes a transfer back; false if it is not here any more.
  bool cancel(std::uint32_t sequence);

  /// The host has gone: neither stream nor transfers are left.
  void forget();

  /// All that is complete by now.
  std::vector<Completion> pump(Clock::time_point now);

  /// When pump() has something to do again, if time alone can bring it.
  [[nodiscard]] std::optional<Clock::time_point> deadline() const;

  /// In steps: frames are sent, at their rate, only as long as some are allowed.
  void hold() { allowed_ = 0; }

  void release() { allowed_.reset(); }

  /// False if the camera does not go in steps.
  bool allow(std::uint64_t frames);

  /// While there is a stream: its mode.
  [[nodiscard]] const Mode* mode() const { return stream_ ? &stream_->mode : nullptr; }

  /// Frames sent in this stream, or in the last one.
  [[nodiscard]] std::uint64_t sent() const { return sent_; }

  /// The number that the next frame will carry. It never starts again.
  [[nodiscard]] std::uint64_t next_number() const { return next_number_; }

  /// Frames that may still be sent, if the camera goes in steps.
  [[nodiscard]] std::optional<std::uint64_t> allowed() const { return allowed_; }

  /// Streams started so far.
  [[nodiscard]] std::uint64_t starts() const { return starts_; }

private:
  struct Stream {
    Mode mode;
    std::unique_ptr<Source> source;
    FrameClock clock;
    /// When the bus is free for the next isochronous transfer.
    Clock::time_point bus_free;
    bool frame_id{};
    std::optional<FrameInFlight> frame{};
  };

  /// Is a frame to be sent as soon as the clock says so?
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
