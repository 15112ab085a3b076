#include "fuzz/process.h"

#include <algorithm>
#include <cerrno>
#include <cstdarg>

#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz/check.h"

namespace fuzz {
namespace {

Process* current{};

}  // namespace

Process::Process() {
  current = this;
}

Process::~Process() {
  check(std::ranges::none_of(descriptors_, &Descriptor::open), "every descriptor is closed");
  check(areas_.empty(), "every mapping is unmapped");
  current = nullptr;
}

Process* Process::running() {
  return current;
}

int Process::open_descriptor(off_t size) {
  // Each descriptor has a new number, so that a use after close() shows.
  descriptors_.push_back({.size = size, .open = true});
  return first + static_cast<int>(descriptors_.size()) - 1;
}

bool Process::is_open(int descriptor) const {
  const auto place = static_cast<std::size_t>(descriptor - first);
  return descriptor >= first && place < descriptors_.size() && descriptors_[place].open;
}

void* Process::map(std::size_t length) {
  areas_.push_back({.address = new std::byte[length], .length = length});
  return areas_.back().address;
}

bool Process::close(int descriptor) {
  if (!owns(descriptor)) return false;
  check(is_open(descriptor), "what is closed was open");
  descriptors_[static_cast<std::size_t>(descriptor - first)].open = false;
  return true;
}

bool Process::unmap(void* address, std::size_t length) {
  const auto area = std::ranges::find(areas_, address, &Area::address);
  if (area == areas_.end()) return false;
  check(area->length == length, "a mapping is unmapped whole");
  delete[] area->address;
  areas_.erase(area);
  return true;
}

off_t Process::size_of(int descriptor) const {
  check(is_open(descriptor), "what is measured is open");
  return descriptors_[static_cast<std::size_t>(descriptor - first)].size;
}

}  // namespace fuzz

// These are the linker's names for a replacement and for the replaced function. lseek() has the
// name lseek64() with large files, as everywhere in this project.
int wrapped_close(int descriptor) __asm__("__wrap_close");
int real_close(int descriptor) __asm__("__real_close");
int wrapped_munmap(void* address, std::size_t length) __asm__("__wrap_munmap");
int real_munmap(void* address, std::size_t length) __asm__("__real_munmap");
off_t wrapped_lseek(int descriptor, off_t offset, int whence) __asm__("__wrap_lseek64");
off_t real_lseek(int descriptor, off_t offset, int whence) __asm__("__real_lseek64");
int wrapped_ioctl(int descriptor, unsigned long request, ...) __asm__("__wrap_ioctl");
int real_ioctl(int descriptor, unsigned long request, ...) __asm__("__real_ioctl");

int wrapped_close(int descriptor) {
  auto* const process = fuzz::Process::running();
  return process != nullptr && process->close(descriptor) ? 0 : real_close(descriptor);
}

int wrapped_munmap(void* address, std::size_t length) {
  auto* const process = fuzz::Process::running();
  return process != nullptr && process->unmap(address, length) ? 0 : real_munmap(address, length);
}

off_t wrapped_lseek(int descriptor, off_t offset, int whence) {
  const auto* const process = fuzz::Process::running();
  if (process == nullptr || !fuzz::Process::owns(descriptor))
    return real_lseek(descriptor, offset, whence);
  if (whence == SEEK_SET) return offset;
  const auto size = process->size_of(descriptor);
  if (size < 0) errno = ESPIPE;
  return std::max<off_t>(size, -1);
}

int wrapped_ioctl(int descriptor, unsigned long request, ...) {
  auto* const process = fuzz::Process::running();
  if (process != nullptr && process->is_open(descriptor)) return process->synchronise();
  std::va_list arguments;
  va_start(arguments, request);
  auto* const argument = va_arg(arguments, void*);
  va_end(arguments);
  return real_ioctl(descriptor, request, argument);
}
