#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include <sys/types.h>

namespace fuzz {

/// A Process does the calls that the core makes without v4l2::Kernel. These are close(), lseek(),
/// munmap() and ioctl() on descriptors and mappings of the fuzzer's kernel. The linker redirects
/// them here (--wrap). So a descriptor is a number, a mapping is a heap block of exactly its
/// length, and an execution makes almost no system calls. AddressSanitizer finds accesses beyond a
/// mapping or after its end. A second close or unmap, or a missing one, is a finding.
class Process {
public:
  /// Holds all descriptors and mappings of an execution. Only one Process exists at a time.
  Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  /// Returns the existing Process, or null.
  static Process* running();

  /// Opens a descriptor whose lseek() finds `size`. lseek() fails if it is negative.
  int open_descriptor(off_t size);
  [[nodiscard]] bool is_open(int descriptor) const;
  void* map(std::size_t length);

  /// Returns false for a real descriptor, which the real kernel closes.
  bool close(int descriptor);
  bool unmap(void* address, std::size_t length);

  [[nodiscard]] static bool owns(int descriptor) { return descriptor >= first; }

  [[nodiscard]] off_t size_of(int descriptor) const;

  /// Answers DMA_BUF_IOCTL_SYNC.
  std::function<int()> synchronise;

private:
  static constexpr int first = 1 << 20;  // no real descriptor is as high

  struct Descriptor {
    off_t size;
    bool open;
  };

  struct Area {
    std::byte* address;
    std::size_t length;
  };

  std::vector<Descriptor> descriptors_;
  std::vector<Area> areas_;
};

}  // namespace fuzz
