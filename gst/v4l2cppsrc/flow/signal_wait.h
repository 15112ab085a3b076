#pragma once

#include <chrono>
#include <memory>

#include "flow/flow_event.h"

namespace v4l2gst {

class Delivery;
class Filler;
class Messages;
struct Camera;
struct Surroundings;
enum class OnNoSignal : int;

/// The wait for a signal at the input, while nothing is captured.
///
/// The data flow of a run owns it. It looks at the signal again and again, and makes the GAP events
/// or the black frames that go downstream meanwhile. It does not know the states of the device. The
/// streaming thread calls it.
class SignalWait {
public:
  using Nanoseconds = std::chrono::nanoseconds;

  /// The time between two looks. A refusal doubles it.
  static constexpr std::chrono::milliseconds look_again{100};

  /// The arguments outlive it.
  SignalWait(const Surroundings& surroundings, Messages& messages, Delivery& delivery);
  ~SignalWait();
  SignalWait(const SignalWait&) = delete;

  /// Begins the wait. The first one of a run adds a WARNING, unless frames were `delivered`.
  void begin(const Camera& camera, bool delivered);

  /// Notes that the driver refused to stream for want of a signal. It may see one all the same.
  void refused();

  /// Ends the wait, since there is a signal or the run ends.
  void end();

  /// Notes a frame of the device.
  void frame() { pause_ = {}; }

  /// Looks at the signal, if it is time to. Returns Handled if none is missing. Otherwise returns
  /// the black frame or the gap that is due, or Again with the time to rest. A change of the state
  /// is SignalChanged.
  FlowEvent look(Camera& camera, OnNoSignal policy);

private:
  FlowEvent fill(Nanoseconds now, OnNoSignal policy);

  const Surroundings& surroundings_;
  Messages& messages_;
  Delivery& delivery_;
  std::unique_ptr<Filler> filler_;  // set while there is no signal, once caps have flowed
  Nanoseconds next_filler_{};       // when the next black frame or gap is due
  Nanoseconds next_look_{};
  std::chrono::milliseconds pause_{};  // before the next look; doubles with each refusal
  bool told_{};                        // the WARNING about a start without a signal
};

}  // namespace v4l2gst
