#include "stream/return_desk.h"

#include <utility>

namespace v4l2 {

Result<> ReturnDesk::open() {
  const std::lock_guard lock{mutex_};
  const auto out = loans_.load(std::memory_order_acquire);
  for (std::uint32_t index = 0; index < buffer_count_; ++index) {
    if ((out >> index & 1U) != 0) continue;
    const auto queued = queue(index);
    if (!queued) return queued;
  }
  open_ = true;
  return {};
}

void ReturnDesk::shut() {
  const std::lock_guard lock{mutex_};
  open_ = false;
}

void ReturnDesk::close() {
  const std::lock_guard lock{mutex_};
  open_ = false;
  node_ = nullptr;
}

bool ReturnDesk::lend(std::uint32_t index) {
  if (index >= buffer_count_) return false;
  const auto bit = 1U << index;
  return (loans_.fetch_or(bit, std::memory_order_acq_rel) & bit) == 0;
}

void ReturnDesk::give_back(std::uint32_t index) {
  const std::lock_guard lock{mutex_};
  loans_.fetch_and(~(1U << index), std::memory_order_acq_rel);
  if (!open_) return;
  const auto queued = queue(index);
  if (std::exchange(awaited_, false)) waker_->raise(Waker::homecoming);
  if (queued) return;
  if (!complaint_) complaint_ = queued.error();
  waker_->raise(Waker::trouble);
}

std::optional<Error> ReturnDesk::complaint() {
  const std::lock_guard lock{mutex_};
  if (node_ != nullptr) waker_->lower(Waker::trouble);
  return std::exchange(complaint_, std::nullopt);
}

bool ReturnDesk::all_out() {
  const auto every_buffer = static_cast<std::uint32_t>((std::uint64_t{1} << buffer_count_) - 1);
  if (loans_.load(std::memory_order_acquire) != every_buffer) return false;  // on most frames
  const std::lock_guard lock{mutex_};
  awaited_ = loans_.load(std::memory_order_acquire) == every_buffer;
  return awaited_;
}

Result<> ReturnDesk::queue(std::uint32_t index) {
  slip_.clear();
  slip_.set_index(index);
  return node_->call(request::qbuf, slip_.wire());
}

}  // namespace v4l2
