#pragma once

#include <atomic>

#include "kernel/error.h"
#include "kernel/mutex.h"
#include "kernel/unique_fd.h"

namespace v4l2 {

/// A level-triggered interrupt: while any reason is raised, its descriptor is readable and every
/// wait returns at once. Any thread may raise and lower.
class Waker {
public:
  enum Reason : unsigned {
    flush = 1,           ///< data flow must stop: flushing, or the element goes down
    pause = 2,           ///< the pipeline is paused: the device shall stop streaming
    requeue_failed = 4,  ///< a buffer could not be handed back to the driver
    requeued = 8,        ///< a buffer came back while all were out
    command = 16,        ///< the streaming context has something to do before it waits on
  };

  /// For prepare(): without a descriptor.
  enum class Later { later };

  /// Without a descriptor where the process has none left.
  Waker();

  explicit Waker(Later) {}

  /// Makes the descriptor where there is none yet. Before anybody waits. Error: that of eventfd().
  Result<> prepare();

  void raise(Reason reason);
  void lower(Reason reason);

  [[nodiscard]] bool raised(Reason reason) const { return (reasons_.load() & reason) != 0; }

  /// For whatever reason.
  [[nodiscard]] bool raised() const { return reasons_.load() != 0; }

  [[nodiscard]] int descriptor() const { return descriptor_.get(); }

private:
  Mutex mutex_;
  std::atomic<unsigned> reasons_{};  // changed under mutex_, together with the descriptor
  UniqueFd descriptor_;
};

}  // namespace v4l2
