// How a Source opens its device and closes it.

#include <utility>

#include "common/log.h"
#include "negotiation/graph_trouble.h"
#include "session/source.h"

namespace v4l2gst {

/// Through which kernel the device is spoken to. Where the log does not want to know of calls,
/// nothing is in between.
void Source::choose_kernel() {
  const auto level = gst_debug_category_get_threshold(GST_CAT_DEFAULT);
  if (level < GST_LEVEL_DEBUG) {
    kernel_ = real_kernel_;
    return;
  }
  if (!tracing_)
    tracing_.emplace(*real_kernel_, [this](const std::string& line, bool refused) {
      GST_CAT_LEVEL_LOG(GST_CAT_DEFAULT, refused ? GST_LEVEL_DEBUG : GST_LEVEL_LOG, element_, "%s",
                        line.c_str());
    });
  tracing_->tell_refusals_only(level < GST_LEVEL_LOG);
  kernel_ = &*tracing_;
}

bool Source::open() {
  reported_ = false;
  // Who has the device open may not be told that it is busy by a driver that allows one open.
  close();
  const auto wanted = settings().device;
  for (auto* const waker : {&waker_, &absence_waker_})
    if (const auto prepared = waker->prepare(); !prepared) {
      report(cannot_open(wanted.empty() ? "/dev/video*" : wanted, prepared.error()));
      return false;
    }
  choose_kernel();
  const auto opened = [&]() -> Outcome<> {
    auto device = open_device(wanted);
    const std::lock_guard lock{context_};
    opened_for_ = wanted;
    const auto adopted = device ? adopt(std::move(*device)) : std::unexpected{device.error()};
    if (adopted || !may_wait_for(adopted.error())) return adopted;
    auto reason = adopted.error();
    if (wanted.empty()) reason.device.clear();  // any other one will do as well
    wait_for_device(reason);
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
  GST_INFO_OBJECT(element_, "opened '%s': %s, driver %s, bus %s, descriptor %d", path().c_str(),
                  card_.c_str(), device_->capability().driver_name().c_str(),
                  device_->capability().bus().c_str(), device_->node()->descriptor());
  update_facts();
  return {};
}

Source::Outcome<v4l2::Device> Source::open_device(const std::string& wanted) const {
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
    if (device && device->capability().kind() != v4l2::NodeKind::capture) continue;
    const bool lacks_format = device && device->lacks_format();
    if (device && !lacks_format && device->captures_now()) return std::move(*device);
    // Of several, the first is the one that the user most likely means.
    if (obstacle) continue;
    if (!device)
      obstacle = cannot_open(node, device.error());
    else
      obstacle = lacks_format ? no_format(node) : graph_obstacle(*device);
  }
  auto report = obstacle.value_or(no_camera());
  report.may_come = true;  // another one
  return std::unexpected{std::move(report)};
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
  if (device_) GST_INFO_OBJECT(element_, "closed '%s'", path().c_str());
  device_.reset();
  input_.reset();
  identity_ = {};
  card_.clear();
  former_path_.clear();
  former_caps_.reset();
  flowing_caps_.reset();
  shortage_.reset();
  setup_.reset();
  former_setup_.reset();
  absence_.reset();
  reopening_ = false;
  next_look_ = {};
  pause_ = {};
  update_facts();
}

}  // namespace v4l2gst
