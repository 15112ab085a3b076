#include "provider/gstv4l2cppdevice.h"

#include <memory>
#include <string>
#include <utility>

#include "device/identity.h"
#include "provider/device_properties.h"
#include "provider/provider_log.h"

/// The facts never change. Another GstDevice takes the place of this one if they do.
struct _GstV4l2CppDevice {
  GstDevice parent;
  std::shared_ptr<v4l2::Kernel> kernel;
  v4l2gst::SharedFacts facts;
};

G_DEFINE_FINAL_TYPE(GstV4l2CppDevice, gst_v4l2_cpp_device, GST_TYPE_DEVICE)

enum { PROP_DEVICE_PATH = 1 };

/// Returns the path of the node that the camera has now. An application may keep a device longer
/// than the camera stays where it was, and another one may have its number by now.
static std::string gst_v4l2_cpp_device_current_path(GstV4l2CppDevice* self) {
  const auto& node = self->facts->node;
  if (!node.identity.known()) return node.path;
  return v4l2::find_camera(*self->kernel, node.identity).value_or(node.path);
}

static GstElement* gst_v4l2_cpp_device_create_element(GstDevice* device,
                                                      const gchar* name) noexcept {
  auto* const element = gst_element_factory_make("v4l2cppsrc", name);
  if (element == nullptr) return nullptr;
  const auto path = gst_v4l2_cpp_device_current_path(GST_V4L2_CPP_DEVICE(device));
  g_object_set(element, "device", path.c_str(), nullptr);
  return element;
}

/// Gives another device to an element that was not started. The element opens it at its next start.
static gboolean gst_v4l2_cpp_device_reconfigure_element(GstDevice* device,
                                                        GstElement* element) noexcept {
  const auto* const factory = gst_element_get_factory(element);
  if (factory == nullptr || g_strcmp0(GST_OBJECT_NAME(factory), "v4l2cppsrc") != 0) return FALSE;
  GST_OBJECT_LOCK(element);
  const bool started =
      GST_STATE(element) > GST_STATE_READY || GST_STATE_PENDING(element) > GST_STATE_READY;
  GST_OBJECT_UNLOCK(element);
  if (started) {
    GST_INFO_OBJECT(device, "an element that was started keeps its device");
    return FALSE;
  }
  const auto path = gst_v4l2_cpp_device_current_path(GST_V4L2_CPP_DEVICE(device));
  g_object_set(element, "device", path.c_str(), nullptr);
  return TRUE;
}

static void gst_v4l2_cpp_device_get_property(GObject* object, guint id, GValue* value,
                                             GParamSpec* spec) noexcept {
  if (id == PROP_DEVICE_PATH)
    g_value_set_string(value, GST_V4L2_CPP_DEVICE(object)->facts->node.path.c_str());
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void gst_v4l2_cpp_device_init(GstV4l2CppDevice* self) {
  std::construct_at(&self->kernel);
  std::construct_at(&self->facts);
}

static void gst_v4l2_cpp_device_finalize(GObject* object) noexcept {
  auto* const self = GST_V4L2_CPP_DEVICE(object);
  std::destroy_at(&self->facts);
  std::destroy_at(&self->kernel);
  G_OBJECT_CLASS(gst_v4l2_cpp_device_parent_class)->finalize(object);
}

static void gst_v4l2_cpp_device_class_init(GstV4l2CppDeviceClass* klass) {
  auto* const object = G_OBJECT_CLASS(klass);
  object->finalize = gst_v4l2_cpp_device_finalize;
  object->get_property = gst_v4l2_cpp_device_get_property;
  auto* const device = GST_DEVICE_CLASS(klass);
  device->create_element = gst_v4l2_cpp_device_create_element;
  device->reconfigure_element = gst_v4l2_cpp_device_reconfigure_element;
  // It is named as that of v4l2deviceprovider's devices.
  g_object_class_install_property(
      object, PROP_DEVICE_PATH,
      g_param_spec_string("device-path", "Device path",
                          "Path of the device node at the time of listing, such as /dev/video0",
                          nullptr,
                          static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)));
}

GstDevice* gst_v4l2_cpp_device_new(std::shared_ptr<v4l2::Kernel> kernel,
                                   const v4l2gst::SharedFacts& facts) {
  const auto card = facts->capability.card_name();
  const v4l2gst::TextPtr name{
      g_utf8_make_valid(card.empty() ? facts->node.path.c_str() : card.c_str(), -1)};
  const auto properties = v4l2gst::properties_of(*facts);
  auto* const self = GST_V4L2_CPP_DEVICE(g_object_new(
      GST_TYPE_V4L2_CPP_DEVICE, "display-name", name.get(), "device-class", "Video/Source", "caps",
      facts->caps.get(), "properties", properties.get(), nullptr));
  self->kernel = std::move(kernel);
  self->facts = facts;
  return GST_DEVICE(self);
}
