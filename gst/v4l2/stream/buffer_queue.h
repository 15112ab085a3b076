#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "kernel/mutex.h"
#include "kernel/node.h"
#include "kernel/waker.h"
#include "stream/loan_sets.h"
#include "stream/wire_buffer.h"

namespace v4l2 {

/// The fate of a buffer whose loan ends while the device streams.
enum class OnRequeue {
  queue,  ///< it is filled again: queued with the driver at once, or free for the next read()
  keep,   ///< it stays idle until queue() is called, since its memory is another each time
};

/// Tracks which buffers are queued, dequeued (on loan) or idle, and requeues a buffer when its
/// Frame is destroyed, on any thread.
///
/// While the queue is started, a buffer whose loan ends is filled again as OnRequeue says. While it
/// is stopped, the buffer stays idle until the next start. After detach() it makes no call on the
/// node. The queue exists as long as any Frame.
class BufferQueue {
public:
  /// VIDEO_MAX_FRAME of the kernels up to 6.6, and as many as fit the set of loans.
  static constexpr std::uint32_t most_buffers = 32;

  /// VIDIOC_QBUF is given `qbuf_template` for each buffer, with the buffer's index and targets and
  /// with `flags`. Without a node (null) no driver knows of the buffers, and read() fills them.
  /// `waker` must exist until detach() returns.
  BufferQueue(const Node* node, Waker& waker, const WireBuffer& qbuf_template, OnRequeue on_requeue,
              std::uint32_t flags = 0)
      : node_{node},
        waker_{&waker},
        qbuf_template_{qbuf_template},
        flags_{flags},
        on_requeue_{on_requeue} {}

  // Only the streaming context calls these.

  /// Adds a buffer, which is idle at first.
  void add(std::uint32_t index);
  /// Removes an idle buffer.
  void remove(std::uint32_t index);
  /// Sets the memory of a buffer's planes for each later VIDIOC_QBUF (Memory::userptr and dmabuf).
  void set_planes(std::uint32_t index, std::span<const PlaneTarget> targets);

  /// Starts the queue: a buffer whose loan ends is filled again from now on. OnRequeue::queue:
  /// queues all idle buffers that are not retired. Error: that of VIDIOC_QBUF, and the queue stays
  /// stopped.
  Result<> start();
  /// Stops the queue: a buffer whose loan ends stays idle from now on. The caller ends streaming,
  /// so all buffers that were queued become idle.
  void stop();
  /// Detaches the queue from the node, for ever. When this returns, no thread is inside a call on
  /// the node, nor will be.
  void detach();

  /// OnRequeue::keep: queues an idle buffer.
  Result<> queue(std::uint32_t index);

  /// Takes a buffer out of use: it stays idle when its loan ends, until it is reinstated.
  void retire(std::uint32_t index);
  /// Takes a new or retired buffer into use. While the device streams, an idle one is queued at
  /// once. With OnRequeue::keep, queue() queues it. Error: that of VIDIOC_QBUF.
  Result<> reinstate(std::uint32_t index);

  /// Notes that VIDIOC_DQBUF returned a buffer. Returns false if there is no such buffer or it was
  /// not queued. The driver's answer is wrong then.
  [[nodiscard]] bool mark_dequeued(std::uint32_t index);
  /// Queues a buffer again that the driver has filled although it is on loan. The end of that loan
  /// does not queue it again. Returns true also if the loan has ended meanwhile, and for a retired
  /// buffer, which is not queued. Returns false if the buffer does not exist or is idle, and always
  /// with OnRequeue::keep, where its memory would be another. Error: that of VIDIOC_QBUF.
  [[nodiscard]] Result<bool> requeue_again(std::uint32_t index);
  /// Takes a buffer that read() may fill. Returns nullopt if there is none.
  [[nodiscard]] std::optional<std::uint32_t> take_idle();

  /// Returns the first failure to requeue since the last call, once.
  [[nodiscard]] std::optional<Error> take_error();

  /// Returns true if no buffer is queued with the driver or free for read(). Then, and only then,
  /// the next buffer that is requeued raises Waker::requeued.
  [[nodiscard]] bool none_queued();

