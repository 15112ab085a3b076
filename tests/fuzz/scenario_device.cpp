// These steps use a device and check its answers.

#include <algorithm>
#include <array>
#include <ranges>
#include <string>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "device/media_mend.h"
#include "device/media_topology.h"
#include "device/modes.h"
#include "device/node_list.h"
#include "device/selector.h"
#include "fuzz/scenario.h"
#include "kernel/dmabuf.h"
#include "settings/hdr.h"
#include "settings/key_frame.h"
#include "settings/selection.h"

namespace fuzz {
namespace {

constexpr auto path = "/dev/video0";

void check_text(const std::string& text) {
  check(std::ranges::none_of(text, is_control), "a text has no control characters");
}

void check_format(const v4l2::Format& format) {
  check(format.plane_count >= 1 && format.plane_count <= VIDEO_MAX_PLANES,
        "a format has some planes");
  check_text(format.fourcc.to_string());
}

}  // namespace

void Scenario::open(std::uint8_t how) {
  close(how);
  const bool traced = (how & 2) != 0;
  auto device = v4l2::Device::open(traced ? static_cast<v4l2::Kernel&>(tracing_) : kernel_, path);
  if (!good(device)) return;
  device_.emplace(std::move(*device));
  const auto format = device_->format();
  if (!good(format)) return;
  check_format(*format);
  format_ = *format;
}

void Scenario::close(std::uint8_t how) {
  if ((how & 1) == 0) free(how);  // otherwise the rest keeps the node open
  device_.reset();
}

void Scenario::describe(std::uint8_t) {
  if (!device_) return;
  const auto& capability = device_->capability();
  check(!v4l2::describe(capability.kind()).empty(), "every kind of node has a name");
  check_text(capability.card_name());
  check_text(capability.driver_name());
  check_text(capability.bus());
  static_cast<void>(device_->may_export());
  static_cast<void>(good(device_->interval()));
}

void Scenario::set_format(std::uint8_t how) {
  if (!device_) return;
  constexpr std::array fourccs{V4L2_PIX_FMT_YUYV, V4L2_PIX_FMT_MJPEG, V4L2_PIX_FMT_NV12M};
  auto wanted = format_;
  wanted.fourcc = {fourccs[how % fourccs.size()]};
  wanted.convert = (how & 0x80) != 0;
  const auto format = device_->set_format(wanted);
  if (!good(format)) return;
  check_format(*format);
  format_ = *format;
}

void Scenario::set_interval(std::uint8_t how) {
  if (device_) static_cast<void>(good(device_->set_interval({.numerator = 1, .denominator = how})));
}

void Scenario::list_modes(std::uint8_t how) {
  if (!device_) return;
  if ((how & 0x80) != 0) device_->renew_modes();
  constexpr std::size_t enough = 3;
  auto& modes = *device_->modes();
  const auto formats = modes.formats();
  if (!good(formats)) return;
  check(!formats->empty(), "a device has a format");
  for (const auto& format : *formats)
    check_text(format.description);
  for (const auto& format : *formats | std::views::take(enough)) {
    const auto sizes = modes.sizes(format.fourcc);
    if (!good(sizes)) return;
    for (const auto& range : *sizes)
      check(range.smallest.width > 0 && range.smallest.height > 0 && range.step.width > 0 &&
                range.step.height > 0 && range.smallest.width <= range.largest.width &&
                range.smallest.height <= range.largest.height,
            "a size can be");
    for (const auto& range : *sizes | std::views::take(enough)) {
      const auto intervals = modes.intervals(format.fourcc, range.largest);
      if (!good(intervals)) return;
      for (const auto& interval : *intervals)
        check(interval.shortest.known() && interval.longest.known(), "an interval can be");
    }
  }
  static_cast<void>(good(modes.current()));
}

void Scenario::convert(std::uint8_t how) {
  const v4l2::OfferedFormat offered{
      .fourcc = {}, .flags = std::uint32_t{how} << 3U, .description = {}};
  const v4l2::Colorimetry wish{.colorspace = 1, .transfer = 1, .encoding = 1, .quantization = 1};
  const auto asked = offered.convertible(wish, format_.colorimetry);
  check(asked.colorspace == 1 || !offered.converts_colorspace(), "a wish that can be had is asked");
}

void Scenario::look_at_input(std::uint8_t) {
  if (!device_) return;
  const auto input = v4l2::current_input(*device_->node());
  if (!good(input)) return;
  input_ = *input;
  if (input_) check_text(input_->name);
}

void Scenario::follow_signal(std::uint8_t) {
  if (!device_ || !input_) return;
  const auto& node = *device_->node();
  static_cast<void>(good(v4l2::subscribe_source_change(node, input_->index)));
  const auto followed = v4l2::follow_signal(node, *input_);
  check(!good(followed) || input_->has_source() || followed->signal == v4l2::Signal::unknown,
        "of a camera there is no signal to know");
  static_cast<void>(v4l2::bottom_field_first(node, *input_));
}

void Scenario::fetch_events(std::uint8_t how) {
  kernel_.device().change_source();
  if (device_ && (how & 1) == 0) static_cast<void>(good(v4l2::source_changed(*device_->node())));
}

void Scenario::select(std::uint8_t) {
  if (!device_) return;
  const auto& node = *device_->node();
  const auto aspect = v4l2::pixel_aspect(node, format_.size);
  check(!good(aspect) || (aspect->width > 0 && aspect->height > 0), "a pixel has a shape");
  static_cast<void>(good(v4l2::composed(node)));
  static_cast<void>(good(v4l2::fill_frame(node)));
}

void Scenario::ask_controls(std::uint8_t) {
  if (!device_) return;
  const auto info = v4l2::hdr_info(*device_->node());
  check(!good(info) || !*info || (*info)->light_level || (*info)->mastering_display,
        "what is told of the picture is something");
  static_cast<void>(good(v4l2::force_key_frame(*device_->node())));
}

void Scenario::identify(std::uint8_t how) {
  // An execution would spend most of its time here.
  if (std::exchange(identified_, identity_.known())) return;
  const auto identity = v4l2::identity_of(kernel_, path);
  check(!v4l2::same_camera(identity, identity) || identity.known(), "the unknown is no camera");
  static_cast<void>(v4l2::same_camera(identity, identity_));
  static_cast<void>(identity.usb_bus());
  if ((how & 1) != 0) static_cast<void>(v4l2::find_camera(kernel_, identity_));
  if ((how & 2) != 0) static_cast<void>(v4l2::nodes_of(kernel_, identity_));
  identity_ = identity;
}

void Scenario::choose_node(std::uint8_t how) {
  static constexpr std::array<std::string_view, 10> texts{
      "serial=12*4", "usb=046D:????", "bus=1-1.2:1.0", "bus=platform:*", "card=c?m*a",
      "interface=0", "index=0",       "color=red",     "/dev/video=0",   "serial= ,card=*"};
  std::string text{texts[how % texts.size()]};
  if (how >= 128) text += "," + kernel_.read_text("/name");
  std::optional<v4l2::Selector> asked;
  if (v4l2::Selector::is_meant(text)) {
    auto selector = v4l2::Selector::parse(text);
    check(selector || text.contains(selector.error()), "the term that is none is of the text");
    if (selector) asked.emplace(std::move(*selector));
  }
  for (const auto& node : v4l2::list_nodes(kernel_)) {
    if (asked) static_cast<void>(asked->matches(node));
    if (node.id == node.path) continue;
    check_text(node.id);
    const auto own = v4l2::Selector::parse(node.id);
    check(own && own->matches(node), "the id of a node chooses the node");
  }
}

void Scenario::rearrange(std::uint8_t how) {
  kernel_.device().rearrange(how);
  if (device_) static_cast<void>(device_->look_at_graph());
}

void Scenario::read_graph(std::uint8_t how) {
  if (!device_) return;
  const auto& node = *device_->node();
  const auto graph =
      v4l2::read_media_graph(node, (how & 1) != 0 ? v4l2::Extent::all : v4l2::Extent::pipeline);
  if (!graph) return;
  check(graph->node < graph->entities.size(), "a graph has the node");
  for (const auto& pad : graph->pads)
    check(pad.entity < graph->entities.size(), "a pad is of an entity");
  for (const auto& link : graph->links)
    check(link.source < graph->pads.size() && link.sink < graph->pads.size() &&
              !graph->pads[link.source].sink && graph->pads[link.sink].sink,
          "a link leads from a source to a sink");
  const auto own = (how & 2) != 0 ? v4l2::OwnFormat::counts : v4l2::OwnFormat::open;
  for (const auto& clause : v4l2::describe(*graph, judge(*graph, own)))
    check_text(clause);
  const v4l2::Target target{.fourcc = format_.fourcc, .size = {.width = how, .height = 16}};
  for (const auto& line :
       commands_to_set_up(*graph, node, (how & 4) != 0 ? std::optional{target} : std::nullopt,
                          (how & 8) != 0 ? v4l2::Sources::other : v4l2::Sources::current)) {
    check_text(line);
    check(line.starts_with("media-ctl -d /dev/media") || line.starts_with("v4l2-ctl -d /dev/video"),
          "a command is one of two");
    check(std::ranges::count(line, '\'') == 2 && line.ends_with('\''),
          "a name ends no quotes of a shell");
    check(line.find_first_of("`$;|&\\") >= line.find('\''), "nothing stands outside of them");
  }
}

/// Calls the real kernel, with calls that neither fail nor take long.
void Scenario::use_system(std::uint8_t how) {
  if (how != 1) return;  // it is slow
  auto& system = v4l2::system_kernel();
  check(system.monotonic_time().count() > 0, "time goes on");
  check(!system.list("/").empty() && system.list("/dev/null").empty(), "a directory has names");
  check(system.read_text("/dev/null").empty(), "there is nothing in /dev/null");
  check(system.real_path("/dev/../dev/null") == "/dev/null", "a path is made plain");
  check(system.device_number("/dev/null") == "1:3", "a device has numbers");
  check(system.device_number("/").empty(), "a directory has none");
  const v4l2::UniqueFd null{system.open("/dev/null", O_RDWR | O_CLOEXEC)};
  std::array<std::byte, 1> byte{};
  check(system.read(null.get(), byte) == 0, "/dev/null is at its end");
  std::array asked{pollfd{.fd = null.get(), .events = POLLIN, .revents = 0}};
  check(system.poll(asked, 0) == 1, "/dev/null is ready");
  int number{};
  check(system.ioctl(null.get(), VIDIOC_G_INPUT, &number) == -1, "/dev/null has no inputs");
  check(!v4l2::Mapping::map(system, null.get(), byte.size(), 0), "/dev/null can't be mapped");
}

}  // namespace fuzz
