#include "fake/clock.h"

#include <algorithm>

#include "kernel/kernel.h"

namespace fake {

Clock::Sleeper::Sleeper(Clock& clock, Nanoseconds limit, Waiters kind)
    : clock_{clock}, deadline_{}, kind_{kind} {
  const std::lock_guard lock{clock_.mutex_};
  deadline_ = clock_.now() + limit;
  clock_.sleepers_.push_back(this);
  clock_.changed_.notify_all();
}

Clock::Sleeper::~Sleeper() {
  const std::lock_guard lock{clock_.mutex_};
  std::erase(clock_.sleepers_, this);
}

Clock::Nanoseconds Clock::now() const {
  const auto stopped = stopped_at_.load();
  return stopped < 0 ? v4l2::system_kernel().monotonic_time() : Nanoseconds{stopped};
}

void Clock::move_to(Nanoseconds now) {
  stopped_at_ = now.count();
  const auto due = [now](Sleeper* sleeper) {
    if (sleeper->deadline_ > now) return false;
    sleeper->woken_ = true;
    sleeper->signal_.set(true);
    return true;
  };
  std::erase_if(sleepers_, due);
}

void Clock::set(Nanoseconds now) {
  const std::lock_guard lock{mutex_};
  move_to(now);
}

const Clock::Sleeper* Clock::first(Waiters waiters) const {
  const Sleeper* first{};
  for (const auto* const sleeper : sleepers_) {
    if (waiters == Waiters::for_time_alone && sleeper->kind_ != waiters) continue;
    if (first == nullptr || sleeper->deadline_ < first->deadline_) first = sleeper;
  }
  return first;
}

void Clock::pass(Nanoseconds span) {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [this] { return !sleepers_.empty(); });
  const auto* const sleeper = first(Waiters::all);
  if (sleeper != nullptr) move_to(std::max(now() + span, sleeper->deadline_));
}

bool Clock::pass_if_waited_for(Waiters waiters) {
  const std::lock_guard lock{mutex_};
  const auto* const sleeper = first(waiters);
  if (sleeper == nullptr) return false;
  move_to(std::max(now(), sleeper->deadline_));
  return true;
}

std::size_t Clock::sleepers() {
  const std::lock_guard lock{mutex_};
  return sleepers_.size();
}

}  // namespace fake
