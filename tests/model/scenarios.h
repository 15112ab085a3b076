#pragma once

#include <array>

// The product's headers come first: Relacy makes macros of names that the standard library uses.
#include "buffers/loan_count.h"
#include "model/model_atomic.h"
#include "stream/loan_sets.h"

namespace model {

using Sets = v4l2::LoanSets<Atomic>;
using Set = Sets::Set;

/// A buffer queue of two buffers on loan, and its driver.
///
/// The calls are those that v4l2::BufferQueue makes, in its order. The driver's own state is
/// relaxed: an order that only the kernel's locks give is not to be relied on.
class Queue {
public:
  static constexpr Set all = 0b11;

  /// Both buffers are on loan from now on.
  void lend_all() {
    check(sets_.lend(0b01) && sets_.lend(0b10));
    retired_(RL_INFO) = Set{};
    awaited_(RL_INFO) = false;
    for (auto& one : memory_)
      one(RL_INFO) = 0;
  }

  /// BufferQueue::requeue(), by a holder that has written to the memory.
  void hand_back(unsigned index) {
    memory_[index](RL_INFO) = 1;
    mutex_.lock(RL_INFO);
    if (!sets_.begin_return(bit(index))) {
      if ((retired_(RL_INFO) & bit(index)) != 0)
        sets_.add_idle(bit(index));
      else
        give_to_driver(bit(index));
    }
    sets_.end_return();
    if (awaited_(RL_INFO)) {
      awaited_(RL_INFO) = false;
      woken_.store(true, std::memory_order_relaxed);
    }
    mutex_.unlock(RL_INFO);
  }

  /// The part of BufferQueue::none_queued() that takes no lock, as on most frames.
  [[nodiscard]] bool may_have_one() const { return (all & ~sets_.away()) != 0; }

  /// BufferQueue::none_queued().
  bool none_queued() {
    if (may_have_one()) return false;
    mutex_.lock(RL_INFO);
    const bool dry = (all & ~sets_.away()) == 0;
    awaited_(RL_INFO) = dry;
    mutex_.unlock(RL_INFO);
    return dry;
  }

  /// Returns the buffers that poll() finds queued or filled.
  [[nodiscard]] Set polled() const { return with_driver_.load(std::memory_order_relaxed); }

  /// VIDIOC_DQBUF. Returns the buffer's bit, or 0 if there is none.
  Set dequeue() {
    for (const Set buffer : {Set{0b01}, Set{0b10}})
      if ((with_driver_.fetch_and(~buffer, std::memory_order_relaxed) & buffer) != 0) return buffer;
    return 0;
  }

  /// BufferQueue::mark_dequeued(). The new holder writes to the memory if it may.
  bool mark_dequeued(Set buffer) {
    if (sets_.any_requeued()) {
      mutex_.lock(RL_INFO);
      sets_.clear_requeued(buffer);
      const bool lent = lend(buffer);
      mutex_.unlock(RL_INFO);
      return lent;
    }
    return lend(buffer);
  }

  /// BufferQueue::requeue_again(): the driver has filled a buffer on loan.
  void requeue_again(Set buffer) {
    mutex_.lock(RL_INFO);
    if ((sets_.on_loan() & buffer) != 0) {
      give_to_driver(buffer);
      sets_.add_requeued(buffer);
    }
    mutex_.unlock(RL_INFO);
  }

  /// BufferQueue::retire().
  void retire(Set buffer) {
    mutex_.lock(RL_INFO);
    retired_(RL_INFO) = retired_(RL_INFO) | buffer;
    mutex_.unlock(RL_INFO);
  }

  /// Frees the memory of a retired buffer if it is idle. Returns false if it is not.
  bool free_retired(unsigned index) {
    if ((sets_.idle() & bit(index)) == 0) return false;
    memory_[index](RL_INFO) = 2;
    return true;
  }

  /// BufferQueue::idle() with OnRequeue::keep: the memory of a buffer that is not on loan is
  /// exchanged.
  void exchange_memory(unsigned index) {
    if ((sets_.on_loan() & bit(index)) == 0) memory_[index](RL_INFO) = 2;
  }

  [[nodiscard]] bool woken() const { return woken_.load(std::memory_order_relaxed); }

  [[nodiscard]] Set lent() const { return sets_.on_loan(); }

  static void check(bool is_true) { RL_ASSERT(is_true); }

private:
  static constexpr Set bit(unsigned index) { return Set{1} << index; }

  void give_to_driver(Set buffer) {
    const Set had = with_driver_.fetch_or(buffer, std::memory_order_relaxed);
    check((had & buffer) == 0);  // doubled otherwise
  }

