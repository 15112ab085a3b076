#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "camera/camera_finder.h"
#include "camera/restoration.h"
#include "messages/messages.h"
#include "session/absence.h"
#include "session/key_frame_requests.h"
#include "session/run.h"
#include "session/shared_info.h"
#include "session/state.h"
#include "stats/stats.h"

namespace v4l2gst {

/// What a session works with. All of it outlives the session.
struct Surroundings {
  GstElement* element{};       ///< who logs, and whose clock it is
  v4l2::Kernel* kernel{};      ///< as of the latest open()
  v4l2::Waker& waker;          ///< interrupts a wait for the device's next frame
  v4l2::Waker& absence_waker;  ///< interrupts a wait for the device itself
  KeyFrameRequests& key_frame_requests;
  SharedInfo& info;
  Stats& stats;
};

/// One device's life, from NULL→READY to READY→NULL: open, negotiate, allocate, capture, and what
/// to do when the device breaks, goes away or falls silent.
///
/// The streaming thread and the state changes call it, one at a time: whoever owns it has a lock.
/// It knows neither GstBaseSrc, nor the lock, nor the bus: what is to be told waits in its messages
/// until the lock is released.
class Session {
public:
  /// Emits "prepare-format" without the lock.
  using EmitPrepareFormat = std::function<void(int descriptor, GstCaps* caps)>;

  /// What a negotiation has come to.
  struct Agreed {
    CapsPtr caps{};    ///< null while there is no device
    bool overtaken{};  ///< somebody else has negotiated meanwhile: do it again
  };

  explicit Session(Surroundings surroundings)
      : surroundings_{surroundings}, messages_{surroundings.element} {}

  // ---- state changes, on the application's thread ----

  /// Closed → Opened; or Absent, where the device may come and on-disconnect waits for it.
  Outcome<> open(v4l2::Kernel& kernel, const std::string& wanted);
  /// True where the device that `wishes` name is open, or is waited for.
  [[nodiscard]] bool is_open_for(const Settings& wishes) const;
  /// READY→PAUSED, after is_open_for() or open(): a new run begins.
  void start();
  /// Capturing: the device stops streaming. The next step starts it again.
  void pause();
  /// Configured, Capturing → Opened.
  void stop();
  /// Any state → Closed.
  void close();

  // ---- the streaming thread ----

  /// How often a device that is away is looked for. No device but the one is touched.
  static constexpr std::chrono::milliseconds look_again{100};

  /// Opened and above → Configured, unless what flows suits `wanted` still.
  Outcome<Agreed> negotiate(const GstCaps* wanted, const EmitPrepareFormat& emit);
  /// Configured → Capturing. Fills in `query`. False without a configuration.
  Outcome<bool> allocate(const Downstream& downstream, GstQuery* query);
  /// Waits for the next frame.
  Outcome<Step> next();
  /// One look for a device that is away. Unallocated once it is open; Again while it is away.
  Outcome<Step> look_for_camera();
  /// After an error of any call above: true where the stream goes on, or ends by EOS; false where
  /// it is to be an ERROR.
  bool recover(const Report& report);

  /// The kernel of the latest open().
  [[nodiscard]] v4l2::Kernel& kernel() const { return *surroundings_.kernel; }

  /// True where something is to be told.
  [[nodiscard]] bool has_messages() const { return !messages_.empty(); }

  /// What is to be told, without the lock.
  [[nodiscard]] Messages take_messages() { return messages_.take(); }

private:
  /// What an arrival ends in; nullopt: the next one is waited for.
  using Ending = Outcome<std::optional<Step>>;

  // ---- what exists ----
  [[nodiscard]] Camera* camera();
  [[nodiscard]] const Camera* camera() const;
  [[nodiscard]] const StreamConfig* config() const;
  [[nodiscard]] const GstCaps* wanted() const;
  Opened& step_down();
  void free_buffers(Capturing& at);
  void leave();
  void publish();
  void publish_modes(const Camera& camera);

  [[nodiscard]] Settings settings() const { return surroundings_.info.settings(); }

  [[nodiscard]] bool keeps_flowing_caps() const;
  [[nodiscard]] Report failure(const v4l2::Error& error, std::string_view doing) const;

  // ---- opening ----
  Outcome<> adopt(v4l2::Device&& device);
  Outcome<> take_back(v4l2::Device&& device);
  Outcome<Step> not_there(const Report& report);

  // ---- the data flow ----
  Ending on_arrival(Capturing& at, v4l2::Arrival& arrival);
  Ending begin(Capturing& at);
  Outcome<> start_streaming(Capturing& at);
  Ending on_start_failed(Report failure);
  Ending deliver(Capturing& at, v4l2::Frame&& arrived);
  Ending take_newest(Capturing& at, std::optional<v4l2::Frame>& frame);
  Continuity::Verdict observe(const v4l2::Frame& frame);
  void leave_out(Stats::Count* count);
  void on_delivered(const Capturing& at);
  Ending on_interrupt();
  Ending on_damaged(Capturing& at, const v4l2::Frame& frame, const FrameFilter::Judgement& found);
  Ending on_other_size(Capturing& at, const v4l2::Frame& frame);
  Ending on_withheld(Capturing& at, Withheld why);
  bool on_overwritten(Capturing& at);
  std::optional<Step> give_up_mode(Report& refusal);
  void end_shortage(const StreamConfig& config);

  // ---- trouble ----
  Outcome<Step> lose(const Report& report);
  void begin_absence(const Report& report);
  void wait_for_camera(const Report& report);
  Step reopen();
  Step forget_source();
  Ending on_lost(const v4l2::Error& error);
  Ending on_broken(const v4l2::Error& error, std::string_view doing);
  Ending on_failed(const v4l2::Error& error, std::string_view doing);
  [[nodiscard]] bool forgets_buffers(const v4l2::Error& error) const;
  bool rest_before_start(const Capturing& at);
  Ending on_starved(Capturing& at);
  Ending on_due(Capturing& at);
  Ending on_silence(Capturing& at);
  [[nodiscard]] std::optional<std::chrono::nanoseconds> rest_of_patience();
  [[nodiscard]] std::optional<std::chrono::milliseconds> frame_patience();
  [[nodiscard]] std::optional<Report> overdue();

  Surroundings surroundings_;
  Messages messages_;
  State state_{Closed{}};
  LastSeen last_seen_{};
  Restoration restoration_{};
  std::optional<Absence> absence_{};
  std::chrono::milliseconds retry_pause_{};  ///< before the next try; 0 once a frame has come
  Run run_{};
};

}  // namespace v4l2gst
