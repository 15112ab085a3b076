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

/// Who has the device at `path` open, as far as /proc shows: other users' programs only to root,
/// and in a container only those inside. This program counts where it has more than `ours`
/// descriptors of it. Reads at most some thousand links, so it is for when something has failed.
/// `proc` is for tests.
std::vector<Holder> holders_of(const std::string& path, unsigned ours,
                               const std::string& proc = "/proc");

/// "v4l2-ctl (pid 1234)", with commas where there are several; of many the first ones.
std::string names_of(std::span<const Holder> holders);

}  // namespace v4l2gst
