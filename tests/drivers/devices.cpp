// Tests the device provider on real drivers: which nodes it lists, and what it tells while two
// identical USB cameras are plugged in and out and exchange their numbers. A third camera streams
// meanwhile. Prints TAP.
//   devices
// USBCAM_CONTROL_1, _2 and _3 are the control sockets of the cameras. The third one sends the same
// picture again and again.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <linux/videodev2.h>
#include <sys/ioctl.h>

#include <gst/gst.h>

#include "device/device.h"
#include "device/text.h"
#include "element/gstv4l2cppsrc.h"
#include "kernel/kernel.h"
#include "kernel/unique_fd.h"
#include "provider/gstv4l2cppdeviceprovider.h"
#include "rigs/rig.h"
#include "rigs/tap.h"
#include "rigs/usb_camera.h"

namespace {

constexpr int replugs = 20;

/// Returns the nodes that capture video now, and how many others there are, by ioctls of this
/// program.
struct Nodes {
  Nodes() {
    for (const auto& path : v4l2::video_nodes(v4l2::system_kernel())) {
      const v4l2::UniqueFd node{open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC)};
      v4l2_capability answer{};
      ioctl(node.get(), VIDIOC_QUERYCAP, &answer);
      const auto caps = answer.device_caps;
      v4l2_format format{};
      const bool multiplanar = (caps & V4L2_CAP_VIDEO_CAPTURE_MPLANE) != 0;
      format.type = multiplanar ? V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE : V4L2_BUF_TYPE_VIDEO_CAPTURE;
      const bool captures = (caps & (V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_CAPTURE_MPLANE)) != 0;
      const bool other =
          (caps & (V4L2_CAP_TOUCH | V4L2_CAP_VIDEO_M2M | V4L2_CAP_VIDEO_M2M_MPLANE)) != 0;
      const bool has_format = ioctl(node.get(), VIDIOC_G_FMT, &format) == 0;
      // v4l2loopback since 0.13 has a format without a producer.
      v4l2_input input{};
      const bool unfed = v4l2::text_of(answer.driver) == "v4l2 loopback" &&
                         ioctl(node.get(), VIDIOC_ENUMINPUT, &input) == 0 &&
                         (input.status & V4L2_IN_ST_NO_SIGNAL) != 0;
      (captures && !other && has_format && !unfed ? usable : unusable).push_back(path);
    }
  }

  std::vector<std::string> usable;
  std::vector<std::string> unusable;
};

std::string text_of(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words)
    text += (text.empty() ? "" : " ") + word;
  return text;
}

/// A device as the provider lists it.
struct Listed {
  explicit Listed(GstDevice* device) {
    auto* const properties = gst_device_get_properties(device);
    for (const auto& [member, name] : {std::pair{&path, "device.path"}, {&id, "device.id"}})
      if (const auto* const value = gst_structure_get_string(properties, name)) *member = value;
    gst_structure_free(properties);
  }

  std::string path;
  std::string id;
};

class Provider {
public:
  Provider()
      : provider_{gst_device_provider_factory_get_by_name("v4l2cppdeviceprovider")},
        bus_{gst_device_provider_get_bus(provider_)} {}

  Provider(const Provider&) = delete;
  Provider& operator=(const Provider&) = delete;

  ~Provider() {
    gst_object_unref(bus_);
    gst_object_unref(provider_);
  }

  [[nodiscard]] bool start() const { return gst_device_provider_start(provider_) != FALSE; }

  void stop() const { gst_device_provider_stop(provider_); }

  [[nodiscard]] std::vector<std::string> paths() const {
    std::vector<std::string> found;
    auto* const devices = gst_device_provider_get_devices(provider_);
    for (auto* at = devices; at != nullptr; at = at->next)
      found.push_back(Listed{GST_DEVICE(at->data)}.path);
    g_list_free_full(devices, gst_object_unref);
    return found;
  }

  /// Waits for a device of a camera that comes or goes. Others may change meanwhile, and that is
  /// printed.
  [[nodiscard]] Listed next(GstMessageType type) const {
    for (;;) {
      auto* const message = gst_bus_timed_pop(bus_, GST_CLOCK_TIME_NONE);
      const auto got = GST_MESSAGE_TYPE(message);
      GstDevice* device{};
      GstDevice* before{};
      if (got == GST_MESSAGE_DEVICE_ADDED)
        gst_message_parse_device_added(message, &device);
      else if (got == GST_MESSAGE_DEVICE_REMOVED)
        gst_message_parse_device_removed(message, &device);
      else if (got == GST_MESSAGE_DEVICE_CHANGED)
        gst_message_parse_device_changed(message, &device, &before);
      gst_message_unref(message);
      if (device == nullptr) continue;
      Listed listed{device};
      if (before != nullptr) gst_object_unref(before);
      gst_object_unref(device);
      if (got == type) return listed;
      real::Tap::explain(std::string{gst_message_type_get_name(got)} + " " + listed.path + ", " +
                         listed.id);
    }
  }

