#pragma once

#include <string>

namespace v4l2 {
class Kernel;
}

namespace v4l2describe {

struct Options;

/// The output of the program, and its exit status.
struct Printed {
  std::string out;     ///< for standard output
  std::string errors;  ///< for standard error
  int status{};        ///< 0, or 1 if a device could not be described
};

/// Describes the devices that the options name, or all capture devices. A node of another kind is
/// left out of the latter. A device that goes away meanwhile counts as one that can't be opened.
Printed describe(v4l2::Kernel& kernel, const Options& options);

}  // namespace v4l2describe
