#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "stream/arrival.h"
#include "stream/buffers.h"

namespace v4l2 {

/// While a Stream exists the device streams; destroying it stops the device and leaves every buffer
/// that is not on loan at home, ready for another Stream. Streaming context only.
class Stream {
public:
  /// Queues all buffers at home and starts the device. `buffers` must outlive the Stream. Error:
  /// that of VIDIOC_QBUF or VIDIOC_STREAMON; then the device does not stream.
  static Result<Stream> start(const Buffers& buffers);

  Stream(Stream&&) = default;
  Stream& operator=(Stream&&) = delete;
  ~Stream();

  /// Waits for what comes next: the only waiting place in the program. For ever without a timeout.
  /// Error: a failure of the driver that the stream may survive.
  Result<Arrival> next(std::optional<std::chrono::milliseconds> timeout = std::nullopt);

private:
  explicit Stream(const Buffers& buffers);
  std::optional<Result<Arrival>> woken();
  std::optional<Result<Arrival>> dequeue(bool device_in_trouble);

  std::shared_ptr<const Node> node_;
  Waker* waker_;
  std::shared_ptr<ReturnDesk> desk_;  // null in a moved-from Stream
  WireBuffer wire_;                   // what VIDIOC_DQBUF fills, kept so as not to zero it twice
  std::vector<std::uint32_t> plane_lengths_;
};

}  // namespace v4l2