  bool lend(Set buffer) {
    check((sets_.idle() & buffer) == 0);
    if (!sets_.lend(buffer)) return false;
    memory_[buffer - 1](RL_INFO) = 2;
    return true;
  }

  Sets sets_;
  rl::mutex mutex_;
  Atomic<Set> with_driver_;
  Atomic<bool> woken_;
  rl::var<Set> retired_;
  rl::var<bool> awaited_;
  std::array<rl::var<int>, 2> memory_;  // Relacy sees a race of two threads on it
};

/// Two threads return a buffer each, and the streaming context lends one of them anew.
struct TwoReturners : rl::test_suite<TwoReturners, 3> {
  Queue queue;
  Set taken{};

  void before() { queue.lend_all(); }

  void thread(unsigned self) {
    if (self != 0) return queue.hand_back(self - 1);
    taken = queue.dequeue();
    if (taken != 0) Queue::check(queue.mark_dequeued(taken));
  }

  void after() {
    Queue::check(queue.lent() == taken);
    Queue::check(queue.polled() == (Queue::all & ~taken));  // none is lost
  }
};

/// Two threads return a buffer each, while the streaming context looks whether the driver has one.
struct Looking : rl::test_suite<Looking, 3> {
  Queue queue;

  void before() { queue.lend_all(); }

  void thread(unsigned self) {
    if (self != 0) return queue.hand_back(self - 1);
    if (queue.may_have_one())
      Queue::check(queue.polled() != 0);  // poll() answers POLLERR otherwise
  }

  void after() { Queue::check(queue.lent() == 0 && queue.polled() == Queue::all); }
};

/// A thread returns a buffer, while the streaming context waits for one.
struct Waiting : rl::test_suite<Waiting, 2> {
  Queue queue;
  bool dry{};

  void before() { queue.lend_all(); }

  void thread(unsigned self) {
    if (self != 0) return queue.hand_back(0);
    dry = queue.none_queued();
    if (!dry) Queue::check(queue.polled() != 0);
  }

  void after() {
    Queue::check(queue.lent() == 0b10 && queue.polled() == 0b01);
    Queue::check(!dry || queue.woken());
  }
};

/// The driver fills a buffer on loan, which is queued again, and dequeued, while it is returned.
struct Overwritten : rl::test_suite<Overwritten, 2> {
  Queue queue;
  Set taken{};

  void before() { queue.lend_all(); }

  void thread(unsigned self) {
    if (self != 0) return queue.hand_back(0);
    queue.requeue_again(0b01);
    if (queue.dequeue() == 0b01 && queue.mark_dequeued(0b01)) taken = 0b01;
  }

  void after() {
    Queue::check(queue.lent() == (taken | 0b10));
    Queue::check((queue.lent() & queue.polled()) == 0);
  }
};

/// A buffer is retired while it is on loan, and its memory is freed once it is idle.
struct Retired : rl::test_suite<Retired, 2> {
  Queue queue;

  void before() { queue.lend_all(); }

  void thread(unsigned self) {
    if (self != 0) return queue.hand_back(0);
    queue.retire(0b01);
    queue.free_retired(0);
  }
};

/// A buffer whose memory is another each time (OnRequeue::keep) is returned.
struct Exchanged : rl::test_suite<Exchanged, 2> {
  Queue queue;

  void before() { queue.lend_all(); }

  void thread(unsigned self) {
    if (self != 0) return queue.hand_back(0);
    queue.exchange_memory(0);
  }
};

/// A GstBuffer and its memory come back on two threads, and the last of them ends the loan.
struct TwoParts : rl::test_suite<TwoParts, 3> {
  Queue queue;
  v4l2gst::LoanCount<Atomic> away;
  std::array<rl::var<int>, 2> at_rest;  // of the slot: the shell and the memory
  rl::var<int> loan;

  void before() {
    queue.lend_all();
    away.begin(2);
    at_rest[0](RL_INFO) = 0;
    at_rest[1](RL_INFO) = 0;
    loan(RL_INFO) = 1;
  }

  void thread(unsigned self) {
    if (self != 0) {
      at_rest[self - 1](RL_INFO) = 1;
      if (!away.end_part()) return;
      Queue::check(at_rest[0](RL_INFO) == 1 && at_rest[1](RL_INFO) == 1 && loan(RL_INFO) == 1);
      loan(RL_INFO) = 0;
      queue.hand_back(0);
      return;
    }
    if (queue.dequeue() == 0) return;
    Queue::check(queue.mark_dequeued(0b01));
    Queue::check(at_rest[0](RL_INFO) == 1 && at_rest[1](RL_INFO) == 1 && loan(RL_INFO) == 0);
    loan(RL_INFO) = 1;
  }
};

}  // namespace model
