#pragma once

#include <functional>
#include <string>
#include <vector>

namespace pipelines {

/// The lines that a process printed, and why it ended early.
struct Apart {
  std::vector<std::string> lines;
  std::string death;  ///< a signal's name, or the time limit; empty if the process returned
};

/// Runs a function in a child process, and collects the lines that it returns. So a crash or a hang
/// harms the caller in no way. The calling process must have one thread only.
Apart run_apart(const std::function<std::vector<std::string>()>& function);

}  // namespace pipelines
