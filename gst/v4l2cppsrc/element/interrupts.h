#pragma once

#include <atomic>
#include <thread>

#include "kernel/error.h"
#include "kernel/waker.h"

namespace v4l2gst {

/// Interrupts end the waits of the streaming thread, for a flush or a pause.
///
/// GstBaseSrc has one pair of functions for both, unlock() and unlock_stop(). Which thread calls
/// them says what is meant.
class Interrupts {
public:
  /// Makes the wakers' descriptors, without which no wait could be interrupted. NULL→READY.
  v4l2::Result<> prepare();

  /// Ends a wait for a frame.
  [[nodiscard]] v4l2::Waker& frame_waker() { return frame_waker_; }

  /// Ends a wait for a device that is away, or for a signal. No requeued buffer wakes it.
  [[nodiscard]] v4l2::Waker& absence_waker() { return absence_waker_; }

  /// Returns true while a flush, an EOS or a stop wants the streaming thread.
  [[nodiscard]] bool flushing() const { return frame_waker_.raised(v4l2::Waker::flush); }

  // ---- a pause, on the thread that changes the state ----

  /// Begins a pause. Until interrupt_for_pause(), unlock() on this thread is no flush.
  void begin_pause() { pausing_ = std::this_thread::get_id(); }

  /// Ends the waits, now that the base class has done its part of the pause.
  void interrupt_for_pause();
  void end_pause();

  // ---- a flush, as GstBaseSrc's functions say it ----

  /// Ends the waits until unlock_stop(). Any thread.
  void unlock();
  /// Ends a flush. On the streaming thread it ends only a flush of that thread: GstBaseSrc 1.26
  /// calls it there too when a pause ends (gst_base_src_wait_playing()). A flush or an EOS that
  /// another thread sends at that moment must stay, since that thread waits for the streaming
  /// thread.
  void unlock_stop();

  // ---- the streaming thread ----

  /// Notes that the calling thread is the streaming thread.
  void on_streaming_thread() {
    streaming_.store(std::this_thread::get_id(), std::memory_order_relaxed);
  }

  /// Forgets the streaming thread, which has ended. Another thread may get its id.
  void streaming_ended();

private:
  void raise(v4l2::Waker::Reason reason);
  void lower(v4l2::Waker::Reason reason);

  v4l2::Waker frame_waker_{v4l2::Waker::Later::later};
  v4l2::Waker absence_waker_{v4l2::Waker::Later::later};
  // A thread compares these with its own id only, which it has written itself. So relaxed would do.
  // Only streaming_ is written on the frame path.
  std::atomic<std::thread::id> pausing_{};    // the thread of a pause that has just begun
  std::atomic<std::thread::id> streaming_{};  // the streaming thread, once it was seen
  bool streaming_unlocked_{};  // that thread has called unlock() itself; used by it alone
};

}  // namespace v4l2gst
