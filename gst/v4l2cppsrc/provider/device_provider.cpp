#include "provider/device_provider.h"

#include <system_error>
#include <utility>
#include <vector>

#include "kernel/kernel.h"
#include "provider/file_monitor.h"
#include "provider/gstv4l2cppdevice.h"
#include "provider/provider_log.h"

namespace v4l2gst {
namespace {

using News = Inventory::News;

struct UnrefDevice {
  void operator()(GstDevice* device) const { gst_object_unref(device); }
};

using DevicePtr = std::unique_ptr<GstDevice, UnrefDevice>;

/// Returns a new device with a reference that is not floating.
DevicePtr device_of(const std::shared_ptr<v4l2::Kernel>& kernel, const SharedFacts& facts) {
  return DevicePtr{GST_DEVICE(gst_object_ref_sink(gst_v4l2_cpp_device_new(kernel, facts)))};
}

/// Adds, changes and removes the devices of a provider. The watch's thread calls it.
class Devices {
public:
  Devices(GstDeviceProvider* provider, std::shared_ptr<v4l2::Kernel> kernel)
      : provider_{provider}, kernel_{std::move(kernel)} {}

  void operator()(const News& news) {
    const auto& node = news.facts->node;
    if (news.kind == News::Kind::removed) {
      GST_INFO_OBJECT(provider_, "removed: '%s', %s", node.path.c_str(), node.id.c_str());
      const auto device = std::move((*devices_)[news.key]);
      devices_->erase(news.key);
      gst_device_provider_device_remove(provider_, device.get());
      return;
    }
    auto& slot = (*devices_)[news.key];
    const auto former = std::exchange(slot, device_of(kernel_, news.facts));
    const DevicePtr device{GST_DEVICE(gst_object_ref(slot.get()))};
    GST_INFO_OBJECT(provider_, "%s: '%s', %s", former ? "changed" : "added", node.path.c_str(),
                    node.id.c_str());
    if (former)
      gst_device_provider_device_changed(provider_, device.get(), former.get());
    else
      gst_device_provider_device_add(provider_, device.get());
  }

private:
  GstDeviceProvider* provider_;
  std::shared_ptr<v4l2::Kernel> kernel_;
  // Shared, since std::function wants to be copied.
  std::shared_ptr<std::map<Inventory::Key, DevicePtr>> devices_{
      std::make_shared<std::map<Inventory::Key, DevicePtr>>()};
};

/// Returns true if this provider was given a rank, so that it takes the place of v4l2src's.
bool has_rank() {
  auto* const feature = gst_registry_lookup_feature(gst_registry_get(), "v4l2cppdeviceprovider");
  if (feature == nullptr) return false;
  const bool ranked = gst_plugin_feature_get_rank(feature) > GST_RANK_NONE;
  gst_object_unref(feature);
  return ranked;
}

}  // namespace

DeviceProvider::DeviceProvider(GstDeviceProvider* provider)
    : provider_{provider},
      setup_{.kernel = {std::shared_ptr<void>{}, &v4l2::system_kernel()},
             .changes = [](std::function<void(Change)> tell) {
               return std::make_unique<FileMonitor>(std::move(tell));
             }} {
  hide_others();
}

/// Hides the provider of v4l2src, so that an application lists no camera twice. Newer GStreamers
/// forget at each stop what was hidden.
void DeviceProvider::hide_others() {
  if (has_rank()) gst_device_provider_hide_provider(provider_, "v4l2deviceprovider");
}

GList* DeviceProvider::probe() {
  hide_others();
  std::map<Inventory::Key, SharedFacts> listed;
  auto once = setup_;
  once.changes = nullptr;
  try {
    const NodeWatch watch{once, [&listed](const News& news) {
                            if (news.kind == News::Kind::removed)
                              listed.erase(news.key);
                            else
                              listed[news.key] = news.facts;
                          }};
  } catch (const std::system_error& error) {
    GST_WARNING_OBJECT(provider_, "the devices can't be listed: %s", error.what());
  }
  GList* devices{};
  for (const auto& [key, facts] : listed)
    devices = g_list_append(devices, gst_v4l2_cpp_device_new(setup_.kernel, facts));
  return devices;
}

bool DeviceProvider::start() {
  hide_others();
  try {
    watch_ = std::make_unique<NodeWatch>(setup_, Devices{provider_, setup_.kernel});
  } catch (const std::system_error& error) {
    GST_WARNING_OBJECT(provider_, "the devices can't be followed: %s", error.what());
  }
  return watch_ != nullptr;
}

void DeviceProvider::stop() {
  watch_.reset();
}

}  // namespace v4l2gst
