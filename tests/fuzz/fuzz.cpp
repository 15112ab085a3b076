// libFuzzer runs the core with any calls of a program and any answers of a kernel.

#include <cstddef>
#include <cstdint>

#include "fuzz/scenario.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Scenario::run({data, size});
  return 0;
}
