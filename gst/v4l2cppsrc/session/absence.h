#pragma once

#include <chrono>
#include <optional>

#include "messages/report.h"

namespace v4l2gst {

/// Measures how long a device is waited for while the pipeline plays. Pure: the caller reads the
/// clock.
class Patience {
public:
  using Nanoseconds = std::chrono::nanoseconds;

  /// Adds the time since the previous call.
  void count(Nanoseconds now) {
    if (last_) waited_ += now - *last_;
    last_ = now;
  }

  /// Leaves out the time until the next count(), since the pipeline is paused.
  void pause() { last_.reset(); }

  [[nodiscard]] Nanoseconds waited() const { return waited_; }

private:
  Nanoseconds waited_{};
  std::optional<Nanoseconds> last_;
};

/// The absence of a device that is lost, or was not there at the start. It ends with the next frame
/// that is delivered.
struct Absence {
  Report reason;
  Patience patience{};
  bool found{};          ///< the device was open again in the meantime
  bool of_former_run{};  ///< began before the latest stop: start() adds its message again
};

}  // namespace v4l2gst
