#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "fuzz/bytes.h"
#include "fuzz/device.h"
#include "fuzz/process.h"
#include "kernel/kernel.h"
#include "kernel/waker.h"

namespace fuzz {

/// A kernel that answers each call as the input says: the truth, the truth with bytes changed, what
/// cannot be, or any errno. When the input has ended every device is gone (ENODEV), so that every
/// execution ends.
class FuzzKernel final : public v4l2::Kernel {
public:
  FuzzKernel(Bytes input, std::uint8_t traits);

  int open(const char* path, int flags) override;
  int ioctl(int descriptor, unsigned long request, void* argument) override;
  void* mmap(std::size_t length, int descriptor, off_t offset) override;
  int poll(std::span<pollfd> descriptors, int timeout_ms) override;
  ssize_t read(int descriptor, std::span<std::byte> into) override;
  std::chrono::nanoseconds monotonic_time() override;
  std::vector<std::string> list(const char* directory) override;
  std::string read_text(const char* path) override;
  std::string real_path(const char* path) override;
  std::string device_number(const char* path) override;

  /// Whose descriptor poll() shall look after; null: nobody's.
  const v4l2::Waker* waker{};
  /// What others do while the program waits, as a byte of the input says.
  std::function<void(std::uint8_t)> meanwhile;
  /// Called with each buffer that is about to be queued.
  std::function<void(const v4l2_buffer&)> before_queue;

  /// A DMABuf of another device's.
  int share_memory(std::uint32_t size) { return process_.open_descriptor(size); }

  [[nodiscard]] Device& device() { return device_; }

  [[nodiscard]] std::uint32_t calls() const { return calls_; }

private:
  /// How a call is answered.
  enum class Way { truth, altered, forced, garbage, failure, altered_failure };

  Way choose();
  /// Sets errno; -1.
  int fail();
  std::string text(std::string truth);
  void change(std::span<std::byte> bytes);
  [[nodiscard]] short happening(const pollfd& asked) const;

  Process process_;  // first, so that it sees all that is closed
  Bytes input_;
  Device device_;
  std::uint32_t calls_{};
};

}  // namespace fuzz