  /// Returns how many buffers wait to be filled or to be dequeued.
  [[nodiscard]] std::uint32_t waiting() const { return count(fillable()); }

  [[nodiscard]] std::uint32_t buffer_count() const { return count(existing_); }

  [[nodiscard]] std::uint32_t retired_count() const { return count(retired_); }

  /// Returns the highest of the retired buffers that are idle. nullopt if there is none.
  [[nodiscard]] std::optional<std::uint32_t> retired_idle() const;
  /// Returns a retired buffer, idle or not. nullopt if there is none.
  [[nodiscard]] std::optional<std::uint32_t> retired() const;

  [[nodiscard]] bool exists(std::uint32_t index) const {
    return index < most_buffers && (existing_ & bit(index)) != 0;
  }

  /// Returns the lowest index that no buffer has.
  [[nodiscard]] std::uint32_t vacant() const {
    return static_cast<std::uint32_t>(std::countr_one(existing_));
  }

  /// Returns the highest buffer that is not retired. There must be one.
  [[nodiscard]] std::uint32_t highest() const {
    return static_cast<std::uint32_t>(std::bit_width(existing_ & ~retired_)) - 1U;
  }

  /// Returns how many buffers are on loan.
  [[nodiscard]] std::uint32_t on_loan() const { return count(sets_.on_loan()); }

  /// Returns when a buffer was last given to the driver, on CLOCK_MONOTONIC. 0 where no driver
  /// knows the buffers. The streaming context calls this for a buffer that it has dequeued.
  [[nodiscard]] std::chrono::nanoseconds queued_at(std::uint32_t index) const {
    return std::chrono::nanoseconds{queued_at_[index].load(std::memory_order_relaxed)};
  }

  /// OnRequeue::keep: returns the set of buffers that queue() may hand to the driver, a bit for
  /// each.
  [[nodiscard]] std::uint32_t idle() const { return existing_ & ~queued_ & ~sets_.on_loan(); }

  // Any thread may call this.

  /// Ends a loan and requeues the buffer. It locks one leaf mutex and makes at most one call on the
  /// node. A failure is kept for take_error() and raises Waker::requeue_failed.
  void requeue(std::uint32_t index);

private:
  static constexpr std::uint32_t bit(std::uint32_t index) { return 1U << index; }

  static std::uint32_t count(std::uint32_t set) {
    return static_cast<std::uint32_t>(std::popcount(set));
  }

  [[nodiscard]] std::uint32_t fillable() const {
    if (on_requeue_ == OnRequeue::keep) return queued_;
    return started_ ? existing_ & ~retired_ & ~sets_.away() : 0;
  }

  Result<> queue_locked(std::uint32_t index) REQUIRES(mutex_);
  bool end_loan_locked(std::uint32_t index) REQUIRES(mutex_);
  bool note_loan(std::uint32_t index);

  Mutex mutex_;
  // Null once detached, or where no driver knows the buffers.
  const Node* node_ GUARDED_BY(mutex_);
  Waker* waker_ GUARDED_BY(mutex_);  // null once detached
  WireBuffer qbuf_template_ GUARDED_BY(mutex_);
  std::vector<std::array<PlaneTarget, VIDEO_MAX_PLANES>> targets_ GUARDED_BY(mutex_);
  std::uint32_t flags_;
  OnRequeue on_requeue_;
  // Sets of buffers, a bit for each. Those of the streaming context are changed under mutex_ where
  // requeue() reads them.
  std::uint32_t existing_{};
  std::uint32_t retired_{};
  std::uint32_t queued_{};             // OnRequeue::keep
  bool started_{};                     // the device streams, or is about to
  bool awaited_ GUARDED_BY(mutex_){};  // the streaming context waits for a requeue
  std::optional<Error> error_ GUARDED_BY(mutex_);
  LoanSets<std::atomic> sets_;
  // In nanoseconds, by buffer. Changed under mutex_, before the driver gets the buffer. Relaxed: no
  // other value depends on it. VIDIOC_QBUF and VIDIOC_DQBUF, which take one lock in the kernel, are
  // between a change and its reading.
  std::array<std::atomic<std::int64_t>, most_buffers> queued_at_{};
};

}  // namespace v4l2
