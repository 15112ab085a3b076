// Unplugs a USB camera and plugs it in again, in one pipeline. Its node may change, and another
// camera may get its number. USBCAM_CONTROL_1 and _2 are the control sockets of two cameras, and
// _DEVICE_1 and _2 their nodes.

#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <fcntl.h>
#include <linux/videodev2.h>
#include <sys/ioctl.h>

#include "kernel/unique_fd.h"
#include "rigs/check.h"
#include "rigs/rig.h"
#include "rigs/suite.h"
#include "rigs/usb_camera.h"

using rig::Buffer;

namespace {

/// Camera 1 or 2.
real::UsbCamera camera_of(int number) {
  return real::UsbCamera{"USBCAM_CONTROL_" + std::to_string(number)};
}

/// Plugs in a camera that must be there, and unplugs one that must not.
void unplug(int camera) {
  camera_of(camera).tell("unplug");
}

void plug(int camera, int port) {
  camera_of(camera).tell("plug " + std::to_string(port));
  camera_of(camera).wait_for_node();
}

/// Returns the path of the camera's node.
std::string node_of(int camera) {
  return camera_of(camera).node();
}

/// The element in front of a camera, with on-disconnect=wait.
class Follower {
public:
  explicit Follower(int camera) {
    gst_v4l2_cpp_src_register(nullptr);
    element = gst_element_factory_make("v4l2cppsrc", nullptr);
    gst_object_ref_sink(element);
    bus = gst_bus_new();
    gst_element_set_bus(element, bus);
    g_object_set(element, "device", node_of(camera).c_str(), nullptr);
    rig::set(element, "on-disconnect", "wait");
    rig::set(element, "on-starved", "drop");  // keeps the number of buffers
    harness = gst_harness_new_with_element(element, nullptr, "src");
    gst_harness_use_systemclock(harness);
    gst_harness_set_sink_caps_str(harness,
                                  "video/x-raw,format=YUY2,width=320,height=240,framerate=30/1");
    gst_harness_play(harness);
  }

  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  ~Follower() {
    gst_element_set_state(element, GST_STATE_NULL);
    gst_element_set_bus(element, nullptr);
    gst_object_unref(bus);
    gst_harness_teardown(harness);
    gst_object_unref(element);
  }

  /// Returns the next frame. Its PTS must not be earlier than the one before.
  Buffer next() {
    Buffer buffer{gst_harness_pull(harness)};
    for (const auto& text : rig::texts_of(bus, GST_MESSAGE_ERROR))
      ck_abort_msg("%s", text.c_str());
    fail_unless(buffer != nullptr);
    fail_unless(GST_BUFFER_PTS(buffer.get()) >= last_);
    last_ = GST_BUFFER_PTS(buffer.get());
    return buffer;
  }

  /// Drops frames until the first one that was captured after the return.
  void next_after_return() {
    while (!GST_BUFFER_FLAG_IS_SET(next().get(), GST_BUFFER_FLAG_DISCONT)) {
    }
  }

  /// Waits until the element reports this, and drops the frames before it.
  void wait_for(const char* state) {
    for (;;) {
      auto* const message =
          gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_ELEMENT);
      const bool found =
          std::strcmp(gst_structure_get_string(gst_message_get_structure(message), "state"),
                      state) == 0;
      gst_message_unref(message);
      if (found) break;
    }
  }

  void drain() {
    while (auto* const rest = gst_harness_try_pull(harness))
      gst_buffer_unref(rest);
  }

  [[nodiscard]] std::string device() const {
    gchar* path{};
    g_object_get(element, "opened-device", &path, nullptr);
    std::string text{path};
    g_free(path);
    return text;
  }

  GstElement* element;
  GstBus* bus;
  GstHarness* harness;

private:
  GstClockTime last_{};
};

std::size_t resident_kilobytes() {
  std::ifstream status{"/proc/self/status"};
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:")) return std::stoul(line.substr(6));
  return 0;
}

}  // namespace

