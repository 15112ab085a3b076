#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "fake/camera.h"
#include "fake/clock.h"
#include "fake/media.h"
#include "fake/sysfs.h"
#include "kernel/kernel.h"

namespace fake {

/// A kernel in which the cameras are the test's own. What is no camera's goes to the real kernel,
/// but for /dev/video*, where only what the test has plugged in exists.
class FakeKernel final : public v4l2::Kernel {
public:
  FakeKernel() = default;
  ~FakeKernel() override;

  /// Plugs a camera in at a path.
  std::shared_ptr<Camera> plug(const std::string& path, const Model& model);
  /// The same with faults from the beginning.
  std::shared_ptr<Camera> plug_with(const std::string& path, const Model& model,
                                    const std::function<void(Faults&)>& order);
  /// A media device, with its subdevices; its video nodes are plugged in like any other, and then
  /// attached.
  void plug_media(const std::string& path, const std::shared_ptr<MediaDevice>& media);
  /// From now on opening `path` fails with `error`.
  void refuse(const std::string& path, int error);
  /// Takes the node away and unplugs the camera behind it.
  void unplug(const std::string& path);

  /// Makes `path` a link to `target`, which may come later.
  void link(const std::string& path, const std::string& target);

  /// The clock that all here goes by: monotonic_time(), a poll() with a limit, the cameras' stamps.
  Clock& clock() { return *clock_; }

  /// Stops the clock at `now`; from then on time passes only as the test says. Without it, it is
  /// the real one.
  void set_time(std::chrono::nanoseconds now) { clock_->set(now); }

  /// Stops the clock where it is.
  void stop_clock() { clock_->set(clock_->now()); }

  /// Each ioctl takes so long, on a clock that nothing else moves.
  void set_latency(std::chrono::nanoseconds latency) {
    latency_ = latency.count();
    if (!clock_->stopped()) clock_->set({});
  }

  /// How many descriptors the program has open on the node at `path`.
  std::size_t open_count(const std::string& path);

  [[nodiscard]] unsigned poll_calls() const { return poll_calls_; }

  [[nodiscard]] unsigned read_calls() const { return read_calls_; }

  // The doors.

  int open(const char* path, int flags) override;
  int ioctl(int descriptor, unsigned long request, void* argument) override;
  void* mmap(std::size_t length, int descriptor, off_t offset) override;
  int poll(std::span<pollfd> descriptors, int timeout_ms) override;
  ssize_t read(int descriptor, std::span<std::byte> into) override;
  std::chrono::nanoseconds monotonic_time() override;
  std::vector<std::string> list(const char* directory) override;
  std::string read_text(const char* path) override;
  std::string real_path(const char* path) override;
  std::string device_number(const char* path) override;

  // For the preload library, which sees more of a program than the doors.

  [[nodiscard]] bool knows(int descriptor);
  void closed(int descriptor);
  /// `copy` was made of `descriptor` by dup() or its like.
  void duplicated(int descriptor, int copy);

private:
  struct Node;
  struct Handle;
  struct MediaHandle;

  std::shared_ptr<Handle> handle_of(int descriptor);
  std::shared_ptr<MediaHandle> media_handle_of(int descriptor);
  /// What a path is a link to, or itself.
  [[nodiscard]] std::string target_of(const std::string& path) const;
  /// Finds the descriptors that the program has closed without telling, as it may.
  void sweep();

  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Node>> nodes_;
  std::map<std::string, int> refusals_;
  std::map<std::string, std::string> links_;
  Sysfs sysfs_;
  std::map<int, std::shared_ptr<Handle>> handles_;  // by the program's descriptor

  struct MediaNode {
    std::shared_ptr<MediaDevice> device;
    std::string number;
  };

  std::map<std::string, MediaNode> media_nodes_;
  std::map<int, std::shared_ptr<MediaHandle>> media_handles_;
  std::shared_ptr<Clock> clock_{std::make_shared<Clock>()};
  std::atomic<std::int64_t> latency_{};
  std::atomic<unsigned> poll_calls_{};
  std::atomic<unsigned> read_calls_{};
};

}  // namespace fake
