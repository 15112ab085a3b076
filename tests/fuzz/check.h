#pragma once

#include <cstdio>
#include <cstdlib>

namespace fuzz {

/// What must hold whatever the kernel answers. A breach is a finding, as a crash is.
inline void check(bool holds, const char* what) {
  if (holds) return;
  static_cast<void>(std::fprintf(stderr, "fuzz: it does not hold that %s\n", what));
  std::abort();
}

}  // namespace fuzz
