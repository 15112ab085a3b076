#pragma once

#include <cstdint>

#include "controls/control_wishes.h"
#include "kernel/mutex.h"

namespace v4l2gst {

/// Holds the wishes for controls. Any thread.
///
/// Source owns it. The session reads it when it applies the wishes.
class SharedWishes {
public:
  [[nodiscard]] ControlWishes get() const {
    const v4l2::MutexLock lock{mutex_};
    return wishes_;
  }

  /// Returns the number of the newest wish; 0 if there was none yet.
  [[nodiscard]] std::uint64_t newest() const {
    const v4l2::MutexLock lock{mutex_};
    return wishes_.newest();
  }

  /// Runs `change` on the wishes.
  template <class Change>
  void change(Change change) {
    const v4l2::MutexLock lock{mutex_};
    change(wishes_);
  }

private:
  mutable v4l2::Mutex mutex_;  // never held across a system call
  ControlWishes wishes_ GUARDED_BY(mutex_);
};

}  // namespace v4l2gst
