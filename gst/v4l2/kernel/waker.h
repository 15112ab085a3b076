#pragma once

#include <atomic>

#include "kernel/error.h"
#include "kernel/mutex.h"
#include "kernel/unique_fd.h"

namespace v4l2 {

/// A Waker interrupts waits, level-triggered. While any reason is raised, its descriptor is
/// readable and every wait returns at once. Any thread may raise and lower reasons.
class Waker {
public:
  enum Reason : unsigned {
    flush = 1,           ///< data flow must stop: flushing, or the element goes down
    pause = 2,           ///< the pipeline is paused, so the device must stop streaming
    requeue_failed = 4,  ///< a buffer could not be requeued
    requeued = 8,        ///< a buffer was requeued while none was queued
    command = 16,        ///< the streaming context has a command to run before it waits again
  };

  /// Selects the constructor that makes no descriptor, for a later prepare().
  enum class Later { later };

  /// Makes the descriptor. The Waker has none if the process has no descriptor left.
  Waker();

  explicit Waker(Later) {}

  /// Makes the descriptor if there is none yet. The caller does this before any thread waits.
  /// Error: that of eventfd().
  Result<> prepare();

  void raise(Reason reason);
  void lower(Reason reason);

  [[nodiscard]] bool raised(Reason reason) const { return (reasons_.load() & reason) != 0; }

  /// Returns true if any reason is raised.
  [[nodiscard]] bool raised() const { return reasons_.load() != 0; }

  [[nodiscard]] int descriptor() const { return descriptor_.get(); }

private:
  Mutex mutex_;
  // Changed under mutex_, together with the descriptor. Sequentially consistent by default: a
  // thread that sees a reason must see all that was written before raise(). On the frame path
  // reasons_ is only loaded, which costs no more than an acquire.
  std::atomic<unsigned> reasons_{};
  UniqueFd descriptor_;
};

}  // namespace v4l2
