#pragma once

#include <cstdio>
#include <cstdlib>

namespace fuzz {

/// Aborts unless `holds`, which must be true for any answers of the kernel. The fuzzer reports it
/// as it reports a crash.
inline void check(bool holds, const char* what) {
  if (holds) return;
  static_cast<void>(std::fprintf(stderr, "fuzz: it does not hold that %s\n", what));
  std::abort();
}

/// Returns true for a control character of ASCII.
inline bool is_control(char letter) {
  return static_cast<unsigned char>(letter) < ' ';  // plain char is unsigned on ARM
}

}  // namespace fuzz
