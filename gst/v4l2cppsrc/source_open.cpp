// How a Source opens its device and closes it.

#include <utility>

#include "graph_trouble.h"
#include "source.h"

namespace v4l2gst {

bool Source::open() {
  reported_ = false;
  const auto opened = [this]() -> Outcome<> {
    auto device = open_device();
    const std::lock_guard lock{context_};
    opened_for_ = settings().device;
    identity_ = {};
    card_.clear();
    former_caps_.reset();
    setup_.reset();
    former_setup_.reset();
    absence_.reset();
    next_look_ = {};
    pause_ = {};
    if (device) return adopt(std::move(*device));
    if (!may_wait_for(device.error())) return std::unexpected{device.error()};
    miss(device.error());
    return {};
  }();
  post_notices();
  if (!opened) report(opened.error());
  return opened.has_value();
}

Source::Outcome<> Source::adopt(v4l2::Device&& device) {
  auto input = v4l2::current_input(*device.node());
  if (!input) return std::unexpected{failed(device.path(), input.error(), "to ask for its input")};
  device_.emplace(std::move(device));
  input_ = std::move(*input);
  subscribed_ = false;
  forces_key_frames_ = true;
  signal_.reset();
  exports_ = device_->may_export();
  former_path_ = path();
  card_ = device_->capability().card_name();
  identity_ = v4l2::identity_of(*kernel_, path());
  update_facts();
  return {};
}

Source::Outcome<v4l2::Device> Source::open_device() const {
  const auto wanted = settings().device;
  if (wanted.empty()) return first_camera();
  auto device = v4l2::Device::open(*kernel_, wanted);
  if (!device) return std::unexpected{cannot_open(wanted, device.error())};
  const auto kind = device->capability().kind();
  if (kind != v4l2::NodeKind::capture)
    return std::unexpected{wrong_node(wanted, kind, sibling_of(*device))};
  return std::move(*device);
}

Source::Outcome<v4l2::Device> Source::first_camera() const {
  std::optional<Report> obstacle;
  for (const auto& node : v4l2::video_nodes(*kernel_)) {
    auto device = v4l2::Device::open(*kernel_, node);
    if (device && device->captures_now()) return std::move(*device);
    // Of several, the first is the one that the user most likely means.
    if (!device && !obstacle) obstacle = cannot_open(node, device.error());
    if (device && !obstacle) obstacle = graph_obstacle(*device);
  }
  return std::unexpected{obstacle.value_or(no_camera())};
}

std::string Source::sibling_of(const v4l2::Device& device) const {
  const auto bus = device.capability().bus();
  for (const auto& node : v4l2::video_nodes(*kernel_)) {
    const auto other = v4l2::Device::open(*kernel_, node);
    if (other && other->capability().kind() == v4l2::NodeKind::capture &&
        other->capability().bus() == bus)
      return node;
  }
  return {};
}

void Source::close() {
  const std::lock_guard lock{context_};
  capture_.reset();
  agreement_.reset();
  device_.reset();
  setup_.reset();
  former_setup_.reset();
  absence_.reset();
  update_facts();
}

}  // namespace v4l2gst
