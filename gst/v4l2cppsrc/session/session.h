#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "camera/camera_finder.h"
#include "camera/tuning.h"
#include "flow/surroundings.h"
#include "messages/messages.h"
#include "session/absence.h"
#include "session/run.h"
#include "session/state.h"

namespace v4l2 {
class Kernel;
}

namespace v4l2gst {

struct Downstream;
struct Settings;

/// Runs one device from NULL→READY to READY→NULL. The session opens, negotiates, allocates and
/// captures. It also handles a device that breaks, goes away or falls silent.
///
/// The streaming thread and the state changes call it, one at a time, under the lock of its owner.
/// The session knows neither GstBaseSrc, nor the lock, nor the bus. Its messages wait until the
/// lock is released.
class Session {
public:
  /// Emits "prepare-format" without the lock.
  using EmitPrepareFormat = std::function<void(int descriptor, GstCaps* caps)>;

  /// The result of a negotiation.
  struct Agreed {
    CapsPtr caps{};       ///< null while there is no device
    bool overtaken{};     ///< the state changed during "prepare-format": negotiate again
    bool other_bounds{};  ///< "crop-bounds" has changed
  };

  explicit Session(Surroundings surroundings);
  Session(const Session&) = delete;  // the data flow points to members

  // ---- state changes, on the application's thread ----

  /// Closed → Opened. Closed → Absent if the device may come and on-disconnect waits for it.
  Outcome<> open(v4l2::Kernel& kernel, const Wanted& wanted);
  /// Returns true if the device that `wishes` name is open, or is waited for.
  [[nodiscard]] bool is_open_for(const Settings& wishes) const;
  /// Begins a new run, at READY→PAUSED, after is_open_for() or open().
  void start();
  /// Stops streaming, if Capturing. A later next() starts it again. If the driver frees surplus
  /// buffers only with all others, frees them all: Capturing → Configured.
  void pause();
  /// Configured, Capturing → Opened.
  void stop();
  /// Any state → Closed.
  void close();

  // ---- the streaming thread ----

  /// The time between two looks for a device that is away. A camera with a known identity is found
  /// by sysfs, and no other device is opened.
  static constexpr std::chrono::milliseconds look_again{100};

  /// Opened and above → Configured, unless `wanted` still takes the flowing caps.
  Outcome<Agreed> negotiate(const GstCaps* wanted, const EmitPrepareFormat& emit);
  /// Configured → Capturing. Fills in `query`. Returns false without a configuration.
  Outcome<bool> allocate(const Downstream& downstream, GstQuery* query);
  /// Waits for the next frame. Returns the Step that the wait ended in.
  Outcome<Step> next();
  /// Looks once for a device that is away. Returns Unallocated once it is open, Again while it is
  /// away.
  Outcome<Step> look_for_camera();
  /// Handles an error of any call above. Returns true if the stream goes on, or ends by EOS.
  /// Returns false if the error is to be an ERROR.
  bool recover(const Report& report);

  // ---- any thread that holds the lock ----

  /// Applies the wishes that changed. They need no frame, and no streaming thread. A wish for a
  /// device that is not open is applied when it is.
  Outcome<> apply_wishes();

  /// Returns the kernel of the latest open().
  [[nodiscard]] v4l2::Kernel& kernel() const { return *surroundings_.kernel; }

  /// Returns true if messages wait to be posted.
  [[nodiscard]] bool has_messages() const { return !messages_.empty(); }

  /// Returns the messages that wait. They are posted without the lock.
  [[nodiscard]] Messages take_messages() { return messages_.take(); }

private:
  /// The Step that an arrival ends in. nullopt means that the next arrival is waited for.
  using Ending = Outcome<std::optional<Step>>;

  // ---- the state ----
  [[nodiscard]] Camera* camera();
  [[nodiscard]] const Camera* camera() const;
  [[nodiscard]] const StreamConfig* config() const;
  [[nodiscard]] const GstCaps* wanted() const;

  /// Returns the path of the open camera.
  [[nodiscard]] const std::string& path() const { return last_seen_.path; }

  Opened& step_down();
  void free_buffers(Capturing& at);
  void leave();
  void publish();

  [[nodiscard]] Settings settings() const;
  [[nodiscard]] bool keeps_flowing_caps() const;
  [[nodiscard]] Report failure(const v4l2::Error& error, std::string_view doing) const;

  // ---- opening ----
  Outcome<> adopt(CameraPtr camera);
  Outcome<> take_back(CameraPtr camera);
  Outcome<Step> not_there(const Report& report);

  // ---- the data flow ----
  [[nodiscard]] Run new_run(const Settings& settings);
  Ending begin(Capturing& at);
  Ending rest_before_start();
  Ending on_start_failed(Report failure);
  void on_delivered(const Capturing& at);
  void announce(std::chrono::nanoseconds latency);
  Ending on_event(Capturing& at, const FlowEvent& event);
  Ending on_quiet(Capturing& at, Silence silence);
  Ending on_call_failed(const CallFailed& failed);
  Outcome<CapsPtr> configure(ConfigPtr config, const GstCaps* wanted);
  Outcome<Step> give_up_mode(Report refusal);
  void end_shortage(const StreamConfig& config);

  // ---- the signal ----
  Outcome<bool> follow_source(Camera& open, const Settings& wishes);
  Step await_signal();
  Outcome<Step> look_for_signal(Camera& open);
  Ending on_signal_changed(const Camera& open);
  Ending on_no_signal(const Report& failure);
  Ending apply_input();

  // ---- commands ----
  Ending run_commands();
  Ending run(unsigned commands);
  void force_key_frame();
  Outcome<> apply_controls();
  Outcome<> apply_geometry();

  // ---- trouble ----
  Outcome<Step> lose(const Report& report);
  void begin_absence(const Report& report);
  void wait_for_camera(const Report& report);
  Step reopen();
  Step forget_source();
  Ending on_lost(const v4l2::Error& error);
  Ending on_broken(const StreamBroken& broken);
  [[nodiscard]] std::optional<std::chrono::nanoseconds> rest_of_patience();
  [[nodiscard]] std::optional<Report> overdue();

  Surroundings surroundings_;
  Messages messages_;
  State state_{Closed{}};
  LastSeen last_seen_{};
  Tuning tuning_{};
  std::optional<Absence> absence_{};
  std::chrono::milliseconds retry_pause_{};  ///< before the next try; 0 once a frame was delivered
  Run run_;
};

}  // namespace v4l2gst
