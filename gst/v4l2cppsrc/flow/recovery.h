#pragma once

#include <array>
#include <chrono>
#include <cstddef>

namespace v4l2gst {

/// An attempt to repair a broken stream.
enum class Repair {
  restart,  ///< VIDIOC_STREAMOFF and VIDIOC_STREAMON on the same buffers
  reopen,   ///< the device is closed and opened again
  give_up,  ///< no further attempt: the policy for a lost device decides
};

/// Decides how often a broken stream is repaired before it is given up. A restart comes first,
/// since it costs a few frames at most. There are three: at once, after 0.1 s, after 1 s. Then the
/// device is opened again, once. A delivered frame makes the count start over. Pure. Belongs to one
/// run of the element.
class Recovery {
public:
  struct Step {
    Repair repair{};
    /// The time to wait before the repair.
    std::chrono::milliseconds delay{};

    bool operator==(const Step&) const = default;
  };

  /// Returns the next attempt, after the stream broke or did not start again.
  Step broken() {
    const auto attempt = attempts_;
    if (attempt <= restarts.size()) ++attempts_;
    if (attempt < restarts.size()) return {.repair = Repair::restart, .delay = restarts[attempt]};
    return {.repair = attempt == restarts.size() ? Repair::reopen : Repair::give_up, .delay = {}};
  }

  /// Starts the count over, since a frame went downstream.
  void frame() {
    attempts_ = 0;
    has_delivered_ = true;
  }

  /// Starts the count over, since the device went away.
  void forget_attempts() { attempts_ = 0; }

  /// Returns true once a frame went downstream in this run.
  [[nodiscard]] bool has_delivered() const { return has_delivered_; }

  /// Returns true from the first attempt until a frame goes downstream.
  [[nodiscard]] bool recovering() const { return attempts_ > 0; }

  /// Returns true once all attempts were made in a run without a delivered frame. Waiting would not
  /// help, since the device has never worked.
  [[nodiscard]] bool hopeless() const { return !has_delivered_ && attempts_ > restarts.size(); }

private:
  static constexpr std::array<std::chrono::milliseconds, 3> restarts{
      std::chrono::milliseconds{0}, std::chrono::milliseconds{100},
      std::chrono::milliseconds{1000}};

  std::size_t attempts_{};
  bool has_delivered_{};
};

}  // namespace v4l2gst
