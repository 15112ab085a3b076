#include "conformance/target.h"

#include <array>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "device/text.h"
#include "fake/fake_kernel.h"
#include "fake/media.h"
#include "kernel/unique_fd.h"

namespace conformance {
namespace {

Target fake_target(std::string name, fake::Model (*model)()) {
  return {.name = std::move(name), .path = "/dev/video0", .begin = [model] {
            const auto kernel = std::make_shared<fake::FakeKernel>();
            const auto camera = kernel->plug("/dev/video0", model());
            return Target::Session{.kernel = kernel,
                                   .let_a_frame_come = [camera] { camera->fill_when_queued(); },
                                   .unplug = [kernel] { kernel->unplug("/dev/video0"); },
                                   .break_stream =
                                       [camera] {
                                         camera->fail_stream();
                                       }};
          }};
}

/// Returns a webcam with vivid's features on Linux 6.1, which a camera may lack.
fake::Model test_driver() {
  auto model = fake::webcam();
  model.controls = fake::all_kinds_of_controls();
  model.device_caps |= V4L2_CAP_READWRITE;
  model.removes = false;
  model.cache_hints = true;
  model.csc = true;
  model.pixel_aspect = {1, 1};
  return model;
}

fake::Model multiplanar_test_driver() {
  auto model = test_driver();
  const auto multiplanar = fake::multiplanar_camera();
  model.device_caps = multiplanar.device_caps | V4L2_CAP_READWRITE;
  model.formats = multiplanar.formats;
  return model;
}

/// These models have the features of vivid's HDMI and S-Video inputs.
fake::Model capture_card() {
  auto model = test_driver();
  model.input_capabilities = V4L2_IN_CAP_DV_TIMINGS;
  model.timings = {fake::timings_of(1280, 720, 60), fake::timings_of(720, 576, 50, true)};
  model.composes = true;
  model.echoes = true;
  return model;
}

fake::Model tv_card() {
  auto model = test_driver();
  model.standards = V4L2_STD_ALL;
  model.pixel_aspect = {54, 59};
  model.composes = true;
  return model;
}

/// These models have vivid's rectangles, as ccs_cap_mode chooses them.
fake::Model cropping_card() {
  auto model = capture_card();
  model.crops = true;
  return model;
}

fake::Model cropping_card_without_scaler() {
  auto model = cropping_card();
  model.scales = false;
  return model;
}

fake::Model card_that_only_crops() {
  auto model = cropping_card_without_scaler();
  model.composes = false;
  return model;
}

/// Returns a card whose driver takes no rectangle while buffers are allocated.
fake::Model card_that_crops_before_it_streams() {
  auto model = cropping_card();
  model.pans = false;
  model.crop_step = 8;
  return model;
}

/// vivid with all its inputs, of which the HDMI one is selected.
fake::Model many_inputs() {
  auto model = test_driver();
  const auto inputs = fake::many_inputs();
  model.unlike_inputs = {inputs.unlike_inputs.rbegin(), inputs.unlike_inputs.rend()};
  model.timings = inputs.timings;
  model.audio_inputs = inputs.audio_inputs;
  model.edid_blocks = inputs.edid_blocks;
  model.composes = true;
  return model;
}

/// The same with its TV input selected.
fake::Model tv_first() {
  auto model = many_inputs();
  std::swap(model.unlike_inputs[0], model.unlike_inputs[2]);
  return model;
}

/// vimc's capture node. The graph before it is set up for any picture.
fake::Model sensor_node() {
  return fake::graph_node("Fake Sensor");
}

/// Returns a function that presses vivid's button for it, or none.
std::function<void()> break_button(const std::string& path) {
  const v4l2::UniqueFd node{::open(path.c_str(), O_RDWR | O_CLOEXEC)};
  v4l2_queryctrl control{};
  do {
    control.id |= V4L2_CTRL_FLAG_NEXT_CTRL;
    if (ioctl(node.get(), VIDIOC_QUERYCTRL, &control) != 0) return {};
  } while (v4l2::text_of(control.name) != "Inject Fatal Streaming Error");
  return [path, id = control.id] {
    const v4l2::UniqueFd presser{::open(path.c_str(), O_RDWR | O_CLOEXEC)};
    v4l2_control press{.id = id, .value = 1};
    ASSERT_EQ(ioctl(presser.get(), VIDIOC_S_CTRL, &press), 0);
  };
}

Target fake_loopback_target() {
  return {.name = "fake_loopback", .path = "/dev/video0", .begin = [] {
            const auto kernel = std::make_shared<fake::FakeKernel>();
            const auto camera = kernel->plug("/dev/video0", fake::loopback());
            return Target::Session{
                .kernel = kernel,
                .let_a_frame_come = [camera] { camera->fill(); },
                .unplug = [] {},
                .end_producer = [camera] { camera->change_status(V4L2_IN_ST_NO_SIGNAL); },
                .break_stream = {}};
          }};
}

/// A Producer feeds a real loopback device. It writes a black frame on each call.
class Producer {
public:
  explicit Producer(const std::string& path) : node_{open(path.c_str(), O_RDWR | O_CLOEXEC)} {
    v4l2_format format{};
    format.type = V4L2_BUF_TYPE_VIDEO_OUTPUT;
    format.fmt.pix.width = 320;
    format.fmt.pix.height = 240;
    format.fmt.pix.pixelformat = V4L2_PIX_FMT_YUYV;
    EXPECT_EQ(ioctl(node_.get(), VIDIOC_S_FMT, &format), 0);
    write();  // the device captures only from now on
  }

