#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "flow/flow_event.h"
#include "flow/recovery.h"
#include "flow/watchdog.h"
#include "messages/report.h"

namespace v4l2 {
struct Arrival;
}

namespace v4l2gst {

class Capture;
class Delivery;
class Messages;
class Restoration;
class SignalWait;
struct Camera;
struct Delivered;
struct Settings;
struct StreamConfig;
struct Surroundings;

/// The parts of the state Capturing that the data flow uses. All are borrowed.
struct FlowParts {
  Camera& camera;
  const StreamConfig& config;
  Capture& capture;
};

/// The state of a pause between two attempts to start a stream.
enum class Rest {
  over,         ///< the stream may be started
  interrupted,  ///< by a flush or a pause
  pending,      ///< see DataFlow::rest()
};

/// Runs the data flow of one run. Each call waits for an arrival of the device, and makes a frame
/// into a buffer, or says what else is to be done.
///
/// It owns the path of a frame, the watchdog and the budget of repairs. These survive the loss of
/// the device, so the run owns it. The session calls it on the streaming thread. It does not know
/// the states of the device: what changes them is left to the session.
class DataFlow {
public:
  using Nanoseconds = std::chrono::nanoseconds;

  /// The arguments outlive it.
  DataFlow(const Surroundings& surroundings, Messages& messages, Restoration& restoration,
           const Watchdog& watchdog);
  DataFlow(DataFlow&& other) noexcept;
  DataFlow& operator=(DataFlow&& other) noexcept;
  ~DataFlow();

  // ---- the start of a stream ----

  /// Starts the stream. Returns Handled once the device streams, otherwise CallFailed. Error: a
  /// failure of which the cause is known.
  Outcome<FlowEvent> start(const FlowParts& at, const Settings& settings);

  /// Notes that a broken stream, or a device that is back, owes a frame.
  void frame_is_owed() { watchdog_.frame_is_owed(); }

  /// Puts off the next start of the stream.
  void start_after(std::chrono::milliseconds delay);

  /// Returns whether the next start is still put off.
  [[nodiscard]] Rest pending_rest() const;

  /// Waits for the rest of that time, or until the waker is raised.
  void rest();

  // ---- while the device streams ----

  /// Waits for the next arrival, at most for `patience`.
  Outcome<FlowEvent> next(const FlowParts& at, std::optional<Nanoseconds> patience);

  /// Acts on Silence, if an event is due. Posts a WARNING, or applies a remedy of on-stall.
  Outcome<FlowEvent> on_silence(const FlowParts& at, Silence silence);

  /// Notes that the stream has ended, for a while or for good. Closes the device's metadata node.
  void stream_ended();

  // ---- without a signal ----

  /// Begins a wait for a signal, which ends the wait for a frame. No buffers are allocated.
  void await_signal(const Camera& camera);

  [[nodiscard]] SignalWait& signal_wait() { return *signal_wait_; }

  // ---- the run ----

  /// Begins the statistics anew, for this run.
  void count_anew();

  /// Returns true if a flush or a pause is due.
  [[nodiscard]] bool interrupted() const;

  [[nodiscard]] Recovery& recovery() { return recovery_; }

  /// Returns the caps of the latest frame that went downstream. Null before the first.
  [[nodiscard]] const GstCaps* flowing_caps() const;

  /// Returns the latency to announce, if it has changed since the last call.
  [[nodiscard]] std::optional<Nanoseconds> take_latency();

  /// Ends the timeline. Forgets the flowing caps.
  void end_run();

private:
  Outcome<FlowEvent> on_arrival(const FlowParts& at, const v4l2::Arrival& arrival);
  [[nodiscard]] FlowEvent on_interrupt();
  Outcome<FlowEvent> on_left_out(const FlowParts& at, const Delivered& delivered);
  Outcome<FlowEvent> on_queue_failed(const FlowParts& at, const v4l2::Error& error);
  Outcome<FlowEvent> on_withheld(const FlowParts& at, Withheld why);
  Outcome<FlowEvent> check_signal(const FlowParts& at);
  Outcome<FlowEvent> on_due(const FlowParts& at);
  Outcome<FlowEvent> apply_remedy(const FlowParts& at);
  FlowEvent on_starved(const FlowParts& at);
  [[nodiscard]] std::optional<std::chrono::milliseconds> frame_patience(
      const Camera& camera, std::optional<Nanoseconds> patience);
  [[nodiscard]] Nanoseconds now() const;

  const Surroundings* surroundings_;
  Messages* messages_;
  Restoration* restoration_;
  std::unique_ptr<Delivery> delivery_;       // never null but in a moved-from object
  std::unique_ptr<SignalWait> signal_wait_;  // likewise; uses the delivery
  Watchdog watchdog_;
  Recovery recovery_;
  Nanoseconds start_at_{};  // the earliest start of a broken stream
};

}  // namespace v4l2gst
