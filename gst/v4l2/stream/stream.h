#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "stream/arrival.h"
#include "stream/buffers.h"

namespace v4l2 {

/// While a Stream exists the device streams; destroying it stops the device and leaves every buffer
/// that is not on loan idle, ready for another Stream. Streaming context only.
class Stream {
public:
  /// Queues all idle buffers and starts the device. `buffers` must outlive the Stream, where
  /// they are. Error: that of VIDIOC_QBUF or VIDIOC_STREAMON; then the device does not stream.
  static Result<Stream> start(const Buffers& buffers);

  Stream(Stream&&) = default;
  Stream& operator=(Stream&&) = delete;
  ~Stream();

  /// Waits for what comes next. For ever without a timeout. SourceChanged also where the driver has
  /// sent its last frame of the old format (V4L2_BUF_FLAG_LAST, then EPIPE). Error: a failure of
  /// the driver that the stream may survive.
  Result<Arrival> next(std::optional<std::chrono::milliseconds> timeout = std::nullopt);

  /// What is there already: a frame, or what next() would say of the device. Does not wait; none
  /// when there is nothing.
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