  void write() {
    EXPECT_EQ(::write(node_.get(), frame_.data(), frame_.size()), std::ssize(frame_));
  }

private:
  v4l2::UniqueFd node_;
  std::vector<char> frame_ = std::vector<char>(std::size_t{320} * 240 * 2);
};

Target real_loopback_target(const std::string& path) {
  return {.name = "loopback", .path = path, .begin = [path] {
            const auto producer = std::make_shared<std::optional<Producer>>(path);
            return Target::Session{.kernel = {&v4l2::system_kernel(),
                                              [](v4l2::Kernel*) {
                                              }},
                                   .let_a_frame_come = [producer] { (*producer)->write(); },
                                   .unplug = [] {},
                                   .end_producer = [producer] { producer->reset(); },
                                   .break_stream = {}};
          }};
}

std::vector<Target>& registered() {
  static std::vector<Target> all;
  return all;
}

std::vector<Target>& registered_loopbacks() {
  static std::vector<Target> all;
  return all;
}

}  // namespace

const std::vector<Target>& targets() {
  return registered();
}

const std::vector<Target>& loopback_targets() {
  return registered_loopbacks();
}

void Belief::SetUp() {
  session = GetParam().begin();
  const auto device = v4l2::Device::open(*session.kernel, GetParam().path);
  ASSERT_TRUE(device) << GetParam().path << " can't be opened: " << device.error().code;
  type = device->buffer_type();
}

std::shared_ptr<const v4l2::Node> Belief::open() {
  auto node = v4l2::Node::open(*session.kernel, GetParam().path);
  return node ? *node : nullptr;
}

v4l2::Format Belief::set_format(const v4l2::Node& node) {
  v4l2::Format wanted;
  wanted.fourcc = {V4L2_PIX_FMT_YUYV};
  wanted.size = {.width = 320, .height = 240};
  auto wire = to_wire(wanted, type);
  EXPECT_EQ(errno_of(node, v4l2::request::s_fmt, wire), 0);
  const auto format = v4l2::from_wire(wire);
  plane_count = format.plane_count;
  return format;
}

std::uint32_t Belief::request(const v4l2::Node& node, std::uint32_t count, v4l2::Memory kind) {
  kind_in_use = kind;
  v4l2_requestbuffers wanted{};
  wanted.count = count;
  wanted.type = to_wire(type);
  wanted.memory = to_wire(kind);
  EXPECT_EQ(errno_of(node, v4l2::request::reqbufs, wanted), 0);
  return wanted.count;
}

std::uint32_t Belief::request_if_known(const v4l2::Node& node, std::uint32_t count,
                                       v4l2::Memory kind, std::uint32_t capability) {
  kind_in_use = kind;
  v4l2_requestbuffers wanted{};
  wanted.count = count;
  wanted.type = to_wire(type);
  wanted.memory = to_wire(kind);
  const auto error = errno_of(node, v4l2::request::reqbufs, wanted);
  EXPECT_EQ(error, (wanted.capabilities & capability) != 0 ? 0 : EINVAL);
  return error == 0 ? wanted.count : 0;
}

v4l2::WireBuffer Belief::buffer(std::uint32_t index) const {
  v4l2::WireBuffer wire{type, kind_in_use, plane_count};
  wire.set_index(index);
  return wire;
}

bool Belief::is_behind_graph(const v4l2::Node& node) {
  v4l2_capability capability{};
  EXPECT_EQ(errno_of(node, v4l2::request::querycap, capability), 0);
  return (capability.device_caps & V4L2_CAP_IO_MC) != 0;
}

int Belief::queue(const v4l2::Node& node, std::uint32_t index,
                  std::span<const v4l2::PlaneTarget> targets) {
  auto wire = buffer(index);
  for (std::size_t plane = 0; plane < targets.size(); ++plane)
    wire.set_plane(static_cast<std::uint32_t>(plane), targets[plane]);
  return errno_of(node, v4l2::request::qbuf, wire.wire());
}

int Belief::dequeue(const v4l2::Node& node, v4l2::WireBuffer& filled) {
  filled.clear();
  return errno_of(node, v4l2::request::dqbuf, filled.wire());
}

v4l2::WireBuffer Belief::next(const v4l2::Node& node) {
  session.let_a_frame_come();
  auto filled = buffer();
  constexpr int long_enough_ms = 20000;
  EXPECT_EQ(poll(node, POLLIN, long_enough_ms) & POLLIN, POLLIN);
  EXPECT_EQ(dequeue(node, filled), 0);
  return filled;
}

int Belief::stream_on(const v4l2::Node& node) {
  auto argument = static_cast<int>(to_wire(type));
  return errno_of(node, v4l2::request::streamon, argument);
}

int Belief::stream_off(const v4l2::Node& node) {
  auto argument = static_cast<int>(to_wire(type));
  return errno_of(node, v4l2::request::streamoff, argument);
}

short Belief::poll(const v4l2::Node& node, short events, int timeout_ms) {
  std::array wait{pollfd{.fd = node.descriptor(), .events = events, .revents = 0}};
  session.kernel->poll(wait, timeout_ms);
  return wait[0].revents;
}

}  // namespace conformance

