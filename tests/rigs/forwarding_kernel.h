#pragma once

#include "kernel/kernel.h"

namespace real {

/// A Between forwards all calls to a kernel, by default the running one. Derived classes change
/// some.
class Between : public v4l2::Kernel {
public:
  explicit Between(v4l2::Kernel& kernel = v4l2::system_kernel()) : kernel_{kernel} {}

  int open(const char* path, int flags) override { return kernel_.open(path, flags); }

  int ioctl(int descriptor, unsigned long request, void* argument) override {
    return kernel_.ioctl(descriptor, request, argument);
  }

  void* mmap(std::size_t length, int descriptor, std::int64_t offset) override {
    return kernel_.mmap(length, descriptor, offset);
  }

  int poll(std::span<pollfd> descriptors, int timeout_ms) override {
    return kernel_.poll(descriptors, timeout_ms);
  }

  ssize_t read(int descriptor, std::span<std::byte> into) override {
    return kernel_.read(descriptor, into);
  }

  std::chrono::nanoseconds monotonic_time() override { return kernel_.monotonic_time(); }

  std::chrono::nanoseconds wall_time(clockid_t clock) override { return kernel_.wall_time(clock); }

  std::vector<std::string> list(const char* directory) override { return kernel_.list(directory); }

  std::string read_text(const char* path) override { return kernel_.read_text(path); }

  std::string real_path(const char* path) override { return kernel_.real_path(path); }

  std::string device_number(const char* path) override { return kernel_.device_number(path); }

  std::size_t page_size() override { return kernel_.page_size(); }

private:
  v4l2::Kernel& kernel_;
};

}  // namespace real
