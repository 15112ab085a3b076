#pragma once

#include <atomic>
#include <cerrno>
#include <mutex>
#include <set>

#include "rigs/forwarding_kernel.h"

namespace faults {

/// poll() has this number, where other calls have an ioctl's.
inline constexpr unsigned long poll_call = 1;
inline constexpr unsigned long open_call = 2;

/// A Meddler forwards calls to a kernel, and makes some of them fail.
class Meddler final : public real::Between {
public:
  using Between::Between;

  /// Every call of each kind fails once with `error`. The repeated call is forwarded.
  void hinder_all(int error) {
    const std::lock_guard lock{mutex_};
    every_ = error;
  }

  /// The next call of that kind fails with `error`.
  void hinder(unsigned long request, int error) {
    const std::lock_guard lock{mutex_};
    request_ = request;
    error_ = error;
  }

  /// Whether a call has failed since stop().
  [[nodiscard]] bool has_meddled() {
    const std::lock_guard lock{mutex_};
    return meddled_;
  }

  void stop() {
    const std::lock_guard lock{mutex_};
    meddled_ = false;
    every_ = 0;
    request_ = 0;
    let_through_.clear();
  }

  int open(const char* path, int flags) override {
    return fails(open_call) ? -1 : Between::open(path, flags);
  }

  int ioctl(int descriptor, unsigned long request, void* argument) override {
    return fails(request) ? -1 : Between::ioctl(descriptor, request, argument);
  }

  int poll(std::span<pollfd> descriptors, int timeout_ms) override {
    return fails(poll_call) ? -1 : Between::poll(descriptors, timeout_ms);
  }

private:
  bool fails(unsigned long request) {
    const std::lock_guard lock{mutex_};
    if (every_ != 0) {
      // A call that has failed succeeds the next time.
      if (let_through_.erase(request) == 1) return false;
      let_through_.insert(request);
      meddled_ = true;
      errno = every_;
      return true;
    }
    if (request_ != request || request == 0) return false;
    request_ = 0;
    meddled_ = true;
    errno = error_;
    return true;
  }

  std::mutex mutex_;
  int every_{};
  unsigned long request_{};
  int error_{};
  bool meddled_{};
  std::set<unsigned long> let_through_;
};

}  // namespace faults
