#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include <sys/types.h>

namespace fuzz {

/// The half of the kernel that the core calls without the seam: close(), lseek(), munmap() and
/// ioctl() of what the fuzzer's kernel gave out. The linker has them go by here (--wrap), so that a
/// descriptor is a number, a mapping a piece of heap of exactly its length, and an execution makes
/// next to no system calls. AddressSanitizer sees what runs over a mapping or uses it when it is
/// gone; what is closed or unmapped twice, or never, is a finding.
class Process {
public:
  /// All descriptors and mappings of an execution, of which there is one at a time.
  Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  /// The one there is, or null.
  static Process* running();

  /// `size` is what lseek() will find; negative: it fails.
  int open_descriptor(off_t size);
  [[nodiscard]] bool is_open(int descriptor) const;
  void* map(std::size_t length);

  /// False for what is not ours, which the real kernel shall do.
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
