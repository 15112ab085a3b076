#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace v4l2 {

/// Returns a name from a field of a kernel struct, up to the first NUL. A driver may forget the
/// NUL, and then the name is the whole field. The text is UTF-8, whatever the driver wrote. Invalid
/// bytes, a character that the field's end has cut and control characters become '?'.
std::string text_of(std::span<const std::uint8_t> field);

/// "0x1f".
std::string hex(std::uint64_t number);

}  // namespace v4l2
