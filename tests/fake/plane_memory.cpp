#include "fake/plane_memory.h"

#include <cstdlib>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fake/page.h"

namespace fake {
namespace {

/// Returns a second open file of the memory. With dup() the kernel could not tell whether another
/// holder still has one.
v4l2::UniqueFd reopen(int descriptor) {
  const auto path = "/proc/self/fd/" + std::to_string(descriptor);
  return v4l2::UniqueFd{open(path.c_str(), O_RDWR | O_CLOEXEC)};
}

}  // namespace

PlaneMemory::PlaneMemory(std::size_t size) : size_{round_up(size, length_step())} {
  const auto whole = round_up(size_, page_size());
  const v4l2::UniqueFd first{memfd_create("fake-plane", MFD_CLOEXEC)};
  if (ftruncate(first.get(), static_cast<off_t>(whole)) != 0) std::abort();
  memory_ = reopen(first.get());
  // The camera paints through the first descriptor, whose mapping belongs to no reopened file. A
  // private view through /proc would count as a user.
  void* const address = mmap(nullptr, whole, PROT_READ | PROT_WRITE, MAP_SHARED, first.get(), 0);
  if (address == MAP_FAILED) std::abort();
  bytes_ = {static_cast<std::byte*>(address), whole};
}

PlaneMemory::~PlaneMemory() {
  if (memory_) munmap(bytes_.data(), bytes_.size());
}

v4l2::UniqueFd PlaneMemory::export_memory() const {
  return reopen(memory_.get());
}

bool PlaneMemory::in_use() const {
  // The kernel grants a write lease only to an inode's single open file (fcntl(2), F_SETLEASE).
  if (fcntl(memory_.get(), F_SETLEASE, F_WRLCK) != 0) return true;
  fcntl(memory_.get(), F_SETLEASE, F_UNLCK);
  return false;
}

}  // namespace fake
