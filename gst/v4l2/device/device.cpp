#include "device/device.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <limits>
#include <optional>
#include <string_view>

#include "device/media_topology.h"
#include "device/modes.h"
#include "device/ranges.h"
#include "kernel/node.h"

namespace v4l2 {
Device::Device(std::shared_ptr<const Node> node, const Capability& capability)
    : node_{std::move(node)},
      capability_{capability},
      reserves_buffers_{capability.reserves_buffers()},
      graph_{capability.behind_graph() ? read_media_graph(*node_, Extent::sender) : std::nullopt},
      modes_{std::make_shared<Modes>(node_, capability.buffer_type(), delivered())} {}

const std::string& Device::path() const {
  return node_->path();
}

void Device::renew_modes() {
  modes_ = std::make_shared<Modes>(node_, buffer_type(), delivered());
}

bool Device::captures_now() const {
  if (capability_.kind() != NodeKind::capture) return false;
  if (!graph_) return true;
  const auto graph = read_media_graph(*node_, Extent::pipeline);
  return !graph || judge(*graph, OwnFormat::open).set_up();
}

bool Device::look_at_graph() {
  if (!capability_.behind_graph()) return false;
  const auto before = delivered();
  graph_ = read_media_graph(*node_, Extent::sender);
  if (delivered() == before) return false;
  renew_modes();
  return true;
}

Result<Device> Device::open(Kernel& kernel, const std::string& path) {
  return identify(Node::open(kernel, path));
}

Result<Device> Device::of_descriptor(Kernel& kernel, int descriptor) {
  return identify(Node::copy_of(kernel, descriptor, name_of_descriptor(kernel, descriptor)));
}

/// Asks the node what it is.
Result<Device> Device::identify(Result<std::shared_ptr<const Node>> node) {
  if (!node) return std::unexpected{node.error()};
  Capability capability{};
  const auto identified = (*node)->call<v4l2_capability>(request::querycap, capability);
  if (!identified) return std::unexpected{identified.error()};
  return Device{std::move(*node), capability};
}

Result<Format> Device::format() const {
  v4l2_format wire{};
  wire.type = to_wire(buffer_type());
  const auto done = node_->call(request::g_fmt, wire);
  if (!done) return std::unexpected{done.error()};
  return from_wire(wire);
}

bool Device::lacks_format() const {
  const auto current = format();
  if (current || current.error().code != EINVAL) return false;
  const auto listed = modes_->formats();
  return !listed && listed.error().code == EINVAL;
}

void Device::release_format() const {
  if (capability_.reserves_buffers()) return;
  v4l2_requestbuffers none{};
  none.type = to_wire(buffer_type());
  none.memory = V4L2_MEMORY_MMAP;
  static_cast<void>(node_->call(request::reqbufs, none));
}

Result<Format> Device::set_format(const Format& wanted) const {
  auto wire = to_wire(wanted, buffer_type());
  const auto done = node_->call(request::s_fmt, wire);
  if (!done) return std::unexpected{done.error()};
  return from_wire(wire);
}

bool Device::may_export() const {
  if (!capability_.has(V4L2_CAP_STREAMING)) return false;
  // No buffer can have this index. A driver that has the call answers EINVAL, or EBUSY in uvcvideo
  // before there are buffers.
  v4l2_exportbuffer wire{};
  wire.type = to_wire(buffer_type());
  wire.index = std::numeric_limits<std::uint32_t>::max();
  const auto exported = node_->call(request::expbuf, wire);
  if (exported) const UniqueFd unwanted{wire.fd};
  return exported || exported.error().code != ENOTTY;
}

Result<IntervalAnswer> Device::set_interval(Interval wanted) const {
  v4l2_streamparm wire{};
  wire.type = to_wire(buffer_type());
  const auto told = node_->ask_in_passing(request::g_parm, wire);
  if (!told) return std::unexpected{told.error()};
  auto& capture = wire.parm.capture;
  if (!*told) wire.parm = {};
  wire.type = to_wire(buffer_type());
  std::ranges::fill(capture.reserved, 0);
  const auto interval_of = [&capture] {
    const auto [numerator, denominator] = capture.timeperframe;
    return Interval{.numerator = numerator, .denominator = denominator};
  };
  const auto before = interval_of();
  capture.timeperframe = {.numerator = wanted.numerator, .denominator = wanted.denominator};
  const auto set = node_->call(request::s_parm, wire);
  if (!set) {
    const int code = set.error().code;
    if (code == EINVAL) return IntervalAnswer{.interval = before, .refused = true};
    if (code == ENOTTY || code == ENODATA) return IntervalAnswer{.interval = before};
    return std::unexpected{set.error()};
  }
  // Without V4L2_CAP_TIMEPERFRAME the answer may be no more than an echo.
  const bool programmed = (capture.capability & V4L2_CAP_TIMEPERFRAME) != 0;
  const auto now = interval_of();
  return IntervalAnswer{.interval = programmed && now.known() ? now : before};
}

Result<Interval> Device::interval() const {
  v4l2_streamparm wire{};
  wire.type = to_wire(buffer_type());
  const auto supported = node_->ask(request::g_parm, wire);
  if (!supported) return std::unexpected{supported.error()};
  if (!*supported) return Interval{};
  const auto& period = wire.parm.capture.timeperframe;
  return Interval{.numerator = period.numerator, .denominator = period.denominator};
}

std::string number_of_descriptor(Kernel& kernel, int descriptor) {
  return kernel.device_number(("/proc/self/fd/" + std::to_string(descriptor)).c_str());
}

std::string name_of_descriptor(Kernel& kernel, int descriptor) {
  if (const auto number = number_of_descriptor(kernel, descriptor); !number.empty())
    for (auto& path : video_nodes(kernel))
      if (kernel.device_number(path.c_str()) == number) return std::move(path);
  return "descriptor " + std::to_string(descriptor);
}

std::optional<unsigned> node_number(std::string_view name) {
  constexpr std::string_view prefix{"video"};
  if (!name.starts_with(prefix)) return std::nullopt;
  const auto digits = name.substr(prefix.size());
  unsigned number{};
  const auto [end, problem] = std::from_chars(digits.begin(), digits.end(), number);
  if (problem != std::errc{} || end != digits.end()) return std::nullopt;
  return number;
}

std::vector<std::string> video_nodes(Kernel& kernel) {
  std::vector<unsigned> numbers;
  for (const auto& name : kernel.list("/dev"))
    if (const auto number = node_number(name)) numbers.push_back(*number);
  std::ranges::sort(numbers);
  std::vector<std::string> paths;
  paths.reserve(numbers.size());
  for (const unsigned number : numbers)
    paths.push_back("/dev/video" + std::to_string(number));
  return paths;
}

}  // namespace v4l2
