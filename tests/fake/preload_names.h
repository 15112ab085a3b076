#pragma once

// The functions that the C library has under several names, for another width of off_t or time_t. A
// file that uses these macros gets the types of its own _FILE_OFFSET_BITS and _TIME_BITS.

#include <cstdarg>

#include <fcntl.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/stat.h>

#include "fake/preload.h"
#include "fake/preload_calls.h"

#define EXPORT extern "C" __attribute__((visibility("default")))

// One real system call is made for each ioctl on the fake. An eventfd has no ioctls, so the call
// returns at once.
#define IOCTL(name)                                                                \
  EXPORT int name(int descriptor, unsigned long request, ...) {                    \
    static constinit fake::NextFunction<int(int, unsigned long, ...)> real{#name}; \
    va_list arguments;                                                             \
    va_start(arguments, request);                                                  \
    auto* const argument = va_arg(arguments, void*);                               \
    va_end(arguments);                                                             \
    if (!fake::is_ours(descriptor)) return real(descriptor, request, argument);    \
    const fake::Inside guard;                                                      \
    real(descriptor, request, argument);                                           \
    return fake::ioctl_fake(descriptor, request, argument);                        \
  }

#define FCNTL(name)                                                                         \
  EXPORT int name(int descriptor, int command, ...) {                                       \
    static constinit fake::NextFunction<int(int, int, ...)> real{#name};                    \
    va_list arguments;                                                                      \
    va_start(arguments, command);                                                           \
    auto* const argument = va_arg(arguments, void*);                                        \
    va_end(arguments);                                                                      \
    const int answer = real(descriptor, command, argument);                                 \
    if (command == F_DUPFD || command == F_DUPFD_CLOEXEC) fake::copied(descriptor, answer); \
    return answer;                                                                          \
  }

#define PPOLL(name)                                                                             \
  EXPORT int name(pollfd* descriptors, nfds_t count, const timespec* timeout,                   \
                  const sigset_t* mask) {                                                       \
    static constinit fake::NextFunction<int(pollfd*, nfds_t, const timespec*, const sigset_t*)> \
        real{#name};                                                                            \
    if (!fake::any_ours(descriptors, count)) return real(descriptors, count, timeout, mask);    \
    return fake::poll_fake(descriptors, count, fake::to_ms(timeout));                           \
  }

#define PPOLL_CHK(name, plain)                                                \
  EXPORT int name(pollfd* descriptors, nfds_t count, const timespec* timeout, \
                  const sigset_t* mask, size_t) {                             \
    return plain(descriptors, count, timeout, mask);                          \
  }

#define SELECT(name)                                                                            \
  EXPORT int name(int count, fd_set* readable, fd_set* writable, fd_set* exceptional,           \
                  timeval* timeout) {                                                           \
    static constinit fake::NextFunction<int(int, fd_set*, fd_set*, fd_set*, timeval*)> real{    \
        #name};                                                                                 \
    if (!fake::any_ours(count)) return real(count, readable, writable, exceptional, timeout);   \
    return fake::select_fake(count, readable, writable, exceptional, fake::select_ms(timeout)); \
  }

#define STAT(name, type)                                                             \
  EXPORT int name(const char* path, struct type* status) {                           \
    static constinit fake::NextFunction<int(const char*, struct type*)> real{#name}; \
    return fake::names_fake(path) ? fake::describe(status) : real(path, status);     \
  }

#define FSTAT(name, type)                                                                 \
  EXPORT int name(int descriptor, struct type* status) {                                  \
    static constinit fake::NextFunction<int(int, struct type*)> real{#name};              \
    return fake::is_ours(descriptor) ? fake::describe(status) : real(descriptor, status); \
  }
