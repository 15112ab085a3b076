// The core between a program that does anything and a kernel that answers anything, for libFuzzer.

#include <cstddef>
#include <cstdint>

#include "fuzz/scenario.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Scenario::run({data, size});
  return 0;
}
