#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "fuzz/bytes.h"
#include "fuzz/device.h"
#include "fuzz/metadata_device.h"
#include "fuzz/process.h"
#include "kernel/kernel.h"
#include "kernel/waker.h"

namespace fuzz {

/// A FuzzKernel answers each call as the input says. The answer is the truth, the truth with
/// changed bytes, an impossible answer or any errno. Every device is gone (ENODEV) at the end of
/// the input, so that every execution ends.
class FuzzKernel final : public v4l2::Kernel {
public:
  /// The path of the MetadataDevice. All others are of the Device.
  static constexpr auto metadata_path = "/dev/video9";

  FuzzKernel(Bytes input, std::uint8_t traits);

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

  /// poll() watches this waker's descriptor. Null means that there is none.
  const v4l2::Waker* waker{};
  /// Runs what other threads do while the program waits. A byte of the input chooses it.
  std::function<void(std::uint8_t)> meanwhile;
  /// The kernel calls this with each buffer of pictures before VIDIOC_QBUF.
  std::function<void(const v4l2_buffer&)> before_queue;

  /// Returns the descriptor of a DMABuf of another device.
  int share_memory(std::uint32_t size) { return process_.open_descriptor(size); }

  [[nodiscard]] Device& device() { return device_; }

  [[nodiscard]] std::uint32_t calls() const { return calls_; }

private:
  /// A Way is the kind of an answer.
  enum class Way { truth, altered, forced, garbage, failure, altered_failure };

  Way choose();
  /// Sets errno and returns -1.
  int fail();
  std::string text(std::string truth);
  void change(std::span<std::byte> bytes);
  [[nodiscard]] short happening(const pollfd& asked) const;
  [[nodiscard]] bool has_metadata(int descriptor) const;

  Process process_;  // first, so that it outlives the others and sees what they close
  Bytes input_;
  Device device_;
  MetadataDevice metadata_;
  std::vector<int> metadata_descriptors_;
  std::uint32_t calls_{};
};

}  // namespace fuzz
