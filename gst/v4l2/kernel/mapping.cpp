#include "kernel/mapping.h"

#include <cerrno>

#include <sys/mman.h>

namespace v4l2 {

Result<Mapping> Mapping::map(Kernel& kernel, int descriptor, std::size_t length, off_t offset) {
  void* const address = kernel.mmap(length, descriptor, offset);
  if (address == MAP_FAILED)
    return std::unexpected{
        Error{.code = errno, .call = "mmap", .value = static_cast<std::int64_t>(length)}};
  return Mapping{{static_cast<std::byte*>(address), length}};
}

Mapping::~Mapping() {
  if (!bytes_.empty()) munmap(bytes_.data(), bytes_.size());
}

}  // namespace v4l2
