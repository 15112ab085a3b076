#pragma once

#include <cstddef>
#include <string>

#include <sys/types.h>

namespace faults {

/// Returns the number of descriptors of /dev/video* that the process has.
std::size_t open_video_nodes();

void write_text(const std::string& file, const std::string& text);

/// Removes all rights to the node, and makes the process the user nobody, for as long as it lives.
class Forbidden {
public:
  explicit Forbidden(std::string node);
  Forbidden(const Forbidden&) = delete;
  Forbidden& operator=(const Forbidden&) = delete;
  ~Forbidden();

private:
  std::string node_;
};

/// Another program that has requested buffers of a device, for as long as it lives.
class OtherProgram {
public:
  explicit OtherProgram(const std::string& node);
  OtherProgram(const OtherProgram&) = delete;
  OtherProgram& operator=(const OtherProgram&) = delete;
  ~OtherProgram();

  /// The work of that program. It returns when its standard input ends.
  static int run(const char* node);

private:
  pid_t process_{};
  int input_{-1};
};

}  // namespace faults
