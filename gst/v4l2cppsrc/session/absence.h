#pragma once

#include <chrono>
#include <optional>

#include "messages/report.h"

namespace v4l2gst {

/// How long a device has been waited for while the pipeline played. Pure; the caller measures time.
class Patience {
public:
  using Nanoseconds = std::chrono::nanoseconds;

  /// Counts the time since the call before.
  void count(Nanoseconds now) {
    if (last_) waited_ += now - *last_;
    last_ = now;
  }

  /// Leaves out the time from here to the next count(): the pipeline is paused.
  void pause() { last_.reset(); }

  [[nodiscard]] Nanoseconds waited() const { return waited_; }

private:
  Nanoseconds waited_{};
  std::optional<Nanoseconds> last_;
};

/// The device is lost, or was not there at the start. Ends with the next frame that is delivered.
struct Absence {
  Report reason;
  Patience patience{};
  bool found{};          ///< it was open again in the meantime
  bool of_former_run{};  ///< it began before the pipeline was stopped, and has not been told since
};

}  // namespace v4l2gst
