#pragma once

#include <chrono>
#include <cstdlib>

namespace rig {

/// Returns how often a test repeats something to find a leak or a race: `count` times, and a fifth
/// of that in a virtual machine, whose one processor is emulated.
inline int repetitions(int count) {
  return std::getenv("V4L2CPP_VM") == nullptr ? count : count / 5;
}

/// Returns the time limit of a wait that is never long: `limit`, and ten hours in a virtual
/// machine, whose clock leaps while it waits for a file of the host.
inline std::chrono::seconds limit_of(std::chrono::seconds limit) {
  return std::getenv("V4L2CPP_VM") == nullptr ? limit : std::chrono::hours{10};
}

}  // namespace rig
