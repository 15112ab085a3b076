#include "provider/device_properties.h"

#include <string>

#include "provider/device_facts.h"

namespace v4l2gst {
namespace {

void set(GstStructure* properties, const char* name, const std::string& text) {
  if (text.empty()) return;
  // A driver or a camera may tell bytes that are no text. A structure with them can't be printed.
  const TextPtr valid{g_utf8_make_valid(text.c_str(), -1)};
  gst_structure_set(properties, name, G_TYPE_STRING, valid.get(), nullptr);
}

void set(GstStructure* properties, const char* name, guint number) {
  gst_structure_set(properties, name, G_TYPE_UINT, number, nullptr);
}

}  // namespace

StructurePtr properties_of(const DeviceFacts& facts) {
  StructurePtr properties{gst_structure_new_empty("v4l2cppdeviceprovider")};
  auto* const to = properties.get();
  const auto& capability = facts.capability;
  const auto& identity = facts.node.identity;
  set(to, "device.api", "v4l2");
  set(to, "device.path", facts.node.path);
  set(to, "device.id", facts.node.id);
  set(to, "v4l2.device.driver", capability.driver_name());
  set(to, "v4l2.device.card", capability.card_name());
  set(to, "v4l2.device.bus_info", capability.bus());
  set(to, "v4l2.device.version", capability.version);
  set(to, "v4l2.device.capabilities", capability.capabilities);
  set(to, "v4l2.device.device_caps", capability.device_caps);
  gst_structure_set(to, "udev-probed", G_TYPE_BOOLEAN, FALSE, nullptr);
  set(to, "device.subsystem", "video4linux");
  set(to, "device.capabilities", ":capture:");
  set(to, "sysfs.path", facts.sysfs_path);
  set(to, "device.bus_path", facts.parent_path);
  set(to, "device.product.name", capability.card_name());
  if (!identity.usb()) return properties;
  set(to, "device.bus", "usb");
  set(to, "device.vendor.id", identity.vendor_id);
  set(to, "device.vendor.name", facts.manufacturer);
  set(to, "device.product.id", identity.product_id);
  set(to, "device.serial", identity.serial);
  return properties;
}

}  // namespace v4l2gst
