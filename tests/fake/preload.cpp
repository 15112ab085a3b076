// This library serves the fake camera as /dev/video-fake to any program. With LD_PRELOAD v4l2src,
// v4l2-ctl and v4l2cppsrc run on the very same device. The camera always has a frame. Each call on
// it costs one real system call, as on a real device, which makes measurements comparable.
//
//   LD_PRELOAD=libv4l2fake.so v4l2-ctl -d /dev/video-fake --all
//
// preload_camera.h describes the words of V4L2CPP_FAKE, which change the camera.

// This macro would give open() and open64() one name. Both are defined here.
#undef _FILE_OFFSET_BITS

#include "fake/preload.h"

#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "fake/fake_kernel.h"
#include "fake/preload_camera.h"

using fake::Inside;
using fake::is_inside;
using fake::NextFunction;

namespace {

constexpr unsigned video_major = 81;
constexpr unsigned minor_number = 250;
/// v4l2-ctl reads the kind of a node's device here.
constexpr auto uevent_path = "/sys/dev/char/81:250/uevent";
constexpr std::string_view uevent{"MAJOR=81\nMINOR=250\nDEVNAME=video250\n"};

fake::FakeKernel& kernel() {
  return fake::preload_camera().kernel;
}

/// The flag is set while this thread is inside the fake.
thread_local bool inside = false;

/// The flags say which descriptors are the fake's. Every call of the program reads them, so a call
/// on another descriptor must not take a lock.
std::array<std::atomic<bool>, 65536> ours{};

bool is_ours(int descriptor) {
  return !is_inside() && descriptor >= 0 && static_cast<std::size_t>(descriptor) < ours.size() &&
         ours[static_cast<std::size_t>(descriptor)].load(std::memory_order_relaxed);
}

void mark(int descriptor, bool is) {
  if (descriptor >= 0 && static_cast<std::size_t>(descriptor) < ours.size())
    ours[static_cast<std::size_t>(descriptor)] = is;
}

int open_fake(const char* path, int flags) {
  const Inside guard;
  const int descriptor = fake::preload_camera().open(path, flags);
  mark(descriptor, true);
  return descriptor;
}

bool names_fake(const char* path) {
  return !is_inside() && path != nullptr && fake::PreloadCamera::is_at(path);
}

template <class Status>
int describe(Status* status) {
  *status = {};
  status->st_mode = S_IFCHR | 0660U;
  status->st_rdev = makedev(video_major, minor_number);
  status->st_nlink = 1;
  return 0;
}

void copied(int descriptor, int copy) {
  if (copy < 0 || !is_ours(descriptor)) return;
  const Inside guard;
  kernel().duplicated(descriptor, copy);
  mark(copy, true);
}

void closing(int descriptor) {
  if (!is_ours(descriptor)) return;
  const Inside guard;
  mark(descriptor, false);
  kernel().closed(descriptor);
}

bool any_ours(const pollfd* descriptors, nfds_t count) {
  for (nfds_t i = 0; i < count; ++i)
    if (is_ours(descriptors[i].fd)) return true;
  return false;
}

int poll_fake(pollfd* descriptors, nfds_t count, int timeout_ms) {
  const Inside guard;
  return kernel().poll({descriptors, count}, timeout_ms);
}

int to_ms(const timespec* timeout) {
  if (timeout == nullptr) return -1;
  return static_cast<int>(timeout->tv_sec * 1000 + timeout->tv_nsec / 1000000);
}

int select_fake(int count, fd_set* readable, fd_set* writable, fd_set* exceptional,
                int timeout_ms) {
  std::vector<pollfd> waits;
  const auto in = [](fd_set* set, int descriptor) {
    return set != nullptr && FD_ISSET(descriptor, set);
  };
  for (int descriptor = 0; descriptor < count; ++descriptor) {
    const int events = (in(readable, descriptor) ? POLLIN : 0) |
                       (in(writable, descriptor) ? POLLOUT : 0) |
                       (in(exceptional, descriptor) ? POLLPRI : 0);
    if (events != 0)
      waits.push_back({.fd = descriptor, .events = static_cast<short>(events), .revents = 0});
  }
  const int ready = poll_fake(waits.data(), waits.size(), timeout_ms);
  if (ready < 0) return ready;
  for (auto* const set : {readable, writable, exceptional})
    if (set != nullptr) FD_ZERO(set);
  int bits = 0;
  const auto put = [&bits](fd_set* set, int descriptor, bool is) {
    if (set == nullptr || !is) return;
    FD_SET(descriptor, set);
    ++bits;
  };
  for (const auto& wait : waits) {
    const bool trouble = (wait.revents & (POLLERR | POLLHUP)) != 0;
    put(readable, wait.fd,
        (wait.events & POLLIN) != 0 && ((wait.revents & POLLIN) != 0 || trouble));
    put(writable, wait.fd,
        (wait.events & POLLOUT) != 0 && ((wait.revents & POLLOUT) != 0 || trouble));
    put(exceptional, wait.fd, (wait.events & POLLPRI) != 0 && (wait.revents & POLLPRI) != 0);
  }
  return bits;
}

}  // namespace

