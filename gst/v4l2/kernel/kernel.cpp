#include "kernel/kernel.h"

#include <array>
#include <cstdlib>
#include <ctime>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "kernel/unique_fd.h"

namespace v4l2 {
namespace {

std::chrono::nanoseconds time_of(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec};
}

class SystemKernel final : public Kernel {
public:
  int open(const char* path, int flags) override { return ::open(path, flags); }

  int ioctl(int descriptor, unsigned long request, void* argument) override {
    return ::ioctl(descriptor, request, argument);
  }

  void* mmap(std::size_t length, int descriptor, std::int64_t offset) override {
    return ::mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, offset);
  }

  int poll(std::span<pollfd> descriptors, int timeout_ms) override {
    return ::poll(descriptors.data(), descriptors.size(), timeout_ms);
  }

  ssize_t read(int descriptor, std::span<std::byte> into) override {
    return ::read(descriptor, into.data(), into.size());
  }

  std::chrono::nanoseconds monotonic_time() override { return time_of(CLOCK_MONOTONIC); }

  std::chrono::nanoseconds wall_time(clockid_t clock) override { return time_of(clock); }

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

  std::string read_text(const char* path) override {
    // O_NONBLOCK keeps open() from waiting, as for a pipe that somebody has put there.
    const UniqueFd file{::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    std::array<char, 4096> bytes{};
    const auto got = file ? ::read(file.get(), bytes.data(), bytes.size()) : -1;
    std::string text{bytes.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
    while (text.ends_with('\n'))
      text.pop_back();
    return text;
  }

  std::string real_path(const char* path) override {
    const auto release = [](char* text) {
      std::free(text);  // NOLINT(cppcoreguidelines-no-malloc): realpath()'s
    };
    const std::unique_ptr<char, decltype(release)> resolved{::realpath(path, nullptr)};
    return resolved ? resolved.get() : std::string{};
  }

  std::string device_number(const char* path) override {
    struct stat status {};

    if (::stat(path, &status) != 0 || !S_ISCHR(status.st_mode)) return {};
    return std::to_string(major(status.st_rdev)) + ":" + std::to_string(minor(status.st_rdev));
  }
};

}  // namespace

std::size_t Kernel::page_size() {
  return static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

Kernel& system_kernel() {
  static SystemKernel kernel;
  return kernel;
}

}  // namespace v4l2
