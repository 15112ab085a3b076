#pragma once

#include <cstdlib>

namespace rig {

/// A fifth of the count in a virtual machine, since an emulated processor takes thirty times as
/// long. It is for the repetitions of a test that looks for leaks.
inline int repetitions(int count) {
  return std::getenv("V4L2CPP_VM") == nullptr ? count : count / 5;
}

}  // namespace rig
