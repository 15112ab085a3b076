#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>

namespace v4l2 {

/// A name out of a kernel struct: up to the first NUL, or all of it where a driver forgot the NUL.
inline std::string text_of(std::span<const std::uint8_t> field) {
  return {field.begin(), std::ranges::find(field, 0)};
}

}  // namespace v4l2
