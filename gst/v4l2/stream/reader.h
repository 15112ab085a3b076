#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "stream/arrival.h"
#include "stream/buffers.h"

namespace v4l2 {

/// The device gives its frames to read() while a Reader exists. The Reader has a descriptor of its
/// own, since in the V4L2 API only close() ends read(). Its destructor stops the device. Streaming
/// context only.
class Reader {
public:
  /// Slots are the memory that read() fills, one plane for each buffer of a queue without a driver.
  using Slots = std::vector<std::span<std::byte>>;

  /// Opens the node at `path` once more, for read(). `slots` and `waker` must outlive the Reader.
  /// Error: that of open(). An error of read() itself is returned by next().
  static Result<Reader> start(Kernel& kernel, const std::string& path, Waker& waker,
                              std::shared_ptr<BufferQueue> queue, const Slots& slots,
                              BufferType type);

  Reader(Reader&&) = default;
  Reader& operator=(Reader&&) = delete;
  ~Reader();

  /// Waits as Stream::next() does. A frame is numbered from 0 and has no timestamp, since read()
  /// tells neither number nor time.
  Result<Arrival> next(std::optional<std::chrono::milliseconds> timeout = std::nullopt);

  /// Fetches as Stream::ready() does.
  std::optional<Result<Arrival>> ready() { return fetch(false); }

private:
  Reader(std::shared_ptr<const Node> node, Waker& waker, std::shared_ptr<BufferQueue> queue,
         const Slots& slots, BufferType type);
  std::optional<Result<Arrival>> fetch(bool device_in_trouble);

  std::shared_ptr<const Node> node_;
  Waker* waker_;
  std::shared_ptr<BufferQueue> queue_;  // null in a moved-from Reader
  const Slots* slots_;
  WireBuffer wire_;  // what VIDIOC_DQBUF would have said of a frame
  std::uint32_t sequence_{};
  bool has_read_{};
};

}  // namespace v4l2
