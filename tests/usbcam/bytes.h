#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

#include <endian.h>

namespace usbcam {

// USB is little-endian; so is every machine this rig runs on, and structures are copied as they
// are.
static_assert(__BYTE_ORDER == __LITTLE_ENDIAN);

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

inline void append(Bytes& to, ByteView more) {
  to.insert(to.end(), more.begin(), more.end());
}

/// Appends `size` bytes of a number, the lowest first.
inline void append_number(Bytes& to, std::uint64_t value, int size) {
  for (int byte = 0; byte < size; ++byte)
    to.push_back((value >> (8 * byte)) & 0xff);
}

/// A plain structure as it lies in memory.
template <class T>
  requires std::is_trivially_copyable_v<T>
Bytes bytes_of(const T& value) {
  Bytes bytes(sizeof value);
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

/// A plain structure from its bytes; what is missing at the end is zero.
template <class T>
  requires std::is_trivially_copyable_v<T>
T from_bytes(ByteView bytes) {
  T value{};
  std::memcpy(&value, bytes.data(), std::min(bytes.size(), sizeof value));
  return value;
}

}  // namespace usbcam
