#pragma once

#include <bit>
#include <cstdint>

#include "usbcam/bytes.h"

namespace usbcam {

/// A BitWriter writes H.264's syntax elements, the highest bit first.
class BitWriter {
public:
  /// Writes u(n), the lowest `count` bits of `value`.
  void bits(std::uint32_t value, int count) {
    for (int bit = count - 1; bit >= 0; --bit)
      put((value >> bit) & 1);
  }

  /// Writes ue(v), an unsigned number in Exp-Golomb code.
  void unsigned_golomb(std::uint32_t value) {
    auto length = static_cast<int>(std::bit_width(value + 1));
    bits(0, length - 1);
    bits(value + 1, length);
  }

  /// Writes se(v) for zero. The source needs no other signed number.
  void signed_zero() { bits(1, 1); }

  /// Writes bits of one value up to the next byte.
  void align(unsigned bit) {
    while (used_ % 8 != 0)
      put(bit);
  }

  /// Writes the stop bit that ends each NAL unit's payload.
  void trailing_bits() {
    put(1);
    align(0);
  }

  /// Writes whole bytes. The writer must be aligned.
  void bytes(ByteView more) {
    append(bytes_, more);
    used_ += 8 * more.size();
  }

  [[nodiscard]] const Bytes& written() const { return bytes_; }

private:
  void put(unsigned bit) {
    if (used_ % 8 == 0) bytes_.push_back(0);
    bytes_.back() |= bit << (7 - used_ % 8);
    ++used_;
  }

  Bytes bytes_;
  std::size_t used_{};
};

}  // namespace usbcam
