#include "kernel/mapping.h"

#include <cerrno>

#include <sys/mman.h>

namespace v4l2 {

Result<Mapping> Mapping::map(Kernel& kernel, int descriptor, std::size_t length,
                             std::int64_t offset) {
  void* const address = kernel.mmap(length, descriptor, offset);
  if (address == MAP_FAILED)
    return std::unexpected{
        Error{.code = errno, .call = "mmap", .value = static_cast<std::int64_t>(length)}};
  return Mapping{{static_cast<std::byte*>(address), length}};
}

Result<Mapping> Mapping::anonymous(Kernel& kernel, std::size_t length) {
  const auto page = kernel.page_size();
  const auto whole_pages = (length + page - 1) / page * page;
  void* const address =
      mmap(nullptr, whole_pages, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (address == MAP_FAILED)
    return std::unexpected{
        Error{.code = errno, .call = "mmap", .value = static_cast<std::int64_t>(length)}};
  return Mapping{{static_cast<std::byte*>(address), whole_pages}};
}

Mapping::~Mapping() {
  if (!bytes_.empty()) munmap(bytes_.data(), bytes_.size());
}

}  // namespace v4l2
