#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <poll.h>
#include <sys/types.h>

namespace v4l2 {

/// The doors to the kernel, and the seam at which tests put a camera of their own. They sit at the
/// system calls because the bugs of this trade live in filling the structs that go through them.
///
/// Descriptors are always real ones, so close(), dup() and munmap() need no door. Each function
/// answers as its system call does: -1 (mmap: MAP_FAILED) and errno on failure.
class Kernel {
public:
  Kernel() = default;
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;
  virtual ~Kernel() = default;

  virtual int open(const char* path, int flags) = 0;
  virtual int ioctl(int descriptor, unsigned long request, void* argument) = 0;
  /// Shared, readable and writable.
  virtual void* mmap(std::size_t length, int descriptor, off_t offset) = 0;
  virtual int poll(std::span<pollfd> descriptors, int timeout_ms) = 0;
  virtual ssize_t read(int descriptor, std::span<std::byte> into) = 0;

  /// CLOCK_MONOTONIC, the clock that V4L2 drivers stamp frames with.
  virtual std::chrono::nanoseconds monotonic_time() = 0;
  /// The names in a directory, in no order; empty when it cannot be read.
  virtual std::vector<std::string> list(const char* directory) = 0;
  /// The first 4 KiB of a small file, such as those of sysfs, without the line end; empty when it
  /// can't be read.
  virtual std::string read_text(const char* path) = 0;
  /// The path without links and dots; empty where it leads nowhere.
  virtual std::string real_path(const char* path) = 0;
  /// "81:3", the numbers by which the kernel knows the character device at a path; empty where
  /// there is none.
  virtual std::string device_number(const char* path) = 0;
};

/// The running kernel. One for the process; stateless, so any thread may use it.
Kernel& system_kernel();

}  // namespace v4l2
