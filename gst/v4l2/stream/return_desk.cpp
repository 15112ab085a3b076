#include "stream/return_desk.h"

#include <algorithm>
#include <utility>

namespace v4l2 {

void ReturnDesk::add(std::uint32_t index) {
  const MutexLock lock{mutex_};
  existing_ |= bit(index);
  resting_ |= bit(index);
}

void ReturnDesk::remove(std::uint32_t index) {
  const MutexLock lock{mutex_};
  existing_ &= ~bit(index);
  parked_ &= ~bit(index);
  resting_ &= ~bit(index);
}

void ReturnDesk::aim(std::uint32_t index, std::span<const PlaneTarget> targets) {
  const MutexLock lock{mutex_};
  if (targets_.size() <= index) targets_.resize(index + 1U);
  std::ranges::copy(targets, targets_[index].begin());
}

Result<> ReturnDesk::open() {
  const MutexLock lock{mutex_};
  if (on_return_ == OnReturn::queue) {
    const auto out = loans_.load(std::memory_order_acquire);
    for (auto home = existing_ & ~out & ~parked_; home != 0; home &= home - 1) {
      const auto queued = queue_locked(static_cast<std::uint32_t>(std::countr_zero(home)));
      if (!queued) return queued;
    }
    resting_ &= parked_;
  }
  open_ = true;
  return {};
}

void ReturnDesk::shut() {
  const MutexLock lock{mutex_};
  open_ = false;
  queued_ = 0;
  // It was about the stream that ends here. The buffer is queued again by the next open().
  complaint_.reset();
  if (waker_ != nullptr) waker_->lower(Waker::trouble);
  requeued_ = 0;
  resting_ |= parked_ & ~loans_.load(std::memory_order_acquire);
}

void ReturnDesk::close() {
  const MutexLock lock{mutex_};
  open_ = false;
  node_ = nullptr;
  waker_ = nullptr;
}

Result<> ReturnDesk::queue(std::uint32_t index) {
  const MutexLock lock{mutex_};
  auto queued = queue_locked(index);
  if (!queued) return queued;
  queued_ |= bit(index);
  resting_ &= ~bit(index);
  return queued;
}

void ReturnDesk::park(std::uint32_t index) {
  const MutexLock lock{mutex_};
  parked_ |= bit(index);
  const bool with_driver =
      on_return_ == OnReturn::keep ? (queued_ & bit(index)) != 0 : open_ && node_ != nullptr;
  if (!with_driver) resting_ |= bit(index) & ~loans_.load(std::memory_order_acquire);
}

Result<> ReturnDesk::enlist(std::uint32_t index) {
  const MutexLock lock{mutex_};
  parked_ &= ~bit(index);
  const bool rests = (resting_.fetch_and(~bit(index)) & bit(index)) != 0;
  return open_ && rests && on_return_ == OnReturn::queue ? queue_locked(index) : Result<>{};
}

bool ReturnDesk::lend(std::uint32_t index) {
  if (!exists(index)) return false;
  if (requeued_.load(std::memory_order_acquire) == 0) return note_loan(index);  // as on most frames
  // Who ends a loan now must not take it that the driver has the buffer still.
  const MutexLock lock{mutex_};
  requeued_ &= ~bit(index);
  return note_loan(index);
}

bool ReturnDesk::note_loan(std::uint32_t index) {
  const bool with_driver = on_return_ == OnReturn::keep
                               ? (std::exchange(queued_, queued_ & ~bit(index)) & bit(index)) != 0
                               : (resting_.load(std::memory_order_acquire) & bit(index)) == 0;
  if (!with_driver) return false;
  return (loans_.fetch_or(bit(index), std::memory_order_acq_rel) & bit(index)) == 0;
}

Result<bool> ReturnDesk::requeue(std::uint32_t index) {
  const MutexLock lock{mutex_};
  if (on_return_ == OnReturn::keep || !exists(index) || (resting_ & bit(index)) != 0) return false;
  // What has come back meanwhile was queued then, and what is parked the driver shall not have.
  if ((loans_ & ~parked_ & bit(index)) == 0) return true;
  const auto queued = queue_locked(index);
  if (!queued) return std::unexpected{queued.error()};
  requeued_ |= bit(index);
  return true;
}

std::optional<std::uint32_t> ReturnDesk::borrow() {
  const auto free = fillable();
  if (free == 0) return std::nullopt;
  const auto index = static_cast<std::uint32_t>(std::countr_zero(free));
  loans_.fetch_or(bit(index), std::memory_order_acq_rel);
  return index;
}

std::optional<std::uint32_t> ReturnDesk::parked_at_home() const {
  const auto home = parked_ & resting_.load(std::memory_order_acquire);
  if (home == 0) return std::nullopt;
  return static_cast<std::uint32_t>(std::bit_width(home)) - 1U;
}

std::optional<std::uint32_t> ReturnDesk::parked() const {
  if (parked_ == 0) return std::nullopt;
  return static_cast<std::uint32_t>(std::countr_zero(parked_));
}

void ReturnDesk::give_back(std::uint32_t index) {
  const MutexLock lock{mutex_};
  loans_.fetch_and(~bit(index), std::memory_order_acq_rel);
  if ((requeued_.fetch_and(~bit(index)) & bit(index)) != 0) return;  // the driver has it
  if ((parked_ & bit(index)) != 0) resting_ |= bit(index);
  if (!open_ || (parked_ & bit(index)) != 0) return;
  const auto queued = on_return_ == OnReturn::queue ? queue_locked(index) : Result<>{};
  if (std::exchange(awaited_, false)) waker_->raise(Waker::homecoming);
  if (queued) return;
  if (!complaint_) complaint_ = queued.error();
  waker_->raise(Waker::trouble);
}

std::optional<Error> ReturnDesk::complaint() {
  const MutexLock lock{mutex_};
  if (waker_ != nullptr) waker_->lower(Waker::trouble);
  return std::exchange(complaint_, std::nullopt);
}

bool ReturnDesk::dry() {
  if (fillable() != 0) return false;  // on most frames
  const MutexLock lock{mutex_};
  awaited_ = fillable() == 0;
  return awaited_;
}

Result<> ReturnDesk::queue_locked(std::uint32_t index) {
  if (node_ == nullptr) return {};
  slip_.clear();
  slip_.set_index(index);
  slip_.set_flags(flags_);
  if (index < targets_.size())
    for (std::uint32_t plane = 0; plane < slip_.plane_count(); ++plane)
      slip_.aim(plane, targets_[index][plane]);
  return node_->call(request::qbuf, slip_.wire());
}

}  // namespace v4l2
