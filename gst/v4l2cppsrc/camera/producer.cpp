#include "camera/producer.h"

#include "device/device.h"
#include "messages/failures.h"
#include "settings/inputs.h"

namespace v4l2gst {

bool reports_no_signal(const v4l2::Device& device) {
  const auto asked = v4l2::current_input(*device.node());
  const auto input = asked ? *asked : std::optional<v4l2::Input>{};
  return input && input->no_signal;
}

bool is_unfed(const v4l2::Device& device) {
  return !device.reserves_buffers() && reports_no_signal(device);
}

std::optional<Report> producer_obstacle(const v4l2::Device& device) {
  if (device.lacks_format()) return no_format(device.path());
  if (is_unfed(device)) return unfed(device.path());
  return std::nullopt;
}

}  // namespace v4l2gst