  void drain() const {
    while (auto* const message = gst_bus_pop(bus_))
      gst_message_unref(message);
  }

private:
  GstDeviceProvider* provider_;
  GstBus* bus_;
};

/// A stream of the third camera, whose frames are all the same.
class Stream {
public:
  Stream() {
    pipeline_ = gst_parse_launch(
        ("v4l2cppsrc name=source device=" + real::UsbCamera{"USBCAM_CONTROL_3"}.node() +
         " ! video/x-raw,format=YUY2,width=320,height=240,framerate=30/1 "
         "! fakesink name=sink signal-handoffs=true")
            .c_str(),
        nullptr);
    auto* const sink = gst_bin_get_by_name(GST_BIN(pipeline_), "sink");
    g_signal_connect(sink, "handoff", G_CALLBACK(on_frame), this);
    gst_object_unref(sink);
    gst_element_set_state(pipeline_, GST_STATE_PLAYING);
    wait_for(3);
  }

  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  ~Stream() {
    gst_element_set_state(pipeline_, GST_STATE_NULL);
    gst_object_unref(pipeline_);
  }

  /// Waits for so many frames more.
  void wait_for(unsigned count) const {
    const auto until = frames_.load() + count;
    for (auto now = frames_.load(); now < until; now = frames_.load())
      frames_.wait(now);
  }

  /// Returns whether each frame was the same and none is missing.
  [[nodiscard]] bool whole() const {
    auto* const source = gst_bin_get_by_name(GST_BIN(pipeline_), "source");
    std::uint64_t lost{};
    for (const auto* const name : {"lost-device", "lost-starved", "damaged"})
      lost += rig::stat(source, name);
    gst_object_unref(source);
    real::Tap::explain(std::to_string(frames_) + " frames, " + std::to_string(different_) +
                       " of them different, " + std::to_string(lost) + " lost");
    return different_ == 0 && lost == 0;
  }

private:
  static void on_frame(GstElement* /*sink*/, GstBuffer* buffer, GstPad* /*pad*/, gpointer self) {
    auto& stream = *static_cast<Stream*>(self);
    GstMapInfo map;
    gst_buffer_map(buffer, &map, GST_MAP_READ);
    const std::string bytes{reinterpret_cast<const char*>(map.data), map.size};
    gst_buffer_unmap(buffer, &map);
    if (stream.frames_ == 0) stream.first_ = bytes;
    if (stream.first_ != bytes) ++stream.different_;
    ++stream.frames_;
    stream.frames_.notify_all();
  }

  GstElement* pipeline_;
  std::string first_;
  std::atomic<unsigned> frames_{};
  std::atomic<unsigned> different_{};
};

/// Plugs two cameras in and out, each in a port of its own. The one that comes first gets the lower
/// number.
class Replugs {
public:
  explicit Replugs(const Provider& provider) : provider_{provider} {}

  void unplug_both() {
    for (const auto& camera : cameras_)
      camera.unplug();
    const auto gone = Clock::now();
    for (std::size_t i = 0; i < cameras_.size(); ++i)
      static_cast<void>(provider_.next(GST_MESSAGE_DEVICE_REMOVED));
    note(gone);
  }

  /// Plugs in camera 0 or 1. Returns what was added.
  Listed plug(std::size_t which) {
    // The lower ports may be those with which the cameras began.
    cameras_.at(which).plug(8 + static_cast<int>(which));
    const auto there = Clock::now();
    auto added = provider_.next(GST_MESSAGE_DEVICE_ADDED);
    note(there);
    if (added.path != cameras_.at(which).node()) wrong_path_ = true;
    paths_[which].push_back(added.path);
    return added;
  }

  [[nodiscard]] bool right_paths() const { return !wrong_path_; }

  /// Returns whether each camera had at least two numbers.
  [[nodiscard]] bool swapped() const {
    return std::ranges::all_of(paths_, [](const auto& of_one) {
      return std::ranges::adjacent_find(of_one.second, std::not_equal_to{}) != of_one.second.end();
    });
  }

