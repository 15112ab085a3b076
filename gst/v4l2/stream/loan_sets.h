#pragma once

#include <atomic>
#include <cstdint>

namespace v4l2 {

/// The sets of buffers that a BufferQueue shares with the threads that return them.
///
/// A set has a bit for each buffer. The streaming context reads the sets without a lock, and a
/// thread that returns a buffer changes them under the mutex of the queue.
///
/// `Atomic` is std::atomic. tests/model replaces it to try each interleaving, and to weaken each
/// order: one that is stronger than relaxed is there because the model fails without it, or for the
/// reason that its comment gives.
template <template <class> class Atomic>
class LoanSets {
public:
  using Set = std::uint32_t;

  // Only the streaming context calls these.

  /// Puts a buffer on loan, which the driver or read() has filled. Returns false if it is on loan
  /// already.
  ///
  /// Acquire: what the last holder did to the memory happens before the next loan. The kernel's own
  /// locks order that too, but neither C++ nor a sanitizer knows of them. No release: a thread that
  /// is given the frame synchronises with the streaming context by itself.
  [[nodiscard]] bool lend(Set buffer) {
    return (loans_.fetch_or(buffer, std::memory_order_acquire) & buffer) == 0;
  }

  /// Returns the buffers on loan. A buffer that is not among them may be written to.
  ///
  /// Acquire: for the same reason as in lend().
  [[nodiscard]] Set on_loan() const { return loans_.load(std::memory_order_acquire); }

  /// Returns the buffers that the driver may not have. They are on loan, or on their way back to
  /// it.
  ///
  /// Each other buffer was given to the driver before. Loans are read first. Acquire there: if this
  /// thread sees that a loan has ended, it sees that the buffer is on its way. Acquire of
  /// `returning_`: if it sees that a buffer is no longer on its way, it sees the driver have it.
  /// Relaxed for `requeued_`: only this thread adds to it. If a buffer of it was returned
  /// meanwhile, the driver has the buffer as well.
  [[nodiscard]] Set away() const {
    const Set out = loans_.load(std::memory_order_acquire);
    const Set again = requeued_.load(std::memory_order_relaxed);
    return (out & ~again) | returning_.load(std::memory_order_acquire);
  }

  /// Returns true if a buffer on loan was queued as well. It was neither returned nor dequeued
  /// since.
  ///
  /// Acquire: if a thread has returned that buffer, the loan is seen to have ended too. Otherwise
  /// the lend() that follows could come before it.
  [[nodiscard]] bool any_requeued() const { return requeued_.load(std::memory_order_acquire) != 0; }

  /// Returns the buffers that are idle although the device streams.
  ///
  /// Acquire: the memory of an idle buffer may be freed, after the last holder is done with it.
  [[nodiscard]] Set idle() const { return idle_.load(std::memory_order_acquire); }

  /// Makes buffers no longer idle. Returns which of them were. The mutex is held.
  ///
  /// Relaxed: the mutex orders it against the threads that return buffers.
  Set clear_idle(Set buffers) {
    return idle_.fetch_and(~buffers, std::memory_order_relaxed) & buffers;
  }

  /// Notes that a buffer on loan was queued with the driver as well. The mutex is held.
  ///
  /// Relaxed: the mutex orders it against the threads that return buffers.
  void add_requeued(Set buffer) { requeued_.fetch_or(buffer, std::memory_order_relaxed); }

  /// Notes that the driver no longer has these buffers. The mutex is held.
  ///
  /// Relaxed: the mutex orders it against the threads that return buffers.
  void clear_requeued(Set buffers) { requeued_.fetch_and(~buffers, std::memory_order_relaxed); }

  // Any thread may call these. The mutex is held.

  /// Ends the loan of a buffer. It is on its way to the driver until end_return(). Returns true if
  /// the driver has it already.
  ///
  /// Release of `returning_`, for away(): a thread that sees this buffer on its way sees the driver
  /// have those that came back before it. Release of `loans_`, for lend() and away(). Release of
  /// `requeued_`, for any_requeued().
  [[nodiscard]] bool begin_return(Set buffer) {
    returning_.store(buffer, std::memory_order_release);
    loans_.fetch_and(~buffer, std::memory_order_release);
    return (requeued_.fetch_and(~buffer, std::memory_order_release) & buffer) != 0;
  }

  /// Notes that the driver has the buffer of begin_return(), or will not get it.
  ///
  /// Release, for away().
  void end_return() { returning_.store(0, std::memory_order_release); }

  /// Makes buffers idle.
  ///
  /// Release, for idle().
  void add_idle(Set buffers) { idle_.fetch_or(buffers, std::memory_order_release); }

private:
  Atomic<Set> loans_{};
  // The buffer whose loan has ended and whose VIDIOC_QBUF has not returned. A poll() meanwhile
  // could answer POLLERR (see wait()).
  Atomic<Set> returning_{};
  Atomic<Set> requeued_{};  // on loan, and queued with the driver as well
  Atomic<Set> idle_{};      // although the device streams: retired, or not reinstated yet
};

}  // namespace v4l2
