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
#include "fake/page.h"
#include "fake/sysfs.h"
#include "kernel/kernel.h"

namespace fake {

/// A FakeKernel has the test's own cameras. Calls on other files go to the real kernel. Under
/// /dev/video* only the nodes exist that the test has plugged in.
class FakeKernel final : public v4l2::Kernel {
public:
  FakeKernel() = default;
  ~FakeKernel() override;

  /// Plugs in a camera at a path.
  std::shared_ptr<Camera> plug(const std::string& path, const Model& model);
  /// Plugs in a camera that has faults from the beginning.
  std::shared_ptr<Camera> plug_with(const std::string& path, const Model& model,
                                    const std::function<void(Faults&)>& order);
  /// Plugs in a media device with its subdevices. Its video nodes are plugged in like any other,
  /// and then attached.
  void plug_media(const std::string& path, const std::shared_ptr<MediaDevice>& media);
  /// Opening `path` fails with `error` from now on.
  void refuse(const std::string& path, int error);
  /// Ends what refuse() has begun.
  void allow(const std::string& path);
  /// Removes the device file at `path`. The camera stays plugged, as for a container that was not
  /// given its node. plug() undoes it.
  void hide(const std::string& path);
  /// Removes the node and unplugs its camera.
  void unplug(const std::string& path);

  /// Makes `path` a symbolic link to `target`, which may be plugged in later.
  void link(const std::string& path, const std::string& target);

  /// The clock of monotonic_time(), of poll() with a limit and of the cameras' timestamps.
  Clock& clock() { return *clock_; }

  /// Stops the clock at `now`. Without this call the clock is the real one.
  void set_time(std::chrono::nanoseconds now) { clock_->set(now); }

  /// What CLOCK_REALTIME shows when the clock shows 0. CLOCK_TAI is 37 s ahead of it.
  static constexpr std::chrono::seconds started{1'700'000'000};
  static constexpr std::chrono::seconds tai_ahead{37};

  /// Stops the clock at its present time.
  void stop_clock() { clock_->set(clock_->now()); }

  /// Each ioctl advances the clock by `latency`. The clock stops for this, so that nothing else
  /// moves it.
  void set_latency(std::chrono::nanoseconds latency) {
    latency_ = latency.count();
    if (!clock_->stopped()) clock_->set({});
  }

  /// Returns how many descriptors the program has open on the node at `path`.
  std::size_t open_count(const std::string& path);

  [[nodiscard]] unsigned poll_calls() const { return poll_calls_; }

  [[nodiscard]] unsigned read_calls() const { return read_calls_; }

  // The interface of v4l2::Kernel.

  int open(const char* path, int flags) override;
  int ioctl(int descriptor, unsigned long request, void* argument) override;
  void* mmap(std::size_t length, int descriptor, std::int64_t offset) override;
  int poll(std::span<pollfd> descriptors, int timeout_ms) override;
  ssize_t read(int descriptor, std::span<std::byte> into) override;
  std::chrono::nanoseconds monotonic_time() override;
  std::chrono::nanoseconds wall_time(clockid_t clock) override;
  std::vector<std::string> list(const char* directory) override;
  std::string read_text(const char* path) override;
  std::string real_path(const char* path) override;
  std::string device_number(const char* path) override;

  std::size_t page_size() override { return fake::page_size(); }

  // The preload library also sees calls that v4l2::Kernel does not have.

  [[nodiscard]] bool knows(int descriptor);
  void closed(int descriptor);
  /// The program has copied `descriptor` to `copy` with dup() or a similar call.
  void duplicated(int descriptor, int copy);

private:
  struct Node;
  struct Handle;
  struct MediaHandle;

  std::shared_ptr<Handle> handle_of(int descriptor);
  /// Takes a descriptor that the program has copied with fcntl() for the same open file.
  void adopt_copy(int descriptor);
  std::shared_ptr<MediaHandle> media_handle_of(int descriptor);
  /// Returns the target of a symbolic link, or the path itself.
  [[nodiscard]] std::string target_of(const std::string& path) const;
  /// Removes the handles whose descriptors the program has closed without a call to closed().
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
