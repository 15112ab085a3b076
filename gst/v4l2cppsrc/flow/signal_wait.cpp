#include "flow/signal_wait.h"

#include <algorithm>
#include <utility>

#include "camera/camera.h"
#include "camera/input_signal.h"
#include "common/settings.h"
#include "device/events.h"
#include "flow/delivery.h"
#include "flow/surroundings.h"
#include "frames/filler.h"
#include "kernel/kernel.h"
#include "kernel/waker.h"
#include "messages/input_failures.h"
#include "messages/messages.h"

namespace v4l2gst {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

/// The longest time to the next look after a refusal. The driver may see a signal with which it
/// can't stream.
constexpr milliseconds longest_pause{5000};

}  // namespace

SignalWait::SignalWait(const Surroundings& surroundings, Messages& messages, Delivery& delivery)
    : surroundings_{surroundings}, messages_{messages}, delivery_{delivery} {}

SignalWait::~SignalWait() = default;

void SignalWait::begin(const Camera& camera, bool delivered) {
  next_look_ = surroundings_.kernel->monotonic_time() + std::max(pause_, look_again);
  if (delivered || std::exchange(told_, true)) return;
  const auto& input = camera.input;
  messages_.warn(no_picture(camera.path(), input ? input->name : std::string{},
                            camera.signal.value_or(v4l2::Signal::none)));
}

void SignalWait::refused() {
  pause_ = std::clamp(2 * pause_, look_again, longest_pause);
}

void SignalWait::end() {
  filler_.reset();
}

FlowEvent SignalWait::look(Camera& camera, OnNoSignal policy) {
  if (!camera.lacks_picture) return Handled{};
  if (surroundings_.absence_waker.raised()) return Halted{};
  const auto now = surroundings_.kernel->monotonic_time();
  if (now < next_look_) return fill(now, policy);
  next_look_ = now + look_again;
  // The look outdates the events that wait. A negotiation would end at once otherwise.
  static_cast<void>(v4l2::source_changed(camera.node()));
  const auto changed = watch_signal(camera, messages_);
  if (!changed) return DeviceLost{changed.error().error};
  if (*changed) return SignalChanged{};
  if (!camera.lacks_picture) return Handled{};
  return fill(now, policy);
}

/// Returns the black frame or the gap that is due, otherwise how long to rest.
FlowEvent SignalWait::fill(Nanoseconds now, OnNoSignal policy) {
  auto wake = next_look_;
  const auto* const caps = delivery_.flowing_caps();
  if (policy != OnNoSignal::wait && caps != nullptr) {
    if (!filler_) {
      filler_ = std::make_unique<Filler>(caps);
      next_filler_ = now;
    }
    const nanoseconds duration{filler_->duration()};
    if (now >= next_filler_) {
      next_filler_ = std::max(next_filler_ + duration, now);  // none is made up for
      const auto time = delivery_.now();
      if (policy == OnNoSignal::gap || !filler_->has_black())
        return Gap{.time = time, .duration = filler_->duration()};
      auto frame = filler_->black();
      GST_BUFFER_PTS(frame.get()) = time;
      return frame;
    }
    wake = std::min(wake, next_filler_);
  }
  return Again{.rest = std::chrono::ceil<milliseconds>(std::max(wake - now, nanoseconds{}))};
}

}  // namespace v4l2gst
