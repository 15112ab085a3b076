#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gst/video/video.h>

#include "element/gstv4l2cppsrc.h"
#include "fake/fake_kernel.h"
#include "rigs/check.h"

namespace rig {

inline constexpr auto path = "/dev/video0";
inline constexpr auto small_yuyv = "video/x-raw,format=YUY2,width=320,height=240,framerate=30/1";
inline constexpr std::size_t small_yuyv_size = std::size_t{320} * 240 * 2;

struct UnrefBuffer {
  void operator()(GstBuffer* buffer) const { gst_buffer_unref(buffer); }
};

using Buffer = std::unique_ptr<GstBuffer, UnrefBuffer>;

/// A Rig runs the element alone in a harness. The test steps the fake camera behind it.
class Rig {
public:
  explicit Rig(const fake::Model& model = fake::webcam(), const char* sink_caps = small_yuyv);
  Rig(const Rig&) = delete;
  Rig& operator=(const Rig&) = delete;
  ~Rig();

  void play() { gst_harness_play(harness); }

  void set_state(GstState state);
  /// Fills the next queued buffer, and waits until the element pushes it.
  Buffer next(const fake::FrameOptions& options = {});

  fake::FakeKernel kernel;
  std::shared_ptr<fake::Camera> camera;
  GstElement* element;
  GstHarness* harness;
};

/// Returns a new v4l2cppsrc that opens its devices in `kernel`. The caller owns the reference.
GstElement* new_element(fake::FakeKernel& kernel);

/// Sets a property from a text as gst-launch does: set(element, "on-disconnect", "wait").
void set(GstElement* element, const char* property, const std::string& value);

/// Whether every byte of `buffer` is what the fake painted into frame `sequence`.
bool shows(GstBuffer* buffer, std::uint32_t sequence);

/// Holdings count what this process holds, from /proc/self.
struct Holdings {
  std::size_t descriptors{};
  std::size_t plane_mappings{};  ///< of the fake's buffers, of DMABufs or of a device node
  std::size_t threads{};

  friend bool operator==(const Holdings&, const Holdings&) = default;
};

Holdings holdings();
/// Returns the holdings once everything after `before` should be released. It waits for joined
/// threads, which /proc shows a moment longer. GLib keeps up to two idle workers of its thread
/// pools (g_thread_pool_set_max_unused_threads()).
Holdings holdings_after(const Holdings& before);
inline constexpr std::size_t idle_workers = 2;
void fail_unless_same(const Holdings& before, const Holdings& after);

/// A FreeRun fills each queued buffer at once, as a camera in free run does.
class FreeRun {
public:
  explicit FreeRun(std::shared_ptr<fake::Camera> camera);
  FreeRun(const FreeRun&) = delete;
  FreeRun& operator=(const FreeRun&) = delete;
  ~FreeRun();

private:
  std::shared_ptr<fake::Camera> camera_;
  std::atomic<bool> running_{true};
  std::thread thread_;
};

/// Returns a field of the element's stats.
guint64 stat(GstElement* element, const char* name);

/// Returns the texts of all messages of a type, ERROR or WARNING, that were posted, but for those
/// that depend on the speed of the machine.
std::vector<std::string> texts_of(GstBus* bus, GstMessageType type);

}  // namespace rig
