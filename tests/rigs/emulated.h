#pragma once

#include <cstdlib>

namespace rig {

/// Returns how often to repeat a life, in a test that looks for leaks: `count` times, and a fifth
/// of that in a virtual machine, whose processor is emulated.
inline int repetitions(int count) {
  return std::getenv("V4L2CPP_VM") == nullptr ? count : count / 5;
}

}  // namespace rig
