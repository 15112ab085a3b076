#include "kernel/waker.h"

#include <sys/eventfd.h>

namespace v4l2 {

Waker::Waker() : descriptor_{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {}

void Waker::raise(Reason reason) {
  const std::lock_guard lock{mutex_};
  if (reasons_ == 0) eventfd_write(descriptor_.get(), 1);
  reasons_ |= reason;
}

void Waker::lower(Reason reason) {
  const std::lock_guard lock{mutex_};
  const bool was_raised = reasons_ != 0;
  reasons_ &= ~static_cast<unsigned>(reason);
  eventfd_t drained{};
  if (was_raised && reasons_ == 0) eventfd_read(descriptor_.get(), &drained);
}

}  // namespace v4l2
