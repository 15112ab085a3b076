#pragma once

#include <cstddef>
#include <string>

#include <sys/types.h>

namespace faults {

/// How many descriptors of /dev/video* this process has.
std::size_t open_video_nodes();

void write_text(const std::string& file, const std::string& text);

/// As nobody, with all rights to the node taken away, for as long as it lives.
class Forbidden {
public:
  explicit Forbidden(std::string node);
  Forbidden(const Forbidden&) = delete;
  Forbidden& operator=(const Forbidden&) = delete;
  ~Forbidden();

private:
  std::string node_;
};

/// Another program that has asked a device for buffers, for as long as it lives.
class OtherProgram {
public:
  explicit OtherProgram(const std::string& node);
  OtherProgram(const OtherProgram&) = delete;
  OtherProgram& operator=(const OtherProgram&) = delete;
  ~OtherProgram();

  /// What that program does, until its standard input ends.
  static int run(const char* node);

private:
  pid_t process_{};
  int input_{-1};
};

}  // namespace faults
