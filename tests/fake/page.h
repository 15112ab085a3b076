#pragma once

#include <cstddef>

namespace fake {

/// Returns the size of a page of the fake kernel: the environment's V4L2CPP_FAKE_PAGE, such as
/// 65536, else the machine's. It is a multiple of the machine's.
std::size_t page_size();

/// Returns what the lengths of buffers are multiples of: the environment's V4L2CPP_FAKE_STEP, such
/// as 16, else the page. The memory behind a buffer has whole pages in any case.
std::size_t length_step();

/// Returns `size` rounded up to a multiple of `step`.
constexpr std::size_t round_up(std::size_t size, std::size_t step) {
  return (size + step - 1) / step * step;
}

}  // namespace fake
