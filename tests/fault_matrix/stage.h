#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <gst/gst.h>

#include "kernel/kernel.h"

namespace faults {

/// The moment at which a fault strikes.
enum class Moment {
  before,  ///< the element is in NULL
  start,   ///< the element is in READY, and has the device open
  stream,  ///< frames come
  held,    ///< downstream holds all the buffers that it can get
};

inline constexpr std::size_t moments = 4;

/// The contrast that the user wishes for. It is no driver's default.
inline constexpr int wished_contrast = 21;

/// The request to the pipeline while a fault lasts.
enum class Demand { nothing, eos, flush, stop };

/// A fault of a device, of its driver or of its surroundings.
struct Fault {
  std::string name{};
  std::vector<Moment> when{};
  /// Properties of the element, besides those that every cell sets.
  std::vector<std::pair<std::string, std::string>> properties{};
  /// Runs before the element is created.
  std::function<void()> prepare{};
  std::function<void()> strike{};
  /// Ends the fault, so that frames come again.
  std::function<void()> heal{};
  /// Names the message at which the fault is healed: a state of the device, or a WARNING's cause.
  /// With "now" the fault is healed right after it struck. Without a name it is healed when the
  /// cell is over.
  std::string healed_at{};
  /// The request comes at the same message. Only a flushed pipeline's fault is healed then.
  Demand demand{Demand::nothing};
  std::string device{};    ///< replaces the stage's
  std::string moved_to{};  ///< `device` is set to it when the fault strikes
  std::string caps{};      ///< replaces the stage's; frames are not checked then
  bool meddles{};          ///< the fault must have made a call fail
  bool blurs{};            ///< frames may differ from what the camera has sent
  /// The element may undo `heal`, so each silence of the camera repeats it. A device that is
  /// reopened gets its former controls, and such a control may be what silences it.
  bool heals_each_silence{};
};

/// A device, and the means to disturb it.
class Stage {
public:
  Stage() = default;
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  virtual ~Stage() = default;

  /// The stage's name in the table.
  [[nodiscard]] virtual std::string name() const = 0;
  virtual v4l2::Kernel& kernel() = 0;
  /// The device's current path.
  virtual std::string path() = 0;
  /// The caps that downstream takes.
  [[nodiscard]] virtual std::string caps() const = 0;
  virtual std::vector<Fault> faults() = 0;
  /// Puts all in order again, whatever happened before.
  virtual void reset() = 0;

  /// Puts in order what `heal` leaves out, before the element is tried again.
  virtual void prepare_retry() {}

  /// Returns whether the device has VIDIOC_S_PARM.
  [[nodiscard]] virtual bool has_rates() const { return true; }

  /// Returns whether the device has V4L2_CID_CONTRAST. Each cell sets it by `extra-controls`.
  [[nodiscard]] virtual bool has_contrast() const { return true; }

  /// Returns the number of video device descriptors that the process has open.
  virtual std::size_t open_nodes() = 0;
  /// Returns how a frame differs from what the device has sent. The text is empty if it does not.
  virtual std::string wrong(GstBuffer* buffer) = 0;

  // By default time is the kernel's, and passes by itself. In the VM that time is virtual.

  /// Lets as much time pass as a thread waits for, if time does not pass by itself. Returns whether
  /// a thread waited and time passed.
  virtual bool pass_time() { return false; }

  /// Returns how long `work` takes on the element's clock.
  virtual std::chrono::nanoseconds time_of(const std::function<void()>& work);

  /// Returns the time limit for a test that hangs. Virtual time leaps while the VM waits for its
  /// host, so a minute of it may be a moment.
  [[nodiscard]] virtual std::chrono::minutes patience() const { return std::chrono::minutes{10}; }
};

inline std::chrono::nanoseconds Stage::time_of(const std::function<void()>& work) {
  const auto before = kernel().monotonic_time();
  work();
  return kernel().monotonic_time() - before;
}

}  // namespace faults
