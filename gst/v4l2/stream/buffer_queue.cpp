#include "stream/buffer_queue.h"

#include <algorithm>
#include <utility>

namespace v4l2 {

void BufferQueue::add(std::uint32_t index) {
  const MutexLock lock{mutex_};
  existing_ |= bit(index);
  sets_.add_idle(bit(index));
}

void BufferQueue::remove(std::uint32_t index) {
  const MutexLock lock{mutex_};
  existing_ &= ~bit(index);
  retired_ &= ~bit(index);
  sets_.clear_idle(bit(index));
}

void BufferQueue::set_planes(std::uint32_t index, std::span<const PlaneTarget> targets) {
  const MutexLock lock{mutex_};
  if (targets_.size() <= index) targets_.resize(index + 1U);
  std::ranges::copy(targets, targets_[index].begin());
}

Result<> BufferQueue::start() {
  const MutexLock lock{mutex_};
  if (on_requeue_ == OnRequeue::queue) {
    for (auto idle = existing_ & ~sets_.on_loan() & ~retired_; idle != 0; idle &= idle - 1) {
      const auto queued = queue_locked(static_cast<std::uint32_t>(std::countr_zero(idle)));
      if (!queued) return queued;
    }
    sets_.clear_idle(~retired_);
  }
  started_ = true;
  return {};
}

void BufferQueue::stop() {
  const MutexLock lock{mutex_};
  started_ = false;
  queued_ = 0;
  // The error belongs to the stream that ends here. The next start() queues the buffer again.
  error_.reset();
  if (waker_ != nullptr) waker_->lower(Waker::requeue_failed);
  sets_.clear_requeued(~0U);
  sets_.add_idle(retired_ & ~sets_.on_loan());
}

void BufferQueue::detach() {
  const MutexLock lock{mutex_};
  started_ = false;
  node_ = nullptr;
  waker_ = nullptr;
}

Result<> BufferQueue::queue(std::uint32_t index) {
  const MutexLock lock{mutex_};
  auto queued = queue_locked(index);
  if (!queued) return queued;
  queued_ |= bit(index);
  sets_.clear_idle(bit(index));
  return queued;
}

void BufferQueue::retire(std::uint32_t index) {
  const MutexLock lock{mutex_};
  retired_ |= bit(index);
  const bool with_driver =
      on_requeue_ == OnRequeue::keep ? (queued_ & bit(index)) != 0 : started_ && node_ != nullptr;
  if (!with_driver) sets_.add_idle(bit(index) & ~sets_.on_loan());
}

Result<> BufferQueue::reinstate(std::uint32_t index) {
  const MutexLock lock{mutex_};
  retired_ &= ~bit(index);
  const bool rests = sets_.clear_idle(bit(index)) != 0;
  return started_ && rests && on_requeue_ == OnRequeue::queue ? queue_locked(index) : Result<>{};
}

bool BufferQueue::mark_dequeued(std::uint32_t index) {
  if (!exists(index)) return false;
  if (!sets_.any_requeued()) return note_loan(index);  // as on most frames
  // A thread that ends the loan now must see that the driver no longer has the buffer.
  const MutexLock lock{mutex_};
  sets_.clear_requeued(bit(index));
  return note_loan(index);
}

bool BufferQueue::note_loan(std::uint32_t index) {
  const bool with_driver = on_requeue_ == OnRequeue::keep
                               ? (std::exchange(queued_, queued_ & ~bit(index)) & bit(index)) != 0
                               : (sets_.idle() & bit(index)) == 0;
  return with_driver && sets_.lend(bit(index));
}

Result<bool> BufferQueue::requeue_again(std::uint32_t index) {
  const MutexLock lock{mutex_};
  if (on_requeue_ == OnRequeue::keep || !exists(index) || (sets_.idle() & bit(index)) != 0)
    return false;
  // If the loan has ended meanwhile, requeue() has queued the buffer. A retired buffer is not
  // queued.
  if ((sets_.on_loan() & ~retired_ & bit(index)) == 0) return true;
  const auto queued = queue_locked(index);
  if (!queued) return std::unexpected{queued.error()};
  sets_.add_requeued(bit(index));
  return true;
}

std::optional<std::uint32_t> BufferQueue::take_idle() {
  const auto free = fillable();
  if (free == 0) return std::nullopt;
  const auto index = static_cast<std::uint32_t>(std::countr_zero(free));
  if (!sets_.lend(bit(index))) return std::nullopt;
  return index;
}

std::optional<std::uint32_t> BufferQueue::retired_idle() const {
  const auto idle = retired_ & sets_.idle();
  if (idle == 0) return std::nullopt;
  return static_cast<std::uint32_t>(std::bit_width(idle)) - 1U;
}

std::optional<std::uint32_t> BufferQueue::retired() const {
  if (retired_ == 0) return std::nullopt;
  return static_cast<std::uint32_t>(std::countr_zero(retired_));
}

void BufferQueue::requeue(std::uint32_t index) {
  const MutexLock lock{mutex_};
  const bool is_filled_again = end_loan_locked(index);
  const auto queued =
      is_filled_again && on_requeue_ == OnRequeue::queue ? queue_locked(index) : Result<>{};
  sets_.end_return();
  if (!is_filled_again) return;
  if (std::exchange(awaited_, false)) waker_->raise(Waker::requeued);
  if (queued) return;
  if (!error_) error_ = queued.error();
  waker_->raise(Waker::requeue_failed);
}

/// Returns true if the buffer is to be filled again.
bool BufferQueue::end_loan_locked(std::uint32_t index) {
  if (sets_.begin_return(bit(index))) return false;  // the driver has it
  const bool is_retired = (retired_ & bit(index)) != 0;
  if (is_retired) sets_.add_idle(bit(index));
  return started_ && !is_retired;
}

std::optional<Error> BufferQueue::take_error() {
  const MutexLock lock{mutex_};
  if (waker_ != nullptr) waker_->lower(Waker::requeue_failed);
  return std::exchange(error_, std::nullopt);
}

bool BufferQueue::none_queued() {
  if (fillable() != 0) return false;  // on most frames
  const MutexLock lock{mutex_};
  awaited_ = fillable() == 0;
  return awaited_;
}

Result<> BufferQueue::queue_locked(std::uint32_t index) {
  if (node_ == nullptr) return {};
  qbuf_template_.clear();
  qbuf_template_.set_index(index);
  qbuf_template_.set_flags(flags_);
  if (index < targets_.size())
    for (std::uint32_t plane = 0; plane < qbuf_template_.plane_count(); ++plane)
      qbuf_template_.set_plane(plane, targets_[index][plane]);
  queued_at_[index].store(node_->kernel().monotonic_time().count(), std::memory_order_relaxed);
  return node_->call(request::qbuf, qbuf_template_.wire());
}

}  // namespace v4l2
