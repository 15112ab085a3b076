#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "stream/arrival.h"
#include "stream/buffers.h"

namespace v4l2 {

/// The device streams while a Stream exists. Its destructor stops the device. Every buffer that is
/// not on loan is idle then, ready for another Stream. Streaming context only.
class Stream {
public:
  /// Queues all idle buffers and starts the device. `buffers` must outlive the Stream and must not
  /// be moved meanwhile. Error: that of VIDIOC_QBUF or VIDIOC_STREAMON; then the device does not
  /// stream.
  static Result<Stream> start(const Buffers& buffers);

  Stream(Stream&&) = default;
  Stream& operator=(Stream&&) = delete;
  ~Stream();

  /// Waits for the next Arrival, for ever without a timeout. Returns SourceChanged also after the
  /// driver's last frame of the old format (V4L2_BUF_FLAG_LAST, then EPIPE). Error: a failure of
  /// the driver that the stream may survive, or one of wait().
  Result<Arrival> next(std::optional<std::chrono::milliseconds> timeout = std::nullopt);

  /// Dequeues a frame without waiting. Returns nullopt if there is none. A failure is returned as
  /// next() returns it.
  std::optional<Result<Arrival>> ready();

private:
  explicit Stream(const Buffers& buffers);
  std::optional<Result<Arrival>> dequeue_before_poll();
  std::optional<Result<Arrival>> dequeue(bool device_in_trouble);
  Result<Arrival> overwritten(std::uint32_t index);

  const Buffers* buffers_;
  std::shared_ptr<const Node> node_;
  std::shared_ptr<BufferQueue> queue_;  // null in a moved-from Stream
  WireBuffer wire_;                     // what VIDIOC_DQBUF fills
  bool saw_last_{};                     // the latest frame had V4L2_BUF_FLAG_LAST
  // When to dequeue without asking poll() first: see dequeue_before_poll().
  std::uint32_t polls_to_go_{};
  std::uint32_t hits_{};
  std::uint32_t misses_{1};
};

}  // namespace v4l2
