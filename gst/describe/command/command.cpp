#include "command/command.h"

#include <utility>
#include <vector>

#include "camera/camera_finder.h"
#include "camera/camera_ptr.h"
#include "command/options.h"
#include "device/device.h"
#include "facts/device_facts.h"
#include "facts/read_facts.h"
#include "messages/failures.h"
#include "output/json.h"
#include "output/text.h"

namespace v4l2describe {
namespace {

/// The devices that could be described, and the others.
struct Described {
  std::vector<DeviceFacts> devices;
  std::vector<Failure> failures;

  void add(const v4l2::Device& device, bool in_full) {
    auto facts = in_full ? read_facts(device) : v4l2::Result<DeviceFacts>{identity_facts(device)};
    if (facts)
      devices.push_back(std::move(*facts));
    else
      failures.push_back({device.path(), v4l2gst::went_away(device.path(), facts.error()).text});
  }
};

Described describe_all(v4l2::Kernel& kernel, bool in_full) {
  Described described;
  for (const auto& path : v4l2::video_nodes(kernel)) {
    const auto device = v4l2::Device::open(kernel, path);
    if (!device)
      described.failures.push_back({path, v4l2gst::cannot_open(path, device.error()).text});
    else if (device->capability().kind() == v4l2::NodeKind::capture)
      described.add(*device, in_full);
  }
  if (described.devices.empty() && described.failures.empty())
    described.failures.push_back({{}, v4l2gst::no_camera().text});
  return described;
}

Described describe_named(v4l2::Kernel& kernel, const std::vector<std::string>& paths,
                         bool in_full) {
  Described described;
  for (const auto& path : paths) {
    const auto camera = v4l2gst::open_camera(kernel, {.device = path}, nullptr);
    if (camera)
      described.add(v4l2gst::device_of(**camera), in_full);
    else
      described.failures.push_back({path, camera.error().text});
  }
  return described;
}

std::string text_of(const Described& described, bool in_full) {
  std::string text;
  for (const auto& facts : described.devices) {
    if (in_full && !text.empty()) text += "\n";
    text += in_full ? to_text(facts) : to_line(facts);
  }
  return text;
}

}  // namespace

Printed describe(v4l2::Kernel& kernel, const Options& options) {
  const bool in_full = !options.list;
  const auto described = options.devices.empty() ? describe_all(kernel, in_full)
                                                 : describe_named(kernel, options.devices, in_full);
  Printed printed;
  const auto& [devices, failures] = described;
  if (options.json)
    printed.out = in_full ? to_json(devices, failures) : to_short_json(devices, failures);
  else
    printed.out = text_of(described, in_full);
  for (const auto& failure : failures)
    printed.errors += "v4l2cpp-describe: " + failure.text + "\n";
  printed.status = failures.empty() ? 0 : 1;
  return printed;
}

}  // namespace v4l2describe
