#include "camera/restoration.h"

#include <algorithm>
#include <utility>

#include "camera/camera.h"
#include "device/events.h"
#include "kernel/node.h"
#include "messages/failures.h"
#include "messages/messages.h"
#include "settings/device_settings.h"

namespace v4l2gst {
namespace {

void add_new(std::vector<std::string>& names, std::vector<std::string>&& more) {
  for (auto& name : more)
    if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
}

std::unexpected<Report> stopped(const Camera& camera, const v4l2::Error& error) {
  return std::unexpected{failed(camera.path(), error, "to restore its settings")};
}

}  // namespace

Restoration::Restoration() = default;
Restoration::Restoration(Restoration&& other) noexcept = default;
Restoration& Restoration::operator=(Restoration&& other) noexcept = default;
Restoration::~Restoration() = default;

void Restoration::forget() {
  former_.reset();
}

void Restoration::leave_rectangles(bool crop, bool compose) {
  if (!former_) return;
  if (crop) former_->crop.reset();
  if (compose) former_->compose.reset();
}

void Restoration::note(const Camera& camera, const v4l2::ControlChanged& change) {
  if (current_) current_->controls.note(camera.node(), change);
}

/// The device reports its last changes only if it is still there.
void Restoration::save(const Camera& camera) {
  auto setup = std::exchange(current_, nullptr);
  if (!setup) return;
  const auto& node = camera.node();
  constexpr int most_events = 1024;  // a driver's events may never end
  for (int i = 0; i < most_events; ++i) {
    const auto fetched = v4l2::next_event(node);
    if (!fetched) break;
    const auto& event = *fetched;
    if (!event) break;
    if (const auto* const change = std::get_if<v4l2::ControlChanged>(&*event))
      setup->controls.note(node, *change);
  }
  setup->look_again(node);
  former_ = std::move(setup);
}

Outcome<> Restoration::prepare(Camera& camera) {
  refused_.clear();
  if (!former_) return {};
  const auto& node = camera.node();
  auto refused = former_->restore_input(node);
  if (!refused) return stopped(camera, refused.error());
  add_new(refused_, std::move(*refused));
  auto input = v4l2::current_input(node);
  if (!input) return stopped(camera, input.error());
  camera.input = std::move(*input);
  // A control that is refused now may be taken once the mode is set. Only that refusal counts.
  if (const auto set = former_->controls.restore(node); !set) return stopped(camera, set.error());
  if (const auto cropped = former_->prepare_crop(node); !cropped)
    return stopped(camera, cropped.error());
  return {};
}

Outcome<v4l2::Format> Restoration::restore_picture(const v4l2::Device& device,
                                                   const v4l2::Format& format) {
  if (!former_) return format;
  const v4l2::Size frame{.width = format.size.width, .height = format.size.height};
  auto refused = former_->restore_picture(*device.node(), frame);
  if (!refused)
    return std::unexpected{failed(device.path(), refused.error(), "to restore its settings")};
  // A refusal of crop or compose in another mode no longer counts.
  std::erase_if(refused_,
                [](const std::string& name) { return name == "crop" || name == "compose"; });
  add_new(refused_, std::move(*refused));
  const auto now = device.format();
  if (!now) return std::unexpected{failed(device.path(), now.error(), "to ask for its format")};
  if (now->fourcc == format.fourcc && now->size == format.size) return format;
  add_new(refused_, {"crop"});
  auto former = device.set_format(format);
  if (!former)
    return std::unexpected{failed(device.path(), former.error(), "to set the format again")};
  former->convert = format.convert;
  former->from_pad = format.from_pad;
  return *former;
}

Outcome<> Restoration::complete(const Camera& camera, v4l2::Size size, Messages& messages) {
  const auto stopped = [&](const v4l2::Error& error) {
    return std::unexpected{failed(camera.path(), error, "to ask for its settings")};
  };
  if (former_) {
    auto refused = former_->controls.restore(camera.node());
    if (!refused) return stopped(refused.error());
    add_new(refused_, std::move(*refused));
    former_.reset();
    if (auto names = std::exchange(refused_, {}); !names.empty())
      messages.add(not_restored(camera.path(), std::move(names)));
  }
  auto setup = v4l2::DeviceSettings::watch(camera.node(), camera.input, size);
  if (!setup) return stopped(setup.error());
  current_ = std::make_unique<v4l2::DeviceSettings>(std::move(*setup));
  return {};
}

}  // namespace v4l2gst
