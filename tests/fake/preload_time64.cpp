// The names that the C library has for a 64-bit time_t on 32 bits, as on Debian 13's armhf.
// preload.cpp has all others.

#include <cstdarg>

#include <fcntl.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/stat.h>

#include "fake/preload.h"
#include "fake/preload_calls.h"

#if __TIMESIZE == 32 && _TIME_BITS == 64

using fake::describe;
using fake::Inside;
using fake::is_ours;
using fake::names_fake;
using fake::NextFunction;

#define EXPORT extern "C" __attribute__((visibility("default")))

// NOLINTBEGIN(bugprone-reserved-identifier, readability-identifier-naming): the C library's names

EXPORT int __ioctl_time64(int descriptor, unsigned long request, ...) {
  static constinit NextFunction<int(int, unsigned long, ...)> real{"__ioctl_time64"};
  va_list arguments;
  va_start(arguments, request);
  auto* const argument = va_arg(arguments, void*);
  va_end(arguments);
  if (!is_ours(descriptor)) return real(descriptor, request, argument);
  const Inside guard;
  // One real system call, as ioctl() of preload.cpp makes it.
  real(descriptor, request, argument);
  return fake::ioctl_fake(descriptor, request, argument);
}

EXPORT int __fcntl_time64(int descriptor, int command, ...) {
  static constinit NextFunction<int(int, int, ...)> real{"__fcntl_time64"};
  va_list arguments;
  va_start(arguments, command);
  auto* const argument = va_arg(arguments, void*);
  va_end(arguments);
  const int answer = real(descriptor, command, argument);
  if (command == F_DUPFD || command == F_DUPFD_CLOEXEC) fake::copied(descriptor, answer);
  return answer;
}

EXPORT int __ppoll64(pollfd* descriptors, nfds_t count, const timespec* timeout,
                     const sigset_t* mask) {
  static constinit NextFunction<int(pollfd*, nfds_t, const timespec*, const sigset_t*)> real{
      "__ppoll64"};
  if (!fake::any_ours(descriptors, count)) return real(descriptors, count, timeout, mask);
  return fake::poll_fake(descriptors, count, fake::to_ms(timeout));
}

EXPORT int __ppoll64_chk(pollfd* descriptors, nfds_t count, const timespec* timeout,
                         const sigset_t* mask, size_t) {
  return __ppoll64(descriptors, count, timeout, mask);
}

EXPORT int __select64(int count, fd_set* readable, fd_set* writable, fd_set* exceptional,
                      timeval* timeout) {
  static constinit NextFunction<int(int, fd_set*, fd_set*, fd_set*, timeval*)> real{"__select64"};
  if (!fake::any_ours(count)) return real(count, readable, writable, exceptional, timeout);
  return fake::select_fake(count, readable, writable, exceptional, fake::select_ms(timeout));
}

EXPORT int __stat64_time64(const char* path, struct stat* status) {
  static constinit NextFunction<int(const char*, struct stat*)> real{"__stat64_time64"};
  return names_fake(path) ? describe(status) : real(path, status);
}

EXPORT int __lstat64_time64(const char* path, struct stat* status) {
  static constinit NextFunction<int(const char*, struct stat*)> real{"__lstat64_time64"};
  return names_fake(path) ? describe(status) : real(path, status);
}

EXPORT int __fstat64_time64(int descriptor, struct stat* status) {
  static constinit NextFunction<int(int, struct stat*)> real{"__fstat64_time64"};
  return is_ours(descriptor) ? describe(status) : real(descriptor, status);
}

// NOLINTEND(bugprone-reserved-identifier, readability-identifier-naming)

#endif
