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

/// When a fault strikes.
enum class Moment {
  before,  ///< the element is in NULL
  start,   ///< it is in READY, and has the device open
  stream,  ///< frames come
  held,    ///< downstream holds all the buffers that it can get
};

inline constexpr std::size_t moments = 4;

/// What is asked of the pipeline while a fault lasts.
enum class Demand { nothing, eos, flush, stop };

/// What can go wrong.
struct Fault {
  std::string name{};
  std::vector<Moment> when{};
  /// The element's properties, besides those that every cell has.
  std::vector<std::pair<std::string, std::string>> properties{};
  /// What it takes before the element is made.
  std::function<void()> prepare{};
  std::function<void()> strike{};
  /// What ends it, so that frames come again.
  std::function<void()> heal{};
  /// The state of the notice (see notice.h) at which it is healed, or "now": right after it struck.
  /// Without it, it is healed when all is over.
  std::string healed_at{};
  /// At the same notice. Only what is flushed is healed then.
  Demand demand{Demand::nothing};
  std::string device{};    ///< instead of the stage's
  std::string moved_to{};  ///< what `device` is set to as it strikes
  std::string caps{};      ///< instead of the stage's; frames are not looked into then
  bool meddles{};          ///< a call must have been made to fail
  bool blurs{};            ///< frames may come out that are not what the camera has sent
  /// `heal` may be undone, and is repeated as long as the camera is silent: a device that is opened
  /// again gets the controls that it had, and such a control may be what silences it.
  bool heals_each_silence{};
};

/// A device and those who can do something to it.
class Stage {
public:
  Stage() = default;
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  virtual ~Stage() = default;

  /// As the table calls it.
  [[nodiscard]] virtual std::string name() const = 0;
  virtual v4l2::Kernel& kernel() = 0;
  /// Where the device is now.
  virtual std::string path() = 0;
  /// What downstream takes.
  [[nodiscard]] virtual std::string caps() const = 0;
  virtual std::vector<Fault> faults() = 0;
  /// Puts all in order again, however it was left.
  virtual void reset() = 0;

  /// Puts in order what `heal` may leave as it is, before the element is tried again.
  virtual void prepare_retry() {}

  /// Whether the device has VIDIOC_S_PARM.
  [[nodiscard]] virtual bool has_rates() const { return true; }

  /// How many descriptors of video devices this process has open.
  virtual std::size_t open_nodes() = 0;
  /// How a frame shows something else than what the device has sent; empty when it does not.
  virtual std::string wrong(GstBuffer* buffer) = 0;

  // By default time is the kernel's, and passes by itself: in the VM it is virtual.

  /// Where time does not pass by itself, lets as much pass as somebody waits for, if somebody may
  /// now; whether it was so.
  virtual bool pass_time() { return false; }

  /// How long `work` takes, on the clock that the element goes by.
  virtual std::chrono::nanoseconds time_of(const std::function<void()>& work);

  /// What counts as for ever. Virtual time leaps while the VM waits for its host, so a minute of it
  /// may be a moment.
  [[nodiscard]] virtual std::chrono::minutes patience() const { return std::chrono::minutes{10}; }
};

inline std::chrono::nanoseconds Stage::time_of(const std::function<void()>& work) {
  const auto before = kernel().monotonic_time();
  work();
  return kernel().monotonic_time() - before;
}

}  // namespace faults
