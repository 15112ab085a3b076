#include "session/device_info.h"

#include <utility>

#include "buffers/capture.h"
#include "camera/camera.h"
#include "camera/input_signal.h"
#include "formats/stream_config.h"
#include "messages/messages.h"
#include "session/shared_info.h"

namespace v4l2gst {

void publish_info(SharedInfo& shared, Messages& messages, const Camera* camera,
                  const StreamConfig* config, const Capture* capture) {
  DeviceInfo facts;
  if (camera != nullptr) {
    facts.device = camera->path();
    facts.device_name = camera->device.capability().card_name();
    facts.device_fd = descriptor_of(*camera);
    const auto& identity = camera->identity;
    facts.id = camera->id;
    facts.serial = identity.serial;
    if (identity.usb()) facts.usb_id = identity.vendor_id + ":" + identity.product_id;
    facts.bus = identity.bus;
    facts.by_id = camera->by_id;
    facts.by_path = camera->by_path;
    facts.capabilities = camera->device.capability().bits();
    facts.modes = camera->device.modes();
    facts.controls = camera->controls;
    facts.crop_bounds = camera->crop_bounds;
    facts.follows_source = camera->follows_source();
    facts.exports = camera->exports;
    facts.forces_key_frames = camera->forces_key_frames;
  }
  if (config != nullptr) facts.frame_duration = duration_of(*config);
  if (capture != nullptr) facts.depth = capture->depth();
  const auto former = shared.device_info();
  // What was measured holds for the mode in which it was.
  if (capture != nullptr && former.depth != 0 && former.frame_duration == facts.frame_duration)
    facts.measured_latency = former.measured_latency;
  facts.signal = signal_state(camera);
  if (facts.signal != former.signal) messages.notify("signal");
  shared.publish(std::move(facts));
}

void publish_modes(SharedInfo& shared, Messages& messages, const Camera& camera) {
  const auto signal = signal_state(&camera);
  shared.change_device_info([&](DeviceInfo& info) {
    if (std::exchange(info.signal, signal) != signal) messages.notify("signal");
    info.modes = camera.device.modes();
    info.crop_bounds = camera.crop_bounds;
    info.follows_source = camera.follows_source();
    info.exports = camera.exports;
  });
}

}  // namespace v4l2gst
