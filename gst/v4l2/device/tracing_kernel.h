#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <utility>

#include "kernel/kernel.h"

namespace v4l2 {

/// Passes calls on to another kernel and writes a line for each, with its answer:
/// "VIDIOC_S_FMT(6): YUYV 640x480 …: YUYV 320x240 …". It is put in front of a kernel only while
/// somebody reads the lines, so that a log that is off costs nothing. Calls for sysfs and for the
/// clock are passed on without a line.
class TracingKernel final : public Kernel {
public:
  /// Called with each line, on the thread that makes the call. `refused` is true where the call
  /// failed, except at the end of an enumeration, or where there is nothing to fetch.
  using Sink = std::function<void(const std::string& line, bool refused)>;

  TracingKernel(Kernel& kernel, Sink sink) : kernel_{&kernel}, sink_{std::move(sink)} {}

  /// From now on only refused calls get a line; or all calls, for false.
  void tell_refusals_only(bool only) { refusals_only_ = only; }

  int open(const char* path, int flags) override;
  int ioctl(int descriptor, unsigned long request, void* argument) override;
  void* mmap(std::size_t length, int descriptor, std::int64_t offset) override;
  int poll(std::span<pollfd> descriptors, int timeout_ms) override;
  ssize_t read(int descriptor, std::span<std::byte> into) override;
  std::chrono::nanoseconds monotonic_time() override;
  std::chrono::nanoseconds wall_time(clockid_t clock) override;
  std::vector<std::string> list(const char* directory) override;
  std::string read_text(const char* path) override;
  std::string real_path(const char* path) override;
  std::string device_number(const char* path) override;
  std::size_t page_size() override;

private:
  [[nodiscard]] bool tells(bool refused) const { return refused || !refusals_only_; }

  void tell(std::string line, int code, bool refused, const std::string& answer);

  Kernel* kernel_;
  Sink sink_;
  std::atomic<bool> refusals_only_{};  // decides on lines only: any order would do
};

}  // namespace v4l2
