#include "fake/preload_calls.h"

#include <array>
#include <atomic>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fake/fake_kernel.h"
#include "fake/preload.h"
#include "fake/preload_camera.h"

namespace fake {
namespace {

/// v4l2-ctl reads the kind of a node's device here.
constexpr auto uevent_path = "/sys/dev/char/81:250/uevent";
constexpr std::string_view uevent{"MAJOR=81\nMINOR=250\nDEVNAME=video250\n"};

FakeKernel& kernel() {
  return preload_camera().kernel;
}

/// The flag is set while this thread is inside the fake.
thread_local bool inside = false;

/// The flags say which descriptors are the fake's. Every call of the program reads them, so a call
/// on another descriptor must not take a lock.
std::array<std::atomic<bool>, 65536> ours{};

void mark(int descriptor, bool is) {
  if (descriptor >= 0 && static_cast<std::size_t>(descriptor) < ours.size())
    ours[static_cast<std::size_t>(descriptor)] = is;
}

}  // namespace

bool is_inside() {
  return inside;
}

Inside::Inside() {
  inside = true;
}

Inside::~Inside() {
  inside = false;
}

bool is_ours(int descriptor) {
  return !is_inside() && descriptor >= 0 && static_cast<std::size_t>(descriptor) < ours.size() &&
         ours[static_cast<std::size_t>(descriptor)].load(std::memory_order_relaxed);
}

bool any_ours(int count) {
  for (int descriptor = 0; descriptor < count; ++descriptor)
    if (is_ours(descriptor)) return true;
  return false;
}

bool names_fake(const char* path) {
  return !is_inside() && path != nullptr && PreloadCamera::is_at(path);
}

int open_fake(const char* path, int flags) {
  const Inside guard;
  const int descriptor = preload_camera().open(path, flags);
  mark(descriptor, true);
  return descriptor;
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

int ioctl_fake(int descriptor, unsigned long request, void* argument) {
  const int answer = kernel().ioctl(descriptor, request, argument);
  if (request == VIDIOC_DQBUF && answer == 0) preload_camera().dequeued();
  return answer;
}

void* mmap_fake(std::size_t length, int descriptor, std::int64_t offset) {
  const Inside guard;
  return kernel().mmap(length, descriptor, offset);
}

int poll_fake(pollfd* descriptors, nfds_t count, int timeout_ms) {
  const Inside guard;
  return kernel().poll({descriptors, count}, timeout_ms);
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

int open_uevent(const char* path) {
  if (is_inside() || path == nullptr || std::strcmp(path, uevent_path) != 0) return -1;
  const int content = memfd_create("uevent", MFD_CLOEXEC);
  if (write(content, uevent.data(), uevent.size()) >= 0) lseek(content, 0, SEEK_SET);
  return content;
}

}  // namespace fake
