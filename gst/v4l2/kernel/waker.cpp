#include "kernel/waker.h"

#include <cerrno>

#include <sys/eventfd.h>

namespace v4l2 {

Waker::Waker() {
  static_cast<void>(prepare());
}

Result<> Waker::prepare() {
  const MutexLock lock{mutex_};
  if (descriptor_) return {};
  UniqueFd made{eventfd(reasons_ != 0 ? 1 : 0, EFD_CLOEXEC | EFD_NONBLOCK)};
  if (!made) return std::unexpected{Error{.code = errno, .call = "eventfd"}};
  descriptor_ = std::move(made);
  return {};
}

void Waker::raise(Reason reason) {
  const MutexLock lock{mutex_};
  if (reasons_ == 0) eventfd_write(descriptor_.get(), 1);
  reasons_ |= reason;
}

void Waker::lower(Reason reason) {
  const MutexLock lock{mutex_};
  const bool was_raised = reasons_ != 0;
  reasons_ &= ~static_cast<unsigned>(reason);
  eventfd_t drained{};
  if (was_raised && reasons_ == 0) eventfd_read(descriptor_.get(), &drained);
}

}  // namespace v4l2
