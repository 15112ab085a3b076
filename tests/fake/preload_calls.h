#pragma once

// What the calls of a program do on the camera of the preload library. No type here depends on
// _FILE_OFFSET_BITS or _TIME_BITS, since the files that include this are compiled with other values
// of these.

#include <cstddef>
#include <cstdint>

#include <poll.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace fake {

bool is_ours(int descriptor);

/// Returns whether one of these is the fake's. It is inline, because GCC warns of uninitialized
/// memory where poll() passes its descriptors to another function.
inline bool any_ours(const pollfd* descriptors, nfds_t count) {
  for (nfds_t i = 0; i < count; ++i)
    if (is_ours(descriptors[i].fd)) return true;
  return false;
}

/// Returns whether one of the descriptors below `count` is the fake's.
bool any_ours(int count);
bool names_fake(const char* path);

int open_fake(const char* path, int flags);
/// The program has copied a descriptor. The descriptor need not be the fake's.
void copied(int descriptor, int copy);
/// The program will close a descriptor. The descriptor need not be the fake's.
void closing(int descriptor);
/// The caller is inside the fake.
int ioctl_fake(int descriptor, unsigned long request, void* argument);
void* mmap_fake(std::size_t length, int descriptor, std::int64_t offset);
int poll_fake(pollfd* descriptors, nfds_t count, int timeout_ms);
int select_fake(int count, fd_set* readable, fd_set* writable, fd_set* exceptional, int timeout_ms);

/// Returns a descriptor of what udev says of the camera, or -1 if the path is another.
int open_uevent(const char* path);

/// Describes the camera's node. Status is one of the C library's structures for stat().
template <class Status>
int describe(Status* status) {
  constexpr unsigned video_major = 81;
  constexpr unsigned minor_number = 250;
  *status = {};
  status->st_mode = S_IFCHR | 0660U;
  status->st_rdev = makedev(video_major, minor_number);
  status->st_nlink = 1;
  return 0;
}

/// Returns the milliseconds of a timespec.
template <class Timespec>
int to_ms(const Timespec* timeout) {
  if (timeout == nullptr) return -1;
  return static_cast<int>(timeout->tv_sec * 1000 + timeout->tv_nsec / 1000000);
}

/// Returns the milliseconds of a timeval.
template <class Timeval>
int select_ms(const Timeval* timeout) {
  if (timeout == nullptr) return -1;
  return static_cast<int>(timeout->tv_sec * 1000 + timeout->tv_usec / 1000);
}

}  // namespace fake
