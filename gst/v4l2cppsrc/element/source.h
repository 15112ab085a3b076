#pragma once

#include <atomic>
#include <optional>
#include <thread>

#include <gst/base/gstbasesrc.h>

#include "common/handles.h"
#include "device/tracing_kernel.h"
#include "kernel/mutex.h"
#include "kernel/waker.h"
#include "session/session.h"

namespace v4l2gst {

/// GstBaseSrc's functions, the lock, and the bus.
///
/// The streaming thread and the state changes meet at the lock, by with_session(). Whoever wants it
/// raises the wakers first, since the streaming thread holds it while it waits on the device. No
/// function of downstream's or of the application's is called with it, but for those of
/// downstream's own buffer pool (decision 0022).
class Source {
public:
  explicit Source(GstBaseSrc* element) : element_{element} {}

  /// For tests: another kernel, before READY.
  void set_kernel(v4l2::Kernel& kernel) { kernel_ = &kernel; }

  /// Settings, and what is known of the device. Any thread.
  [[nodiscard]] const SharedInfo& info() const { return info_; }

  [[nodiscard]] SharedInfo& info() { return info_; }

  [[nodiscard]] const Stats& stats() const { return stats_; }

  /// NULL→READY and back. Reports a failure itself, as all below do.
  bool open();
  void close();

  /// READY→PAUSED and back.
  bool start();
  void stop();

  /// PLAYING→PAUSED, before the base class does its part: from now on its unlock() on this thread
  /// is no flush.
  void begin_pause();
  /// The same, after it: when this returns the device does not stream.
  void pause();
  /// PAUSED→PLAYING: streaming begins with the next create().
  void resume();

  bool negotiate();
  bool decide_allocation(GstQuery* query);
  GstFlowReturn create(GstBuffer** buffer);
  void unlock();
  void unlock_stop();

  [[nodiscard]] CapsPtr caps(GstCaps* filter) const;
  bool answer_latency(GstQuery* query) const;

  /// Asks the encoder of the device for a frame that decoding can begin with, before the next one
  /// is waited for. Any thread. False where the device is known to have no such control.
  bool ask_for_key_frame() { return key_frame_requests_.add(); }

  /// True for a message that a base class posts about what this has reported already: a user shall
  /// see one ERROR for one failure.
  [[nodiscard]] bool redundant(GstMessage* message) const;

private:
  /// The only way to the session. What it has to tell is posted once the lock is released.
  template <class Call>
  auto with_session(Call call) {
    std::optional<Messages> told;
    auto outcome = [&] {
      const v4l2::MutexLock lock{mutex_};
      auto result = call(session_);
      if (session_.has_messages()) told = session_.take_messages();
      return result;
    }();
    if (told) told->post();
    return outcome;
  }

  /// The same for what ends something, on the application's thread. What is to be told is left to
  /// the streaming thread or the next start: a handler might wait for who changes the state.
  template <class Call>
  void change_session(Call call) {
    const v4l2::MutexLock lock{mutex_};
    call(session_);
  }

  void emit_prepare_format(int descriptor, GstCaps* caps) NO_THREAD_SAFETY_ANALYSIS;

  [[nodiscard]] v4l2::Kernel& choose_kernel();
  void raise(v4l2::Waker::Reason reason);
  void lower(v4l2::Waker::Reason reason);
  void report(const Report& report);
  bool recover(const Report& report);
  GstFlowReturn fail(const Report& report);
  Outcome<Step> wait_for_camera();

  GstBaseSrc* element_;
  v4l2::Kernel* kernel_{&v4l2::system_kernel()};
  // Once the log wanted each call. Lives on, since Modes that were asked for facts may go by it.
  std::optional<v4l2::TracingKernel> tracing_;
  // Without descriptors nothing could be stopped: open() makes them.
  v4l2::Waker waker_{v4l2::Waker::Later::later};
  v4l2::Waker absence_waker_{v4l2::Waker::Later::later};
  std::atomic<bool> reported_{};
  std::atomic<std::thread::id> pausing_{};  // the thread between begin_pause() and pause()
  SharedInfo info_;
  Stats stats_;  // written by the session
  KeyFrameRequests key_frame_requests_{waker_};
  v4l2::Mutex mutex_;
  Session session_ GUARDED_BY(mutex_){{.element = GST_ELEMENT_CAST(element_),
                                       .kernel = kernel_,
                                       .waker = waker_,
                                       .absence_waker = absence_waker_,
                                       .key_frame_requests = key_frame_requests_,
                                       .info = info_,
                                       .stats = stats_}};
};

}  // namespace v4l2gst
