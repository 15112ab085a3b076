// This library serves the fake camera as /dev/video-fake to any program. With LD_PRELOAD v4l2src,
// v4l2-ctl and v4l2cppsrc run on the very same device. The camera always has a frame. Each call on
// it costs one real system call, as on a real device, which makes measurements comparable.
//
//   LD_PRELOAD=libv4l2fake.so v4l2-ctl -d /dev/video-fake --all
//
// preload_camera.h describes the words of V4L2CPP_FAKE, which change the camera.
// preload_time64.cpp has the names of programs with a 64-bit time_t on 32 bits.

// These macros would give open() and open64() one name. Both are defined here.
#undef _TIME_BITS
#undef _FILE_OFFSET_BITS

#include "fake/preload.h"

#include <cstdarg>
#include <cstdio>

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fake/preload_calls.h"
#include "fake/preload_names.h"

using fake::any_ours;
using fake::closing;
using fake::copied;
using fake::is_ours;
using fake::names_fake;
using fake::NextFunction;
using fake::open_fake;
using fake::poll_fake;

// Each function replaces the C library's of its name. All of glibc's names for one call are here,
// since programs were compiled against any of them.

// NOLINTBEGIN(bugprone-reserved-identifier, readability-identifier-naming): the C library's names

#define OPEN(name)                                                         \
  EXPORT int name(const char* path, int flags, ...) {                      \
    if (names_fake(path)) return open_fake(path, flags);                   \
    static constinit NextFunction<int(const char*, int, ...)> real{#name}; \
    va_list arguments;                                                     \
    va_start(arguments, flags);                                            \
    const auto mode = va_arg(arguments, mode_t);                           \
    va_end(arguments);                                                     \
    return real(path, flags, mode);                                        \
  }
OPEN(open)
OPEN(open64)
#undef OPEN

#define OPEN_2(name)                                                  \
  EXPORT int name(const char* path, int flags) {                      \
    if (names_fake(path)) return open_fake(path, flags);              \
    static constinit NextFunction<int(const char*, int)> real{#name}; \
    return real(path, flags);                                         \
  }
OPEN_2(__open_2)
OPEN_2(__open64_2)
#undef OPEN_2

#define OPENAT(name)                                                            \
  EXPORT int name(int directory, const char* path, int flags, ...) {            \
    if (names_fake(path)) return open_fake(path, flags);                        \
    static constinit NextFunction<int(int, const char*, int, ...)> real{#name}; \
    va_list arguments;                                                          \
    va_start(arguments, flags);                                                 \
    const auto mode = va_arg(arguments, mode_t);                                \
    va_end(arguments);                                                          \
    return real(directory, path, flags, mode);                                  \
  }
OPENAT(openat)
OPENAT(openat64)
#undef OPENAT

EXPORT int close(int descriptor) {
  static constinit NextFunction<int(int)> real{"close"};
  closing(descriptor);
  return real(descriptor);
}

EXPORT int dup(int descriptor) {
  static constinit NextFunction<int(int)> real{"dup"};
  const int copy = real(descriptor);
  copied(descriptor, copy);
  return copy;
}

EXPORT int dup2(int descriptor, int copy) {
  static constinit NextFunction<int(int, int)> real{"dup2"};
  if (descriptor != copy) closing(copy);
  const int made = real(descriptor, copy);
  copied(descriptor, made);
  return made;
}

EXPORT int dup3(int descriptor, int copy, int flags) {
  static constinit NextFunction<int(int, int, int)> real{"dup3"};
  closing(copy);
  const int made = real(descriptor, copy, flags);
  copied(descriptor, made);
  return made;
}

FCNTL(fcntl)
FCNTL(fcntl64)

IOCTL(ioctl)

#define MMAP(name, offset_type)                                                                    \
  EXPORT void* name(void* address, size_t length, int protection, int flags, int descriptor,       \
                    offset_type offset) {                                                          \
    static constinit NextFunction<void*(void*, size_t, int, int, int, offset_type)> real{#name};   \
    if (!is_ours(descriptor)) return real(address, length, protection, flags, descriptor, offset); \
    return fake::mmap_fake(length, descriptor, offset);                                            \
  }
MMAP(mmap, off_t)
MMAP(mmap64, off64_t)
#undef MMAP

EXPORT int poll(pollfd* descriptors, nfds_t count, int timeout_ms) {
  static constinit NextFunction<int(pollfd*, nfds_t, int)> real{"poll"};
  if (!any_ours(descriptors, count)) return real(descriptors, count, timeout_ms);
  return poll_fake(descriptors, count, timeout_ms);
}

EXPORT int __poll_chk(pollfd* descriptors, nfds_t count, int timeout_ms, size_t) {
  return poll(descriptors, count, timeout_ms);
}

PPOLL(ppoll)
PPOLL_CHK(__ppoll_chk, ppoll)
SELECT(select)

STAT(stat, stat)
STAT(stat64, stat64)
STAT(lstat, stat)
STAT(lstat64, stat64)
FSTAT(fstat, stat)
FSTAT(fstat64, stat64)

#define FOPEN(name)                                                             \
  EXPORT FILE* name(const char* path, const char* mode) {                       \
    static constinit NextFunction<FILE*(const char*, const char*)> real{#name}; \
    const int uevent = fake::open_uevent(path);                                 \
    return uevent < 0 ? real(path, mode) : fdopen(uevent, mode);                \
  }
FOPEN(fopen)
FOPEN(fopen64)
#undef FOPEN

EXPORT int access(const char* path, int mode) {
  static constinit NextFunction<int(const char*, int)> real{"access"};
  return names_fake(path) ? 0 : real(path, mode);
}

// NOLINTEND(bugprone-reserved-identifier, readability-identifier-naming)