int main(int argc, char** argv) {
  using conformance::Target;
  auto& targets = conformance::registered();
  // conformance --loopback PATH [gtest's own options]
  // conformance [--device PATH [--unplug COMMAND]] [gtest's own options]
  std::string device;
  std::string unplug;
  std::string loopback;
  for (int i = 1; i + 1 < argc; ++i) {
    if (std::string_view{argv[i]} == "--device") device = argv[i + 1];
    if (std::string_view{argv[i]} == "--unplug") unplug = argv[i + 1];
    if (std::string_view{argv[i]} == "--loopback") loopback = argv[i + 1];
  }
  if (!loopback.empty()) {
    conformance::registered_loopbacks().push_back(conformance::real_loopback_target(loopback));
  } else if (device.empty()) {
    conformance::registered_loopbacks().push_back(conformance::fake_loopback_target());
    targets.push_back(conformance::fake_target("fake", fake::webcam));
    targets.push_back(conformance::fake_target("fake_multiplanar", fake::multiplanar_camera));
    targets.push_back(conformance::fake_target("fake_test_driver", conformance::test_driver));
    targets.push_back(conformance::fake_target("fake_multiplanar_test_driver",
                                               conformance::multiplanar_test_driver));
    targets.push_back(conformance::fake_target("fake_capture_card", conformance::capture_card));
    targets.push_back(conformance::fake_target("fake_tv_card", conformance::tv_card));
    targets.push_back(conformance::fake_target("fake_cropping_card", conformance::cropping_card));
    targets.push_back(conformance::fake_target("fake_cropping_card_without_scaler",
                                               conformance::cropping_card_without_scaler));
    targets.push_back(
        conformance::fake_target("fake_card_that_only_crops", conformance::card_that_only_crops));
    targets.push_back(conformance::fake_target("fake_card_that_crops_before_it_streams",
                                               conformance::card_that_crops_before_it_streams));
    targets.push_back(conformance::fake_target("fake_many_inputs", conformance::many_inputs));
    targets.push_back(conformance::fake_target("fake_tv_first", conformance::tv_first));
    targets.push_back(conformance::fake_target("fake_sensor_node", conformance::sensor_node));
  } else {
    targets.push_back(
        {.name = "device", .path = device, .begin = [unplug, device] {
           return Target::Session{
               // The shared pointer must not destroy the system's kernel.
               .kernel = {&v4l2::system_kernel(),
                          [](v4l2::Kernel*) {
                          }},
               .let_a_frame_come = [] {},
               .unplug = [unplug] { ASSERT_EQ(std::system(unplug.c_str()), 0) << unplug; },
               .break_stream = conformance::break_button(device)};
         }});
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
