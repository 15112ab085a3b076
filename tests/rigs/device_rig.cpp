#include "rigs/device_rig.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include <gst/video/video.h>

namespace real {

Alone::Alone(const std::string& device, v4l2::Kernel& kernel, const char* caps) {
  gst_v4l2_cpp_src_register(nullptr);
  element = gst_element_factory_make("v4l2cppsrc", nullptr);
  gst_object_ref_sink(element);
  bus = gst_bus_new();
  gst_element_set_bus(element, bus);
  g_object_set(element, "device", device.c_str(), nullptr);
  gst_v4l2_cpp_src_source(reinterpret_cast<GstV4l2CppSrc*>(element)).set_kernel(kernel);
  harness = gst_harness_new_with_element(element, nullptr, "src");
  gst_harness_use_systemclock(harness);
  // With GstVideoMeta the element passes frames in the driver's layout.
  gst_harness_add_propose_allocation_meta(harness, GST_VIDEO_META_API_TYPE, nullptr);
  if (caps != nullptr) gst_harness_set_sink_caps_str(harness, caps);
}

Alone::~Alone() {
  gst_harness_teardown(harness);
  gst_element_set_bus(element, nullptr);
  gst_object_unref(bus);
  gst_object_unref(element);
}

v4l2gst::BufferPtr Alone::next() const {
  return v4l2gst::BufferPtr{gst_harness_pull(harness)};
}

v4l2gst::CapsPtr Alone::caps() const {
  auto* const pad = gst_element_get_static_pad(element, "src");
  v4l2gst::CapsPtr caps{gst_pad_get_current_caps(pad)};
  gst_object_unref(pad);
  return caps;
}

std::string Alone::caps_text() const {
  const auto current = caps();
  if (!current) return "no caps";
  const v4l2gst::TextPtr text{gst_caps_to_string(current.get())};
  return text.get();
}

std::string Alone::signal() const {
  gint value{};
  g_object_get(element, "signal", &value, nullptr);
  auto* const type =
      static_cast<GEnumClass*>(g_type_class_ref(g_type_from_name("GstV4l2CppSignal")));
  std::string nick{g_enum_get_value(type, value)->value_nick};
  g_type_class_unref(type);
  return nick;
}

bool Alone::wait_for_signal(const std::vector<std::string>& nicks) const {
  struct Notices {
    std::mutex mutex{};
    std::condition_variable changed{};
  } notices;

  const auto handler = g_signal_connect(element, "notify::signal",
                                        G_CALLBACK(+[](GstElement*, GParamSpec*, gpointer data) {
                                          auto& into = *static_cast<Notices*>(data);
                                          const std::lock_guard lock{into.mutex};
                                          into.changed.notify_all();
                                        }),
                                        &notices);
  bool reached{};
  {
    std::unique_lock lock{notices.mutex};
    reached = notices.changed.wait_for(lock, std::chrono::minutes{1}, [&] {
      return std::ranges::find(nicks, signal()) != nicks.end();
    });
  }
  g_signal_handler_disconnect(element, handler);
  return reached;
}

std::string Alone::errors() const {
  std::string all;
  for (const auto& text : rig::texts_of(bus, GST_MESSAGE_ERROR))
    all += (all.empty() ? "" : "; ") + text;
  return all;
}

}  // namespace real