GST_START_TEST(test_a_hundred_returns_in_one_pipeline) {
  using Clock = std::chrono::steady_clock;
  Follower follower{1};
  rig::Holdings first{};
  std::size_t first_memory{};
  Clock::duration longest{};
  for (int cycle = 0; cycle < 100; ++cycle) {
    follower.next();
    // The first return creates what is created once.
    if (cycle == 10) {
      first = rig::holdings();
      first_memory = resident_kilobytes();
    }
    unplug(1);
    follower.wait_for("waiting");
    follower.drain();
    plug(1, 2 + (cycle % 2));
    const auto there = Clock::now();
    follower.next_after_return();
    longest = std::max(longest, Clock::now() - there);
    fail_unless(follower.device() == node_of(1));
  }
  rig::fail_unless_same(first, rig::holdings());
  const auto memory = resident_kilobytes();
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(longest).count();
  g_printerr(
      "# the longest wait from the node's return to a frame: %d ms; memory %zu kB, then %zu\n",
      static_cast<int>(milliseconds), first_memory, memory);
  fail_unless(longest < std::chrono::seconds{2});
  fail_unless(memory < first_memory + 2048);
}

GST_END_TEST

/// Sets a control through another descriptor, as another program would.
static void set_control(const std::string& node, std::uint32_t id, std::int32_t value) {
  const v4l2::UniqueFd descriptor{open(node.c_str(), O_RDWR | O_CLOEXEC)};
  v4l2_control control{.id = id, .value = value};
  fail_unless_equals_int(ioctl(descriptor.get(), VIDIOC_S_CTRL, &control), 0);
}

/// Returns the camera's own value, not the value that its driver remembers.
static int control_of_camera(int camera, const std::string& name) {
  return std::stoi(camera_of(camera).answer_to("get " + name));
}

GST_START_TEST(test_controls_are_set_again) {
  Follower follower{1};
  follower.next();
  for (int cycle = 1; cycle <= 5; ++cycle) {
    const auto node = node_of(1);
    set_control(node, V4L2_CID_BRIGHTNESS, 10 * cycle);
    set_control(node, V4L2_CID_EXPOSURE_AUTO, V4L2_EXPOSURE_MANUAL);
    set_control(node, V4L2_CID_EXPOSURE_ABSOLUTE, 100 + cycle);
    set_control(node, V4L2_CID_AUTO_WHITE_BALANCE, 0);
    set_control(node, V4L2_CID_WHITE_BALANCE_TEMPERATURE, 3000 + 10 * cycle);
    // The messages come before the frames that follow them.
    follower.drain();
    for (int frame = 0; frame < 3; ++frame)
      follower.next();
    unplug(1);
    follower.wait_for("waiting");
    follower.drain();
    fail_unless_equals_int(control_of_camera(1, "brightness"), 0);
    plug(1, 2 + (cycle % 2));
    follower.next_after_return();
    fail_unless_equals_int(control_of_camera(1, "brightness"), 10 * cycle);
    fail_unless_equals_int(control_of_camera(1, "auto_exposure"), 1);
    fail_unless_equals_int(control_of_camera(1, "exposure_time_absolute"), 100 + cycle);
    fail_unless_equals_int(control_of_camera(1, "white_balance_automatic"), 0);
    fail_unless_equals_int(control_of_camera(1, "white_balance_temperature"), 3000 + 10 * cycle);
    fail_unless_equals_int(control_of_camera(1, "contrast"), 32);
  }
}

GST_END_TEST

GST_START_TEST(test_another_camera_takes_the_number) {
  Follower follower{1};
  follower.next();
  unplug(2);
  const auto former = node_of(1);
  unplug(1);
  follower.wait_for("waiting");
  plug(2, 0);
  fail_unless(node_of(2) == former);
  plug(1, 1);
  follower.drain();
  follower.next_after_return();
  fail_unless(follower.device() == node_of(1));
}

GST_END_TEST

GST_START_TEST(test_two_cameras_change_places) {
  Follower one{1};
  Follower other{2};
  for (int swap = 0; swap < 4; ++swap) {
    one.next();
    other.next();
    unplug(1);
    unplug(2);
    one.wait_for("waiting");
    other.wait_for("waiting");
    one.drain();
    other.drain();
    plug(2, swap % 2);
    plug(1, 1 - (swap % 2));
    one.next_after_return();
    other.next_after_return();
    fail_unless(one.device() == node_of(1));
    fail_unless(other.device() == node_of(2));
  }
}

GST_END_TEST

static Suite* replug_suite() {
  return suite_of("replug", {
                                TEST(test_a_hundred_returns_in_one_pipeline),
                                TEST(test_controls_are_set_again),
                                TEST(test_another_camera_takes_the_number),
                                TEST(test_two_cameras_change_places),
                            });
}

SUITE_MAIN(replug_suite)
