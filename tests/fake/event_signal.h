#pragma once

#include <sys/eventfd.h>

#include "kernel/unique_fd.h"

namespace fake {

/// An EventSignal is an eventfd that is readable exactly while the signal is raised.
class EventSignal {
public:
  EventSignal() : descriptor_{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {}

  void set(bool raised) {
    if (raised == raised_) return;
    raised_ = raised;
    eventfd_t drained{};
    if (raised)
      eventfd_write(descriptor_.get(), 1);
    else
      eventfd_read(descriptor_.get(), &drained);
  }

  [[nodiscard]] int descriptor() const { return descriptor_.get(); }

private:
  v4l2::UniqueFd descriptor_;
  bool raised_{};
};

}  // namespace fake
