#pragma once

#include <charconv>
#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include "usbcam/error.h"

namespace usbcam {

/// Returns the parts between separators without empty ones.
inline std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    auto end = std::min(text.find(separator), text.size());
    if (end > 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

/// Parses a whole decimal number, or a hexadecimal one after 0x.
template <std::integral T>
Result<T> parse_number(std::string_view text) {
  std::string_view digits = text;
  bool hexadecimal = digits.starts_with("0x");
  if (hexadecimal) digits.remove_prefix(2);
  T value{};
  auto [end, error] = std::from_chars(digits.begin(), digits.end(), value, hexadecimal ? 16 : 10);
  if (error != std::errc{} || end != digits.end()) {
    return failure("\"" + std::string{text} + "\" is no number that fits here");
  }
  return value;
}

}  // namespace usbcam
