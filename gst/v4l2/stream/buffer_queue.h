#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "kernel/mutex.h"
#include "kernel/node.h"
#include "kernel/waker.h"
#include "stream/wire_buffer.h"

namespace v4l2 {

/// What becomes of a buffer that comes back while the device streams.
enum class OnRequeue {
  queue,  ///< it is filled again: queued with the driver at once, or free for the next read()
  keep,   ///< it stays idle until queue() is called for it: its memory is another each time
};

/// Tracks which buffers are queued, dequeued (on loan) or idle, and requeues a buffer when its
/// Frame is destroyed, on any thread. The core's only object that several threads may touch.
///
/// While the queue is started, a buffer whose loan ends is filled again as OnRequeue says. While it
/// is stopped, the buffer stays idle until the next start. After detach() it makes no call on the
/// node. The queue is made with the driver's buffers, and lives as long as any Frame.
class BufferQueue {
public:
  /// VIDEO_MAX_FRAME of the kernels up to 6.6, and as many as fit the set of loans.
  static constexpr std::uint32_t most_buffers = 32;

  /// `qbuf_template` is what VIDIOC_QBUF is given for each buffer, but for its index and its
  /// targets; `flags` go with it. Without a node (null) no driver knows of the buffers: they are
  /// filled by read(). `waker` must outlive the moment of detach().
  BufferQueue(const Node* node, Waker& waker, const WireBuffer& qbuf_template, OnRequeue on_requeue,
              std::uint32_t flags = 0)
      : node_{node},
        waker_{&waker},
        qbuf_template_{qbuf_template},
        flags_{flags},
        on_requeue_{on_requeue} {}

  // Of the streaming context, all of these.

  /// A buffer exists from now on, and is idle.
  void add(std::uint32_t index);
  /// An idle buffer exists no longer.
  void remove(std::uint32_t index);
  /// Sets the memory of a buffer's planes for each later VIDIOC_QBUF (Memory::userptr and dmabuf).
  void set_planes(std::uint32_t index, std::span<const PlaneTarget> targets);

  /// From now on a buffer whose loan ends is filled again. OnRequeue::queue: queues all idle
  /// buffers. Error: that of VIDIOC_QBUF, and the queue stays stopped.
  Result<> start();
  /// From now on a buffer whose loan ends stays idle. The caller ends streaming, and so all buffers
  /// that were queued are idle.
  void stop();
  /// Lets go of the node, for ever. When this returns no thread is inside a call on the node, nor
  /// ever will be.
  void detach();

  /// OnRequeue::keep: queues an idle buffer.
  Result<> queue(std::uint32_t index);

  /// Takes a buffer out of use: it stays idle when its loan ends, until it is reinstated.
  void retire(std::uint32_t index);
  /// Takes a buffer into use: while the device streams, an idle one is filled from now on; with
  /// OnRequeue::keep when queue() is called for it.
  Result<> reinstate(std::uint32_t index);

  /// Notes that VIDIOC_DQBUF returned a buffer. False when there is no such buffer or it was not
  /// queued: then the driver's answer is wrong.
  [[nodiscard]] bool mark_dequeued(std::uint32_t index);
  /// Queues a buffer again that the driver has filled although it is on loan; the end of the loan
  /// queues it no more. False when it is not on loan, and where the memory would be another each
  /// time (OnRequeue::keep). Error: that of VIDIOC_QBUF.
  [[nodiscard]] Result<bool> requeue_again(std::uint32_t index);
  /// Takes a buffer that read() may fill; nullopt if there is none.
  [[nodiscard]] std::optional<std::uint32_t> take_idle();

  /// Returns the first failure to requeue since the last call, once.
  [[nodiscard]] std::optional<Error> take_error();

  /// True when no buffer is queued or may be. Then, and only then, the next buffer that is requeued
  /// raises Waker::requeued.
  [[nodiscard]] bool none_queued();

  /// How many buffers wait to be filled or to be dequeued.
  [[nodiscard]] std::uint32_t waiting() const { return count(fillable()); }

  [[nodiscard]] std::uint32_t buffer_count() const { return count(existing_); }

  [[nodiscard]] std::uint32_t retired_count() const { return count(retired_); }

  /// The highest of the retired buffers that are idle.
  [[nodiscard]] std::optional<std::uint32_t> retired_idle() const;
  /// Any retired buffer.
  [[nodiscard]] std::optional<std::uint32_t> retired() const;

  [[nodiscard]] bool exists(std::uint32_t index) const {
    return index < most_buffers && (existing_ & bit(index)) != 0;
  }

  /// The lowest index that no buffer has.
  [[nodiscard]] std::uint32_t vacant() const {
    return static_cast<std::uint32_t>(std::countr_one(existing_));
  }

  /// The highest that is not retired.
  [[nodiscard]] std::uint32_t highest() const {
    return static_cast<std::uint32_t>(std::bit_width(existing_ & ~retired_)) - 1U;
  }

  /// How many are out on loan.
  [[nodiscard]] std::uint32_t on_loan() const {
    return count(loans_.load(std::memory_order_acquire));
  }

  /// Buffers that may be handed to the driver by queue().
  [[nodiscard]] std::uint32_t idle() const {
    return existing_ & ~queued_ & ~loans_.load(std::memory_order_acquire);
  }

  // Of any thread.

  /// Ends a loan and requeues the buffer: one leaf mutex and at most one call on the node. A
  /// failure is kept for take_error() and raises Waker::requeue_failed.
  void requeue(std::uint32_t index);

private:
  static constexpr std::uint32_t bit(std::uint32_t index) { return 1U << index; }

  static std::uint32_t count(std::uint32_t set) {
    return static_cast<std::uint32_t>(std::popcount(set));
  }

  [[nodiscard]] std::uint32_t fillable() const {
    if (on_requeue_ == OnRequeue::keep) return queued_;
    const auto away = loans_.load(std::memory_order_acquire) & ~requeued_.load();
    return started_ ? existing_ & ~retired_ & ~away : 0;
  }

  Result<> queue_locked(std::uint32_t index) REQUIRES(mutex_);
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
  bool awaited_ GUARDED_BY(mutex_){};  // somebody waits for a buffer to be requeued
  std::optional<Error> error_ GUARDED_BY(mutex_);
  // Cleared before the buffer is queued and set after it was dequeued, so that what a returner did
  // to the memory happens before its next loan.
  std::atomic<std::uint32_t> loans_{};
  // On loan, and with the driver all the same. Changed under mutex_.
  std::atomic<std::uint32_t> requeued_{};
  // Idle although it streams: retired, or not reinstated yet.
  std::atomic<std::uint32_t> idle_{};
};

}  // namespace v4l2
