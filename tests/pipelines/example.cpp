#include "pipelines/example.h"

#include <array>
#include <span>

#include <gst/controller/gstdirectcontrolbinding.h>
#include <gst/controller/gstinterpolationcontrolsource.h>

#include "pipelines/device_state.h"
#include "pipelines/stage.h"

namespace pipelines {
namespace {

using Lines = std::vector<std::string>;

std::string source(const Used& used) {
  return used.element + " name=src device=" + used.device;
}

void add_errors(Lines& lines, const Stage& stage) {
  for (const auto& error : stage.errors())
    lines.push_back("ERROR: " + error);
}

/// Binds a property to values, one for each fifteenth of a second.
void bind_values(GstElement* element, const char* property, std::span<const double> values,
                 bool absolute) {
  auto* const timed = gst_interpolation_control_source_new();
  g_object_set(timed, "mode", GST_INTERPOLATION_MODE_NONE, nullptr);
  GstClockTime when{};
  for (const double value : values) {
    gst_timed_value_control_source_set(GST_TIMED_VALUE_CONTROL_SOURCE(timed), when, value);
    when += GST_SECOND / 15;
  }
  auto* const binding =
      absolute ? gst_direct_control_binding_new_absolute(GST_OBJECT(element), property, timed)
               : gst_direct_control_binding_new(GST_OBJECT(element), property, timed);
  gst_object_add_control_binding(GST_OBJECT(element), binding);
  gst_object_unref(timed);
}

std::string controls_text(const DeviceState& device) {
  return "brightness " + std::to_string(device.control("brightness").value_or(-1)) + ", contrast " +
         std::to_string(device.control("contrast").value_or(-1));
}

/// Returns the size of the device's frames. The caps leave the format open, and v4l2src takes
/// another one from version to version.
std::string size_of(const DeviceState& device) {
  const auto format = device.format();
  return format ? format->size : "no format";
}

/// The bounds come in the notification, as v4l2src-crop.c reads them.
struct Bounds {
  std::array<int, 4> values{};
  bool came{};
};

void set_crop(GstElement* element, GParamSpec* property, gpointer user_data) {
  GValue value = G_VALUE_INIT;
  g_value_init(&value, property->value_type);
  g_object_get_property(G_OBJECT(element), "crop-bounds", &value);
  auto& bounds = *static_cast<Bounds*>(user_data);
  const bool good = gst_value_array_get_size(&value) == bounds.values.size();
  for (guint i = 0; good && i < bounds.values.size(); ++i)
    bounds.values[i] = g_value_get_int(gst_value_array_get_value(&value, i));
  g_value_unset(&value);
  if (!good) return;
  bounds.came = true;
  const auto [left, top, width, height] = bounds.values;
  const int crop_left = (width - left) / 2;
  const int crop_top = (height - top) / 2;
  const int size = crop_left / 2;
  g_object_set(element, "crop-left", crop_left, "crop-top", crop_top, "crop-right",
               width - crop_left - size, "crop-bottom", height - crop_top - size, nullptr);
}

}  // namespace

Lines control_camera(const Used& used, bool absolute) {
  const DeviceState device{used.device};
  device.reset_control("brightness");
  device.reset_control("contrast");
  constexpr std::array brightness{1.0, 0.5, 0.25, 0.0};
  constexpr std::array contrast{0.0, 0.3, 1.0, 0.05};
  constexpr std::array absolute_brightness{255.0, 128.0, 60.0, 90.0};
  constexpr std::array absolute_contrast{1.0, 77.0, 254.0, 13.0};
  // The settings of a frame may show in a later one.
  Stage stage{source(used) +
              " num-buffers=8 ! video/x-raw,format=I420,width=640,height=480,framerate=15/1 ! "
              "jpegenc ! fakesink"};
  Lines lines;
  if (stage.errors().empty()) {
    bind_values(stage.element("src"), "brightness", absolute ? absolute_brightness : brightness,
                absolute);
    bind_values(stage.element("src"), "contrast", absolute ? absolute_contrast : contrast,
                absolute);
    stage.on_frame([&] {
      const auto text = controls_text(device);
      if (lines.empty() || lines.back() != text) lines.push_back(text);
    });
    stage.play();
    stage.wait_for_end();
  }
  add_errors(lines, stage);
  return lines;
}

Lines crop(const Used& used) {
  DeviceState{used.device}.reset_crop();
  Stage stage{source(used) + " ! videoconvert ! fakesink"};
  Lines lines;
  if (stage.errors().empty()) {
    Bounds bounds;
    g_signal_connect(stage.element("src"), "notify::crop-bounds", G_CALLBACK(set_crop), &bounds);
    stage.play();
    if (!stage.wait_for_frames(10)) lines.emplace_back("no frames");
    const auto [left, top, width, height] = bounds.values;
    lines.push_back("bounds " + std::to_string(left) + "," + std::to_string(top) + " " +
                    std::to_string(width) + "x" + std::to_string(height));
    lines.push_back("crop " + DeviceState{used.device}.crop().value_or("unknown"));
    stage.end();
  }
  add_errors(lines, stage);
  return lines;
}

Lines renegotiate(const Used& used, const Lines& sizes) {
  Stage stage{source(used) + " io-mode=mmap ! capsfilter name=filter ! fakesink"};
  Lines lines;
  if (!stage.errors().empty()) return stage.errors();
  const DeviceState device{used.device};
  bool playing = false;
  for (const auto& size : sizes) {
    const auto by = size.find('x');
    const auto text = "video/x-raw,width=" + size.substr(0, by) + ",height=" + size.substr(by + 1);
    auto* const caps = gst_caps_from_string(text.c_str());
    g_object_set(stage.element("filter"), "caps", caps, nullptr);
    gst_caps_unref(caps);
    if (!playing) stage.play();
    playing = true;
    if (!stage.wait_for_size(size)) break;
    lines.push_back(size + ", the device has " + size_of(device));
    if (!stage.wait_for_frames(5)) break;
  }
  stage.end();
  add_errors(lines, stage);
  return lines;
}

}  // namespace pipelines
