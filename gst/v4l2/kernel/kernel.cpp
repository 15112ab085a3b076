#include "kernel/kernel.h"

#include <ctime>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace v4l2 {
namespace {

class SystemKernel final : public Kernel {
public:
  int open(const char* path, int flags) override { return ::open(path, flags); }

  int ioctl(int descriptor, unsigned long request, void* argument) override {
    return ::ioctl(descriptor, request, argument);
  }

  void* mmap(std::size_t length, int descriptor, off_t offset) override {
    return ::mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, offset);
  }

  int poll(std::span<pollfd> descriptors, int timeout_ms) override {
    return ::poll(descriptors.data(), descriptors.size(), timeout_ms);
  }

  ssize_t read(int descriptor, std::span<std::byte> into) override {
    return ::read(descriptor, into.data(), into.size());
  }

  std::chrono::nanoseconds monotonic_time() override {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec};
  }

  std::vector<std::string> list(const char* directory) override {
    std::vector<std::string> names;
    const auto close = [](DIR* open_directory) {
      closedir(open_directory);
    };
    const std::unique_ptr<DIR, decltype(close)> entries{opendir(directory), close};
    if (!entries) return names;
    while (const dirent* entry = readdir(entries.get()))
      names.emplace_back(entry->d_name);
    return names;
  }
};

}  // namespace

Kernel& system_kernel() {
  static SystemKernel kernel;
  return kernel;
}

}  // namespace v4l2
