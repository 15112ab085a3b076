#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

namespace fuzz {

/// Bytes are the rest of the fuzzer's input, consumed from the front. Zeros follow its end.
class Bytes {
public:
  explicit Bytes(std::span<const std::uint8_t> bytes) : left_{bytes} {}

  [[nodiscard]] bool empty() const { return left_.empty(); }

  template <class Number = std::uint8_t>
    requires std::is_trivially_copyable_v<Number>
  Number take() {
    Number number{};
    fill(std::as_writable_bytes(std::span{&number, 1}));
    return number;
  }

  void fill(std::span<std::byte> into) {
    const auto some = split(into.size());
    if (!some.empty()) std::memcpy(into.data(), some.data(), some.size());
  }

  /// Removes the next bytes, at most `length`, and returns them.
  std::span<const std::uint8_t> split(std::size_t length) {
    const auto some = left_.first(std::min(length, left_.size()));
    left_ = left_.subspan(some.size());
    return some;
  }

private:
  std::span<const std::uint8_t> left_;
};

}  // namespace fuzz