bool fake::is_inside() {
  return inside;
}

fake::Inside::Inside() {
  inside = true;
}

fake::Inside::~Inside() {
  inside = false;
}

#define EXPORT extern "C" __attribute__((visibility("default")))

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

#define FCNTL(name)                                                                   \
  EXPORT int name(int descriptor, int command, ...) {                                 \
    static constinit NextFunction<int(int, int, ...)> real{#name};                    \
    va_list arguments;                                                                \
    va_start(arguments, command);                                                     \
    auto* const argument = va_arg(arguments, void*);                                  \
    va_end(arguments);                                                                \
    const int answer = real(descriptor, command, argument);                           \
    if (command == F_DUPFD || command == F_DUPFD_CLOEXEC) copied(descriptor, answer); \
    return answer;                                                                    \
  }
FCNTL(fcntl)
FCNTL(fcntl64)
#undef FCNTL

EXPORT int ioctl(int descriptor, unsigned long request, ...) {
  static constinit NextFunction<int(int, unsigned long, ...)> real{"ioctl"};
  va_list arguments;
  va_start(arguments, request);
  auto* const argument = va_arg(arguments, void*);
  va_end(arguments);
  if (!is_ours(descriptor)) return real(descriptor, request, argument);
  const Inside guard;
  // One real system call is made for each ioctl. An eventfd has no ioctls, so the call returns at
  // once.
  real(descriptor, request, argument);
  const int answer = kernel().ioctl(descriptor, request, argument);
  if (request == VIDIOC_DQBUF && answer == 0) fake::preload_camera().dequeued();
  return answer;
}

#define MMAP(name, offset_type)                                                                    \
  EXPORT void* name(void* address, size_t length, int protection, int flags, int descriptor,       \
                    offset_type offset) {                                                          \
    static constinit NextFunction<void*(void*, size_t, int, int, int, offset_type)> real{#name};   \
    if (!is_ours(descriptor)) return real(address, length, protection, flags, descriptor, offset); \
    const Inside guard;                                                                            \
    return kernel().mmap(length, descriptor, offset);                                              \
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

EXPORT int ppoll(pollfd* descriptors, nfds_t count, const timespec* timeout, const sigset_t* mask) {
  static constinit NextFunction<int(pollfd*, nfds_t, const timespec*, const sigset_t*)> real{
      "ppoll"};
  if (!any_ours(descriptors, count)) return real(descriptors, count, timeout, mask);
  return poll_fake(descriptors, count, to_ms(timeout));
}

EXPORT int __ppoll_chk(pollfd* descriptors, nfds_t count, const timespec* timeout,
                       const sigset_t* mask, size_t) {
  return ppoll(descriptors, count, timeout, mask);
}

EXPORT int select(int count, fd_set* readable, fd_set* writable, fd_set* exceptional,
                  timeval* timeout) {
  static constinit NextFunction<int(int, fd_set*, fd_set*, fd_set*, timeval*)> real{"select"};
  for (int descriptor = 0; descriptor < count; ++descriptor) {
    if (!is_ours(descriptor)) continue;
    const int timeout_ms = timeout == nullptr
                               ? -1
                               : static_cast<int>(timeout->tv_sec * 1000 + timeout->tv_usec / 1000);
    return select_fake(count, readable, writable, exceptional, timeout_ms);
  }
  return real(count, readable, writable, exceptional, timeout);
}

#define STAT(name, type)                                                       \
  EXPORT int name(const char* path, struct type* status) {                     \
    static constinit NextFunction<int(const char*, struct type*)> real{#name}; \
    return names_fake(path) ? describe(status) : real(path, status);           \
  }
STAT(stat, stat)
STAT(stat64, stat64)
STAT(lstat, stat)
STAT(lstat64, stat64)
#undef STAT

#define FSTAT(name, type)                                                     \
  EXPORT int name(int descriptor, struct type* status) {                      \
    static constinit NextFunction<int(int, struct type*)> real{#name};        \
    return is_ours(descriptor) ? describe(status) : real(descriptor, status); \
  }
FSTAT(fstat, stat)
FSTAT(fstat64, stat64)
#undef FSTAT

#define FOPEN(name)                                                             \
  EXPORT FILE* name(const char* path, const char* mode) {                       \
    static constinit NextFunction<FILE*(const char*, const char*)> real{#name}; \
    if (is_inside() || path == nullptr || std::strcmp(path, uevent_path) != 0)  \
      return real(path, mode);                                                  \
    const int content = memfd_create("uevent", MFD_CLOEXEC);                    \
    if (write(content, uevent.data(), uevent.size()) < 0) return nullptr;       \
    lseek(content, 0, SEEK_SET);                                                \
    return fdopen(content, mode);                                               \
  }
FOPEN(fopen)
FOPEN(fopen64)
#undef FOPEN

EXPORT int access(const char* path, int mode) {
  static constinit NextFunction<int(const char*, int)> real{"access"};
  return names_fake(path) ? 0 : real(path, mode);
}

// NOLINTEND(bugprone-reserved-identifier, readability-identifier-naming)
