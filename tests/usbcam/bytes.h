#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

#include <endian.h>

namespace usbcam {

// USB is little-endian. Every machine that runs the camera is little-endian too, so structures are
// copied unchanged.
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

/// Returns the bytes of a plain structure as they are in memory.
template <class T>
  requires std::is_trivially_copyable_v<T>
Bytes bytes_of(const T& value) {
  Bytes bytes(sizeof value);
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

/// Returns a plain structure from its bytes. Missing bytes at the end are zero.
template <class T>
  requires std::is_trivially_copyable_v<T>
T from_bytes(ByteView bytes) {
  T value{};
  std::memcpy(&value, bytes.data(), std::min(bytes.size(), sizeof value));
  return value;
}

}  // namespace usbcam
