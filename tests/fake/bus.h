#pragma once

#include <cstdint>
#include <map>
#include <mutex>

namespace fake {

/// A bus whose bandwidth is reserved by the cameras that stream, as that of a USB controller is by
/// isochronous ones.
class Bus {
public:
  explicit Bus(std::uint64_t bytes_per_second) : free_{bytes_per_second} {}

  /// False when there is no room; else it is that camera's until release().
  bool reserve(const void* camera, std::uint64_t bytes_per_second) {
    const std::lock_guard lock{mutex_};
    if (bytes_per_second > free_) return false;
    free_ -= bytes_per_second;
    taken_[camera] += bytes_per_second;
    return true;
  }

  void release(const void* camera) {
    const std::lock_guard lock{mutex_};
    const auto taken = taken_.find(camera);
    if (taken == taken_.end()) return;
    free_ += taken->second;
    taken_.erase(taken);
  }

  /// From now on there is so much more; somebody else has left.
  void widen(std::uint64_t bytes_per_second) {
    const std::lock_guard lock{mutex_};
    free_ += bytes_per_second;
  }

  /// How much nobody has.
  [[nodiscard]] std::uint64_t room() {
    const std::lock_guard lock{mutex_};
    return free_;
  }

private:
  std::mutex mutex_;
  std::uint64_t free_;
  std::map<const void*, std::uint64_t> taken_;
};

}  // namespace fake
