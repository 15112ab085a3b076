#include "provider/gstv4l2cppdeviceprovider.h"

#include <memory>

#include "provider/provider_log.h"

using v4l2gst::DeviceProvider;

GST_DEBUG_CATEGORY(v4l2_cpp_device_provider_debug);

struct _GstV4l2CppDeviceProvider {
  GstDeviceProvider parent;
  DeviceProvider part;
};

G_DEFINE_FINAL_TYPE_WITH_CODE(GstV4l2CppDeviceProvider, gst_v4l2_cpp_device_provider,
                              GST_TYPE_DEVICE_PROVIDER,
                              GST_DEBUG_CATEGORY_INIT(v4l2_cpp_device_provider_debug,
                                                      "v4l2cppdeviceprovider", 0,
                                                      "V4L2 capture devices"))

static GList* gst_v4l2_cpp_device_provider_probe(GstDeviceProvider* provider) noexcept {
  return GST_V4L2_CPP_DEVICE_PROVIDER(provider)->part.probe();
}

static gboolean gst_v4l2_cpp_device_provider_start(GstDeviceProvider* provider) noexcept {
  return GST_V4L2_CPP_DEVICE_PROVIDER(provider)->part.start();
}

static void gst_v4l2_cpp_device_provider_stop(GstDeviceProvider* provider) noexcept {
  GST_V4L2_CPP_DEVICE_PROVIDER(provider)->part.stop();
}

static void gst_v4l2_cpp_device_provider_init(GstV4l2CppDeviceProvider* self) {
  std::construct_at(&self->part, GST_DEVICE_PROVIDER(self));
}

static void gst_v4l2_cpp_device_provider_finalize(GObject* object) noexcept {
  std::destroy_at(&GST_V4L2_CPP_DEVICE_PROVIDER(object)->part);
  G_OBJECT_CLASS(gst_v4l2_cpp_device_provider_parent_class)->finalize(object);
}

static void gst_v4l2_cpp_device_provider_class_init(GstV4l2CppDeviceProviderClass* klass) {
  G_OBJECT_CLASS(klass)->finalize = gst_v4l2_cpp_device_provider_finalize;
  auto* const provider = GST_DEVICE_PROVIDER_CLASS(klass);
  provider->probe = gst_v4l2_cpp_device_provider_probe;
  provider->start = gst_v4l2_cpp_device_provider_start;
  provider->stop = gst_v4l2_cpp_device_provider_stop;
  gst_device_provider_class_set_static_metadata(
      provider, "V4L2 device provider in C++", "Source/Video",
      "Lists and follows the V4L2 devices that v4l2cppsrc can capture from",
      "The v4l2cppsrc developers");
}

DeviceProvider& gst_v4l2_cpp_device_provider_part(GstV4l2CppDeviceProvider* self) {
  return self->part;
}

gboolean gst_v4l2_cpp_device_provider_register(GstPlugin* plugin, guint rank) {
  return gst_device_provider_register(plugin, "v4l2cppdeviceprovider", rank,
                                      GST_TYPE_V4L2_CPP_DEVICE_PROVIDER);
}
