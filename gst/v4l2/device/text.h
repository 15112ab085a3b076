#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace v4l2 {

/// A name out of a kernel struct: up to the first NUL, or all of it where a driver forgot the NUL.
/// UTF-8, whatever the driver wrote: what is none, a character that the field's end has cut and
/// control characters become '?'.
std::string text_of(std::span<const std::uint8_t> field);

}  // namespace v4l2
