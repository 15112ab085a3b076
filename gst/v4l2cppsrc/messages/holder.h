#pragma once

#include <span>
#include <string>
#include <vector>

#include <sys/types.h>

namespace v4l2gst {

/// A program that has a device open.
struct Holder {
  pid_t pid{};
  std::string name;  ///< as the kernel has it: up to 15 bytes, UTF-8 here
  bool here{};       ///< it is this program

  friend bool operator==(const Holder&, const Holder&) = default;
};

/// Returns the programs that have the device at `path` open, as far as /proc shows. Other users'
/// programs are shown only to root, and in a container only those inside. This program counts if it
/// has more than `ours` descriptors of the device. The search reads up to 65536 links, so it is for
/// use after a failure. `proc` is for tests.
std::vector<Holder> holders_of(const std::string& path, unsigned ours,
                               const std::string& proc = "/proc");

/// Returns "v4l2-ctl (pid 1234)", with commas between several. Of many it names the first three.
std::string names_of(std::span<const Holder> holders);

}  // namespace v4l2gst
