// libFuzzer runs the core between a program with any calls and a kernel with any answers.

#include <cstddef>
#include <cstdint>

#include "fuzz/scenario.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Scenario::run({data, size});
  return 0;
}
