#pragma once

#include <atomic>
#include <chrono>
#include <optional>

#include <gst/base/gstbasesrc.h>

#include "common/handles.h"
#include "controls/shared_wishes.h"
#include "device/tracing_kernel.h"
#include "element/control_interfaces.h"
#include "element/interrupts.h"
#include "kernel/mutex.h"
#include "session/commands.h"
#include "session/session.h"
#include "session/shared_info.h"
#include "stats/stats.h"

namespace v4l2gst {

/// Implements GstBaseSrc's functions, and owns the lock and the session. Posts on the bus.
///
/// The streaming thread and the state changes meet at the lock, which guards the session. A thread
/// that wants the lock raises the wakers first, since the streaming thread holds the lock while it
/// waits on the device. No function of downstream or of the application is called under the lock,
/// except those of downstream's own buffer pool (decision 0022).
class Source {
public:
  explicit Source(GstBaseSrc* element) : element_{element} {}

  /// Sets another kernel, for tests. Before READY.
  void set_kernel(v4l2::Kernel& kernel) { kernel_ = &kernel; }

  /// Returns the settings and the device info. Any thread.
  [[nodiscard]] const SharedInfo& info() const { return shared_.info; }

  [[nodiscard]] SharedInfo& info() { return shared_.info; }

  /// Returns the user's wishes for controls. Any thread. apply() gives them to the device.
  [[nodiscard]] const SharedWishes& wishes() const { return shared_.wishes; }

  [[nodiscard]] SharedWishes& wishes() { return shared_.wishes; }

  [[nodiscard]] const Stats& stats() const { return shared_.stats; }

  /// Returns the time of CLOCK_MONOTONIC. Any thread.
  [[nodiscard]] std::chrono::nanoseconds now() const { return kernel_->monotonic_time(); }

  /// Returns the controls of the device, as GStreamer's interfaces show them. Any thread, which
  /// holds no lock.
  [[nodiscard]] ControlInterfaces& controls() { return controls_; }

  /// NULL→READY and back. open() posts its ERROR itself, as all functions below do.
  bool open();
  void close();

  /// READY→PAUSED and back.
  bool start();
  void stop();

  /// PLAYING→PAUSED, before the base class does its part. From now on, its unlock() on this thread
  /// is no flush.
  void begin_pause() { interrupts_.begin_pause(); }

  /// PLAYING→PAUSED, after the base class did its part. When this returns, the device does not
  /// stream.
  void pause();

  /// PAUSED→PLAYING. Streaming begins with the next create().
  void resume() { interrupts_.end_pause(); }

  bool negotiate();
  bool decide_allocation(GstQuery* query);
  GstFlowReturn create(GstBuffer** buffer);

  void unlock() { interrupts_.unlock(); }

  void unlock_stop() { interrupts_.unlock_stop(); }

  [[nodiscard]] CapsPtr caps(GstCaps* filter) const;
  bool answer_latency(GstQuery* query) const;

  /// Asks the device's encoder for a key frame. The streaming thread passes the request on before
  /// it waits for the next frame. Any thread. Returns false if the device is known to lack the
  /// control.
  bool ask_for_key_frame();

  /// Applies wishes that have changed, which `commands` names. If the lock is free, this thread
  /// applies them. Otherwise the thread that holds the lock does, the streaming thread between two
  /// frames. Any thread, which holds no lock that a bus handler may want.
  void apply(unsigned commands);

  /// Returns true for a base class's ERROR about a failure that was reported already. A user sees
  /// one ERROR for one failure.
  [[nodiscard]] bool redundant(GstMessage* message) const;

private:
  /// The ERROR that was posted since the latest start.
  enum class Reported {
    none,
    failure,
    refusal,  ///< of a wish while the device streams: the stream ends
  };

  /// The data that any thread may read and write at any time.
  struct Shared {
    SharedInfo info;
    SharedWishes wishes;
    Stats stats;  // written by the session
  };

  /// Calls `call` with the session, under the lock. The messages of the session are posted once the
  /// lock is released.
  template <class Call>
  auto with_session(Call call) {
    std::optional<Messages> told;
    auto outcome = [&] {
      const v4l2::MutexLock lock{mutex_};
      auto result = call(session_);
      if (session_.has_messages()) told = session_.take_messages();
      return result;
    }();
    if (told) tell(*told);
    apply_wishes();
    return outcome;
  }

  /// Calls `call` like with_session(), to end something on the application's thread. Messages are
  /// left to the streaming thread or the next start. A handler might wait for the thread that
  /// changes the state.
  template <class Call>
  void change_session(Call call) {
    const v4l2::MutexLock lock{mutex_};
    call(session_);
  }

  /// Posts messages, and passes on the news about controls. The caller holds no lock.
  void tell(const Messages& told) {
    told.post();
    if (!told.control_news().empty()) controls_.tell(told.control_news());
  }

  void apply_wishes();
  void emit_prepare_format(int descriptor, GstCaps* caps) NO_THREAD_SAFETY_ANALYSIS;

  [[nodiscard]] v4l2::Kernel& choose_kernel();
  void report(const Report& report);
  bool recover(const Report& report);
  GstFlowReturn fail(const Report& report);
  Outcome<Step> wait_for_camera();
  void send_gap(const Gap& gap);

  GstBaseSrc* element_;
  v4l2::Kernel* kernel_{&v4l2::system_kernel()};
  // Set once the log wanted each call. It lives on, since a Modes that applications query may still
  // use it.
  std::optional<v4l2::TracingKernel> tracing_;
  Interrupts interrupts_;
  std::atomic<Reported> reported_{};  // sequentially consistent by default: a frame only loads it
  Shared shared_;
  Commands commands_{interrupts_.frame_waker()};
  v4l2::Mutex mutex_;
  Session session_ GUARDED_BY(mutex_){{.element = GST_ELEMENT_CAST(element_),
                                       .kernel = kernel_,
                                       .waker = interrupts_.frame_waker(),
                                       .absence_waker = interrupts_.absence_waker(),
                                       .commands = commands_,
                                       .info = shared_.info,
                                       .wishes = shared_.wishes,
                                       .stats = shared_.stats}};
  ControlInterfaces controls_{GST_ELEMENT_CAST(element_), shared_.info, shared_.wishes, [this] {
                                apply(Commands::controls);
                              }};
};

}  // namespace v4l2gst
