#pragma once

#include <cstdint>
#include <map>
#include <mutex>

namespace fake {

/// A bus reserves bandwidth for each streaming camera. A USB controller does so for isochronous
/// ones.
class Bus {
public:
  explicit Bus(std::uint64_t bytes_per_second) : free_{bytes_per_second} {}

  /// Reserves bandwidth for `camera` until release(). Returns false when too little is free.
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

  /// Adds free bandwidth, as when another device stops streaming.
  void widen(std::uint64_t bytes_per_second) {
    const std::lock_guard lock{mutex_};
    free_ += bytes_per_second;
  }

  /// Returns the bandwidth that no camera has reserved, in bytes a second.
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
