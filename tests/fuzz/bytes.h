#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

namespace fuzz {

/// What is left of the fuzzer's input, eaten from the front; zeros where it has ended.
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

  /// The next bytes, at most `length`, as an input of their own.
  std::span<const std::uint8_t> split(std::size_t length) {
    const auto some = left_.first(std::min(length, left_.size()));
    left_ = left_.subspan(some.size());
    return some;
  }

private:
  std::span<const std::uint8_t> left_;
};

}  // namespace fuzz
