#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "stream/arrival.h"
#include "stream/buffers.h"

namespace v4l2 {

/// While a Stream exists the device streams; destroying it stops the device and leaves every buffer
/// that is not on loan at home, ready for another Stream. Streaming context only.
class Stream {
public:
  /// Queues all buffers at home and starts the device. `buffers` must outlive the Stream, where
  /// they are. Error: that of VIDIOC_QBUF or VIDIOC_STREAMON; then the device does not stream.
  static Result<Stream> start(const Buffers& buffers);

  Stream(Stream&&) = default;
  Stream& operator=(Stream&&) = delete;
  ~Stream();

  /// Waits for what comes next. For ever without a timeout. Error: a failure of the driver that the
  /// stream may survive.
  Result<Arrival> next(std::optional<std::chrono::milliseconds> timeout = std::nullopt);

  /// A frame that is there already, without waiting; none, and whatever else there may be to say is
  /// left to next().
  std::optional<Frame> another();

private:
  explicit Stream(const Buffers& buffers);
  std::optional<Result<Arrival>> dequeue(bool device_in_trouble);

  const Buffers* buffers_;
  std::shared_ptr<const Node> node_;
  std::shared_ptr<ReturnDesk> desk_;  // null in a moved-from Stream
  WireBuffer wire_;                   // what VIDIOC_DQBUF fills
};

}  // namespace v4l2
