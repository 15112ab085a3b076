#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace v4l2 {

/// A V4L2 pixel format code. The top bit marks a big-endian variant (v4l2_fourcc_be()).
struct Fourcc {
  std::uint32_t code{};

  friend constexpr auto operator<=>(Fourcc, Fourcc) = default;

  /// Returns the code as v4l2-ctl prints it: "YUYV", "Y16 -BE". A character that cannot be printed
  /// becomes '?'.
  [[nodiscard]] std::string to_string() const {
    constexpr std::uint32_t big_endian = 1U << 31U;
    std::string text;
    for (const unsigned shift : std::array{0U, 8U, 16U, 24U}) {
      const auto letter = static_cast<char>(((code & ~big_endian) >> shift) & 0xffU);
      text += letter >= ' ' && letter <= '~' ? letter : '?';
    }
    return (code & big_endian) != 0 ? text + "-BE" : text;
  }
};

}  // namespace v4l2
