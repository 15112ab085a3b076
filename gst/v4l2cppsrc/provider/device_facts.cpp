#include "provider/device_facts.h"

#include <tuple>

namespace v4l2gst {

bool same_capability(const v4l2::Capability& a, const v4l2::Capability& b) {
  const auto members = [](const v4l2::Capability& of) {
    return std::tuple{of.driver_name(), of.card_name(),  of.bus(),
                      of.version,       of.capabilities, of.device_caps};
  };
  return members(a) == members(b);
}

bool same_facts(const DeviceFacts& a, const DeviceFacts& b) {
  return a.node == b.node && same_capability(a.capability, b.capability) &&
         a.sysfs_path == b.sysfs_path && a.parent_path == b.parent_path &&
         a.manufacturer == b.manufacturer &&
         gst_caps_is_strictly_equal(a.caps.get(), b.caps.get()) != FALSE;
}

}  // namespace v4l2gst
