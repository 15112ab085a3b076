#include "facts/read_facts.h"

#include <algorithm>
#include <iterator>

#include "camera/graph_trouble.h"
#include "camera/producer.h"
#include "device/device.h"
#include "device/modes.h"
#include "facts/formats.h"
#include "facts/inputs.h"
#include "kernel/node.h"

namespace v4l2describe {
namespace {

std::string obstacle_of(const v4l2::Device& device) {
  auto obstacle = v4l2gst::producer_obstacle(device);
  if (!obstacle) obstacle = v4l2gst::graph_obstacle(device);
  return obstacle ? obstacle->text : std::string{};
}

v4l2::Result<std::vector<ControlFacts>> read_controls(const v4l2::Node& node) {
  const auto list = v4l2::ControlList::read(node);
  if (!list) return std::unexpected{list.error()};
  auto values = v4l2::read_values(node, list->all());
  if (!values) return std::unexpected{values.error()};
  std::vector<ControlFacts> controls;
  for (std::size_t i = 0; i < list->all().size(); ++i)
    controls.push_back({.info = list->all()[i], .value = std::move((*values)[i])});
  return controls;
}

}  // namespace

DeviceFacts identity_facts(const v4l2::Device& device) {
  const auto& capability = device.capability();
  const bool tells_node = (capability.capabilities & V4L2_CAP_DEVICE_CAPS) != 0;
  DeviceFacts facts;
  facts.path = device.path();
  facts.driver = capability.driver_name();
  facts.card = capability.card_name();
  facts.bus = capability.bus();
  facts.version = capability.version;
  facts.capabilities = capability.capabilities;
  facts.node = tells_node ? capability.device_caps : 0;
  facts.identity = v4l2::identity_of(device.node()->kernel(), device.path());
  return facts;
}

v4l2::Result<DeviceFacts> read_facts(const v4l2::Device& device) {
  auto facts = identity_facts(device);
  facts.obstacle = obstacle_of(device);
  auto inputs = read_inputs(device);
  if (!inputs) return std::unexpected{inputs.error()};
  facts.inputs = std::move(inputs->inputs);
  facts.signal = std::move(inputs->signal);
  facts.standards = std::move(inputs->standards);
  facts.standard = inputs->standard;
  facts.timings = std::move(inputs->timings);
  facts.current_timings = inputs->current_timings;
  if (const auto current = device.format())
    facts.current = *current;
  else if (current.error().gone())
    return std::unexpected{current.error()};
  if (const auto interval = device.interval()) facts.interval = *interval;
  auto formats = read_formats(*device.modes(), facts.path);
  if (!formats) return std::unexpected{formats.error()};
  facts.formats = std::move(*formats);
  auto controls = read_controls(*device.node());
  if (!controls) return std::unexpected{controls.error()};
  facts.controls = std::move(*controls);
  auto raw = read_raw_lists(device);
  if (!raw) return std::unexpected{raw.error()};
  facts.raw = std::move(*raw);
  std::ranges::move(inputs->endless, std::back_inserter(facts.raw.endless));
  return facts;
}

}  // namespace v4l2describe
