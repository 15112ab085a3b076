#include "fake/fake_kernel.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <ranges>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fake/event_signal.h"

namespace fake {
namespace {

/// Returns the identity of an eventfd, whatever its descriptor's number (proc(5), "eventfd-id").
std::string identity_of(int descriptor) {
  std::ifstream info{"/proc/self/fdinfo/" + std::to_string(descriptor)};
  for (std::string line; std::getline(info, line);)
    if (line.starts_with("eventfd-id:")) return line;
  return {};
}

}  // namespace

/// A Node has a camera and the three signals that its pollers wait on. The program's descriptors
/// are copies of `news`, so that one signal wakes all pollers.
struct FakeKernel::Node {
  std::shared_ptr<Camera> camera;
  EventSignal news;
  EventSignal gone;
  EventSignal events;
  std::string identity{identity_of(news.descriptor())};
};

struct FakeKernel::Handle {
  std::shared_ptr<Node> node;
  bool blocking{};
  Opener opener{};

  Handle(std::shared_ptr<Node> opened, bool block) : node{std::move(opened)}, blocking{block} {}

  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  ~Handle() { node->camera->closed(opener); }
};

/// A program's descriptor of a media device is an eventfd of its own. No program polls it.
struct FakeKernel::MediaHandle {
  std::shared_ptr<MediaDevice> device;
  MediaDevice::Opener opener;
  std::string identity;
};

FakeKernel::~FakeKernel() {
  for (const auto& node : nodes_ | std::views::values)
    node->camera->listen({});
}

std::shared_ptr<Camera> FakeKernel::plug(const std::string& path, const Model& model) {
  return plug_with(path, model, [](Faults& /*faults*/) {});
}

std::shared_ptr<Camera> FakeKernel::plug_with(const std::string& path, const Model& model,
                                              const std::function<void(Faults&)>& order) {
  auto node = std::make_shared<Node>();
  node->camera = std::make_shared<Camera>(model, clock_);
  node->camera->fault(order);
  node->camera->listen([observer = std::weak_ptr{node}](Camera::Level level) {
    const auto alive = observer.lock();
    if (!alive) return;
    alive->news.set(level.news);
    alive->gone.set(level.gone);
    alive->events.set(level.event);
  });
  const std::lock_guard lock{mutex_};
  refusals_.erase(path);
  nodes_[path] = node;
  sysfs_.add(path, model);
  return node->camera;
}

void FakeKernel::plug_media(const std::string& path, const std::shared_ptr<MediaDevice>& media) {
  const std::lock_guard lock{mutex_};
  media_nodes_[path] = {.device = media, .number = "510:" + path.substr(path.size() - 1)};
  std::uint32_t minor = 128;
  for (const auto& subdevice : media->subdevices())
    media_nodes_[subdevice] = {.device = media, .number = "81:" + std::to_string(minor++)};
}

void FakeKernel::refuse(const std::string& path, int error) {
  const std::lock_guard lock{mutex_};
  refusals_[path] = error;
}

void FakeKernel::hide(const std::string& path) {
  const std::lock_guard lock{mutex_};
  nodes_.erase(path);
}

void FakeKernel::allow(const std::string& path) {
  const std::lock_guard lock{mutex_};
  refusals_.erase(path);
}

void FakeKernel::unplug(const std::string& path) {
  std::shared_ptr<Node> node;
  {
    const std::lock_guard lock{mutex_};
    node = nodes_.at(path);
    nodes_.erase(path);
    sysfs_.remove(path);
  }
  node->camera->unplug();
}

void FakeKernel::link(const std::string& path, const std::string& target) {
  const std::lock_guard lock{mutex_};
  links_[path] = target;
}

std::string FakeKernel::target_of(const std::string& path) const {
  const auto link = links_.find(path);
  return link == links_.end() ? path : link->second;
}

std::size_t FakeKernel::open_count(const std::string& path) {
  sweep();
  const std::lock_guard lock{mutex_};
  const auto node = nodes_.find(path);
  if (node == nodes_.end()) return 0;
  return static_cast<std::size_t>(
      std::ranges::count(handles_ | std::views::values, node->second,
                         [](const auto& handle) { return handle->node; }));
}

std::shared_ptr<FakeKernel::Handle> FakeKernel::handle_of(int descriptor) {
  const std::lock_guard lock{mutex_};
  const auto found = handles_.find(descriptor);
  return found == handles_.end() ? nullptr : found->second;
}

void FakeKernel::adopt_copy(int descriptor) {
  sweep();  // the number may have been that of a descriptor which is closed
  const auto identity = identity_of(descriptor);
  const std::lock_guard lock{mutex_};
  if (identity.empty() || handles_.contains(descriptor)) return;
  const auto original = std::ranges::find_if(
      handles_, [&](const auto& entry) { return entry.second->node->identity == identity; });
  if (original != handles_.end()) handles_[descriptor] = original->second;
}

std::shared_ptr<FakeKernel::MediaHandle> FakeKernel::media_handle_of(int descriptor) {
  const std::lock_guard lock{mutex_};
  const auto found = media_handles_.find(descriptor);
  return found == media_handles_.end() ? nullptr : found->second;
}

void FakeKernel::sweep() {
  std::vector<std::shared_ptr<Handle>> dead;  // destroyed after the mutex is released
  const std::lock_guard lock{mutex_};
  std::erase_if(media_handles_, [](const auto& entry) {
    return identity_of(entry.first) != entry.second->identity;
  });
  for (auto entry = handles_.begin(); entry != handles_.end();) {
    if (identity_of(entry->first) == entry->second->node->identity) {
      ++entry;
      continue;
    }
    dead.push_back(std::move(entry->second));
    entry = handles_.erase(entry);
  }
}

int FakeKernel::open(const char* name, int flags) {
  sweep();
  // A thread may close a descriptor after the sweep. Its number may be the new one's then.
  std::shared_ptr<Handle> former;  // destroyed after the mutex is released
  const std::lock_guard lock{mutex_};
  const auto path = target_of(name);
  if (const auto refusal = refusals_.find(path); refusal != refusals_.end()) {
    errno = refusal->second;
    return -1;
  }
  if (const auto media = media_nodes_.find(path); media != media_nodes_.end()) {
    const int descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (descriptor < 0) return descriptor;
    if (auto closed = handles_.extract(descriptor)) former = std::move(closed.mapped());
    media_handles_[descriptor] = std::make_shared<MediaHandle>(
        media->second.device, MediaDevice::Opener{path, {}}, identity_of(descriptor));
    return descriptor;
  }
  const auto node = nodes_.find(path);
  if (node == nodes_.end()) {
    if (!path.starts_with("/dev/video")) return ::open(path.c_str(), flags);
    errno = ENOENT;
    return -1;
  }
  const auto is_here = [&node](const auto& handle) {
    return handle->node == node->second;
  };
  if (node->second->camera->single_open() &&
      std::ranges::any_of(handles_ | std::views::values, is_here)) {
    errno = EBUSY;
    return -1;
  }
  const int descriptor = fcntl(node->second->news.descriptor(), F_DUPFD_CLOEXEC, 3);
  if (descriptor < 0) return descriptor;
  media_handles_.erase(descriptor);
  former = std::exchange(handles_[descriptor],
                         std::make_shared<Handle>(node->second, (flags & O_NONBLOCK) == 0));
  return descriptor;
}

int FakeKernel::ioctl(int descriptor, unsigned long request, void* argument) {
  if (const auto media = media_handle_of(descriptor)) {
    const int error = media->device->ioctl(media->opener, request, argument);
    if (error == 0) return 0;
    errno = error;
    return -1;
  }
  if (request == VIDIOC_QUERYCAP) adopt_copy(descriptor);
  const auto handle = handle_of(descriptor);
  if (!handle) return v4l2::system_kernel().ioctl(descriptor, request, argument);
  if (const auto latency = latency_.load(); latency != 0)
    clock_->add(std::chrono::nanoseconds{latency});
  // The opener that allocated the buffers may have closed its descriptor since.
  if (request == VIDIOC_S_FMT || request == VIDIOC_REQBUFS) sweep();
  const int error =
      handle->node->camera->ioctl(handle->opener, handle->blocking, request, argument);
  if (error == 0) return 0;
  errno = error;
  return -1;
}

void* FakeKernel::mmap(std::size_t length, int descriptor, std::int64_t offset) {
  const auto handle = handle_of(descriptor);
  if (!handle) return v4l2::system_kernel().mmap(length, descriptor, offset);
  const auto memory = handle->node->camera->memory_at(static_cast<std::uint32_t>(offset));
  const auto size = memory ? lseek(memory.get(), 0, SEEK_END) : 0;
  if (!memory || std::cmp_greater(length, size)) {
    errno = EINVAL;
    return MAP_FAILED;
  }
  return v4l2::system_kernel().mmap(length, memory.get(), 0);
}

int FakeKernel::poll(std::span<pollfd> descriptors, int timeout_ms) {
  ++poll_calls_;
  constexpr std::size_t most = 16;
  if (descriptors.size() > most) {
    errno = EINVAL;
    return -1;
  }
  std::array<std::shared_ptr<Handle>, most> handles;
  std::array<pollfd, 3 * most + 1> real{};
  std::size_t real_count = descriptors.size();
  for (std::size_t i = 0; i < descriptors.size(); ++i) {
    handles[i] = handle_of(descriptors[i].fd);
    real[i] = descriptors[i];
    if (!handles[i]) continue;
    // The camera decides which events a poll returns. These descriptors only wake the poll.
    if ((descriptors[i].events & POLLIN) == 0) real[i].fd = -1;
    real[i].events = POLLIN;
    real[real_count++] = {
        .fd = handles[i]->node->gone.descriptor(), .events = POLLIN, .revents = 0};
    if ((descriptors[i].events & POLLPRI) != 0)
      real[real_count++] = {
          .fd = handles[i]->node->events.descriptor(), .events = POLLIN, .revents = 0};
  }
  std::optional<Clock::Sleeper> sleeper;
  if (timeout_ms > 0 && clock_->stopped()) {
    const bool on_camera =
        std::ranges::any_of(handles, [](const auto& each) { return each != nullptr; });
    sleeper.emplace(*clock_, std::chrono::milliseconds{timeout_ms},
                    on_camera ? Clock::Waiters::all : Clock::Waiters::for_time_alone);
    real[real_count++] = {.fd = sleeper->descriptor(), .events = POLLIN, .revents = 0};
    timeout_ms = -1;
  }
  for (;;) {
    const int woken = ::poll(real.data(), real_count, timeout_ms);
    if (woken < 0) return woken;
    int ready = 0;
    for (std::size_t i = 0; i < descriptors.size(); ++i) {
      descriptors[i].revents = handles[i] ? handles[i]->node->camera->poll_mask(
                                                handles[i]->opener, descriptors[i].events)
                                          : real[i].revents;
      if (descriptors[i].revents != 0) ++ready;
    }
    if (ready > 0 || woken == 0 || (sleeper && sleeper->due())) return ready;
  }
}

ssize_t FakeKernel::read(int descriptor, std::span<std::byte> into) {
  const auto handle = handle_of(descriptor);
  if (!handle) return v4l2::system_kernel().read(descriptor, into);
  ++read_calls_;
  const auto got = handle->node->camera->read(handle->opener, handle->blocking, into);
  if (got >= 0) return got;
  errno = static_cast<int>(-got);
  return -1;
}

std::chrono::nanoseconds FakeKernel::monotonic_time() {
  return clock_->now();
}

std::chrono::nanoseconds FakeKernel::wall_time(clockid_t clock) {
  return started + (clock == CLOCK_TAI ? tai_ahead : std::chrono::seconds{}) + clock_->now();
}

std::vector<std::string> FakeKernel::list(const char* directory) {
  const std::string prefix = std::string{directory} + "/";
  std::vector<std::string> names;
  const std::lock_guard lock{mutex_};
  if (const std::string place{directory}; place.starts_with("/sys/")) return sysfs_.list(place);
  const auto add = [&](const std::string& path) {
    if (path.starts_with(prefix)) names.push_back(path.substr(prefix.size()));
  };
  for (const auto& path : nodes_ | std::views::keys)
    add(path);
  for (const auto& path : media_nodes_ | std::views::keys)
    add(path);
  for (const auto& path : refusals_ | std::views::keys)
    add(path);
  for (const auto& path : links_ | std::views::keys)
    add(path);
  return names;
}

std::string FakeKernel::read_text(const char* path) {
  const std::lock_guard lock{mutex_};
  return sysfs_.read_text(path).value_or(v4l2::system_kernel().read_text(path));
}

std::string FakeKernel::real_path(const char* path) {
  const std::lock_guard lock{mutex_};
  auto target = target_of(path);
  if (nodes_.contains(target)) return target;
  return sysfs_.real_path(target).value_or(v4l2::system_kernel().real_path(target.c_str()));
}

std::string FakeKernel::device_number(const char* path) {
  const std::lock_guard lock{mutex_};
  const auto target = target_of(path);
  constexpr std::string_view descriptors{"/proc/self/fd/"};
  if (target.starts_with(descriptors)) {
    const auto handle = handles_.find(std::stoi(target.substr(descriptors.size())));
    if (handle == handles_.end()) return {};
    for (const auto& [name, node] : nodes_)
      if (node == handle->second->node) return sysfs_.device_number(name);
    return {};
  }
  if (target.starts_with("/dev/video")) return sysfs_.device_number(target);
  if (const auto media = media_nodes_.find(target); media != media_nodes_.end())
    return media->second.number;
  return v4l2::system_kernel().device_number(target.c_str());
}

bool FakeKernel::knows(int descriptor) {
  return handle_of(descriptor) != nullptr;
}

void FakeKernel::closed(int descriptor) {
  std::shared_ptr<Handle> handle;  // destroyed after the mutex is released
  const std::lock_guard lock{mutex_};
  const auto found = handles_.find(descriptor);
  if (found == handles_.end()) return;
  handle = std::move(found->second);
  handles_.erase(found);
}

void FakeKernel::duplicated(int descriptor, int copy) {
  const std::lock_guard lock{mutex_};
  const auto found = handles_.find(descriptor);
  if (found != handles_.end()) handles_[copy] = found->second;
}

}  // namespace fake
