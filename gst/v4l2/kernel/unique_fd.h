#pragma once

#include <utility>

#include <unistd.h>

namespace v4l2 {

/// Owns one file descriptor and closes it.
class UniqueFd {
public:
  UniqueFd() = default;

  explicit UniqueFd(int descriptor) : descriptor_{descriptor} {}

  UniqueFd(UniqueFd&& other) noexcept : descriptor_{other.release()} {}

  UniqueFd& operator=(UniqueFd&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }

  ~UniqueFd() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  [[nodiscard]] int get() const { return descriptor_; }

  /// Gives the descriptor away; the receiver closes it.
  [[nodiscard]] int release() { return std::exchange(descriptor_, -1); }

  explicit operator bool() const { return descriptor_ >= 0; }

private:
  int descriptor_{-1};
};

}  // namespace v4l2