  [[nodiscard]] std::chrono::milliseconds longest() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(longest_);
  }

private:
  using Clock = std::chrono::steady_clock;

  void note(Clock::time_point since) { longest_ = std::max(longest_, Clock::now() - since); }

  const Provider& provider_;
  std::vector<real::UsbCamera> cameras_{real::UsbCamera{"USBCAM_CONTROL_1"},
                                        real::UsbCamera{"USBCAM_CONTROL_2"}};
  std::map<std::size_t, std::vector<std::string>> paths_;
  bool wrong_path_{};
  Clock::duration longest_{};
};

/// Lists the paths of all devices that an application sees, each with its type in front.
std::vector<std::string> seen_by_applications() {
  auto* const monitor = gst_device_monitor_new();
  gst_device_monitor_add_filter(monitor, "Video/Source", nullptr);
  std::vector<std::string> seen;
  auto* const devices = gst_device_monitor_get_devices(monitor);
  for (auto* at = devices; at != nullptr; at = at->next)
    seen.push_back(std::string{G_OBJECT_TYPE_NAME(at->data)} + ":" +
                   Listed{GST_DEVICE(at->data)}.path);
  g_list_free_full(devices, gst_object_unref);
  gst_object_unref(monitor);
  return seen;
}

/// Tests that the provider takes the place of v4l2src's if it has a rank, and only then.
void test_rank(real::Tap& tap, const Nodes& nodes) {
  const auto is_ours = [](const std::string& device) {
    return device.starts_with("GstV4l2CppDevice:");
  };
  const auto without = seen_by_applications();
  real::Tap::explain("without a rank: " + text_of(without));
  tap.point(!without.empty() && std::ranges::none_of(without, is_ours),
            "without a rank an application sees v4l2src's devices");
  auto* const feature = gst_registry_lookup_feature(gst_registry_get(), "v4l2cppdeviceprovider");
  gst_plugin_feature_set_rank(feature, GST_RANK_PRIMARY + 1);
  gst_object_unref(feature);
  const auto with = seen_by_applications();
  real::Tap::explain("with a rank: " + text_of(with));
  tap.point(with.size() == nodes.usable.size() && std::ranges::all_of(with, is_ours),
            "with a rank it sees each device once");
}

void test_list(real::Tap& tap, const Provider& provider, const Nodes& nodes) {
  const auto listed = provider.paths();
  real::Tap::explain("usable: " + text_of(nodes.usable) + "; others: " + text_of(nodes.unusable));
  real::Tap::explain("listed: " + text_of(listed));
  tap.point(listed == nodes.usable && nodes.usable.size() >= 4 && nodes.unusable.size() >= 5,
            "exactly the nodes are listed that capture now");
}

void test_replugs(real::Tap& tap, const Provider& provider) {
  Replugs cameras{provider};
  cameras.unplug_both();
  const auto left = cameras.plug(0).id;
  const auto right = cameras.plug(1).id;
  bool stable = left != right;
  for (int cycle = 1; cycle < replugs; ++cycle) {
    cameras.unplug_both();
    const bool swap = cycle % 2 != 0;
    const auto one = cameras.plug(swap ? 1 : 0).id;
    const auto other = cameras.plug(swap ? 0 : 1).id;
    stable = stable && (swap ? other : one) == left && (swap ? one : other) == right;
  }
  real::Tap::explain("ids: " + left + " and " + right);
  tap.point(stable, "the ids are the same after each replug");
  tap.point(cameras.swapped() && cameras.right_paths(),
            "the numbers were exchanged, and each path is that of its camera");
  real::Tap::explain("the longest wait: " + std::to_string(cameras.longest().count()) + " ms");
  tap.point(cameras.longest() < std::chrono::seconds{1}, "each change is told within a second");
}

}  // namespace

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  gst_v4l2_cpp_src_register(nullptr);
  gst_v4l2_cpp_device_provider_register(nullptr);
  real::Tap tap;
  const Nodes nodes;
  test_rank(tap, nodes);
  const Provider provider;
  {
    const Stream stream;
    test_list(tap, provider, nodes);
    tap.point(provider.start(), "the provider starts");
    test_list(tap, provider, nodes);
    provider.drain();
    test_replugs(tap, provider);
    provider.stop();
    stream.wait_for(3);
    tap.point(stream.whole(), "a stream goes on byte for byte meanwhile");
  }
  return tap.end();
}
