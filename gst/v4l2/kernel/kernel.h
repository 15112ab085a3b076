#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <span>
#include <string>
#include <vector>

#include <poll.h>
#include <sys/types.h>

namespace v4l2 {

/// A Kernel makes the system calls. Tests put a camera of their own in its place. It is at the
/// level of system calls because V4L2 programs have their bugs in filling the structs of these
/// calls.
///
/// Descriptors are always real ones, so close(), fcntl() and munmap() are called directly. Each
/// function returns what its system call returns: -1 (mmap: MAP_FAILED) and errno on failure.
class Kernel {
public:
  Kernel() = default;
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;
  virtual ~Kernel() = default;

  virtual int open(const char* path, int flags) = 0;
  virtual int ioctl(int descriptor, unsigned long request, void* argument) = 0;
  /// Maps shared memory, readable and writable.
  virtual void* mmap(std::size_t length, int descriptor, std::int64_t offset) = 0;
  virtual int poll(std::span<pollfd> descriptors, int timeout_ms) = 0;
  virtual ssize_t read(int descriptor, std::span<std::byte> into) = 0;

  /// Returns the time of CLOCK_MONOTONIC, with which V4L2 drivers stamp frames.
  virtual std::chrono::nanoseconds monotonic_time() = 0;
  /// Returns the names in a directory, in no order. Empty if it cannot be read.
  virtual std::vector<std::string> list(const char* directory) = 0;
  /// Returns the first 4 KiB of a small file, such as those of sysfs, without the line end. Empty
  /// if it cannot be read.
  virtual std::string read_text(const char* path) = 0;
  /// Returns the path without links and dots. Empty if no file is there.
  virtual std::string real_path(const char* path) = 0;
  /// Returns the kernel's numbers of the character device at a path, "81:3". Empty if there is
  /// none.
  virtual std::string device_number(const char* path) = 0;
  /// Returns the time of CLOCK_REALTIME or CLOCK_TAI, since 1970.
  virtual std::chrono::nanoseconds wall_time(clockid_t clock) = 0;
  /// Returns the size of a page in bytes: 4096, or 16384 or 65536 of some kernels for ARM.
  virtual std::size_t page_size();
};

/// Returns the running kernel. The process has one. It has no state, so any thread may use it.
Kernel& system_kernel();

}  // namespace v4l2
