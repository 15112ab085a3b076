#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "kernel/node.h"
#include "kernel/waker.h"
#include "stream/wire_buffer.h"

namespace v4l2 {

/// Where borrowed buffers come back to. The core's only object that several threads may touch.
///
/// A buffer is out on loan, or with the driver, or at home. While the desk is open, what comes back
/// goes straight to the driver (VIDIOC_QBUF); while it is shut, it stays at home until the next
/// opening; once it is closed, nobody wants it any more and the node is never touched again. The
/// desk is born with the driver's buffers, and its shell lives as long as any Frame.
class ReturnDesk {
public:
  /// VIDEO_MAX_FRAME of the kernels up to 6.6, and as many as fit the set of loans.
  static constexpr std::uint32_t most_buffers = 32;

  /// `slip` is what VIDIOC_QBUF is given for each buffer, but for its index. `waker` must outlive
  /// the moment of close().
  ReturnDesk(const Node& node, Waker& waker, const WireBuffer& slip, std::uint32_t buffer_count)
      : node_{&node}, waker_{&waker}, slip_{slip}, buffer_count_{buffer_count} {}

  /// Queues all that is at home; from now on what comes back is queued at once. Error: that of
  /// VIDIOC_QBUF, and the desk stays shut.
  Result<> open();

  /// From now on what comes back stays at home. The caller ends streaming, which brings home all
  /// that the driver had.
  void shut();

  /// For ever. When this returns no thread is inside a call on the node, nor ever will be.
  void close();

  /// Notes a loan. Streaming context only. False when there is no such buffer or it is out already:
  /// then the driver lied.
  [[nodiscard]] bool lend(std::uint32_t index);

  /// Ends a loan. Any thread; one leaf mutex and at most one call on the node. A failure is kept
  /// for complaint() and raises Waker::trouble.
  void give_back(std::uint32_t index);

  /// The first failure to queue since the last question, once.
  [[nodiscard]] std::optional<Error> complaint();

  /// True when every buffer is out. Then, and only then, the next one to come back will raise
  /// Waker::homecoming.
  [[nodiscard]] bool all_out();

  [[nodiscard]] std::uint32_t buffer_count() const { return buffer_count_; }

private:
  Result<> queue(std::uint32_t index);

  std::mutex mutex_;
  const Node* node_;                // guarded by mutex_; null once closed
  Waker* waker_;                    // used only while node_ is not null
  WireBuffer slip_;                 // guarded by mutex_
  bool open_{};                     // guarded by mutex_: the device streams, or is about to
  bool awaited_{};                  // guarded by mutex_: somebody waits for a homecoming
  std::optional<Error> complaint_;  // guarded by mutex_
  std::uint32_t buffer_count_;
  // Bit i is set while buffer i is out. Cleared before the buffer is queued and set after it was
  // dequeued, so that what a returner did to the memory happens before its next loan.
  std::atomic<std::uint32_t> loans_{};
};

}  // namespace v4l2
