#include "messages/device_message.h"

#include <array>
#include <cstring>
#include <utility>

#include "common/log.h"
#include "frames/frame_check.h"
#include "messages/failures.h"

namespace v4l2gst {
namespace {

const char* name_of(DeviceMessage::State state) {
  switch (state) {
    case DeviceMessage::State::lost:
      return "lost";
    case DeviceMessage::State::waiting:
      return "waiting";
    case DeviceMessage::State::back:
      return "back";
    case DeviceMessage::State::stalled:
      return "stalled";
    case DeviceMessage::State::starved:
      return "starved";
    case DeviceMessage::State::restarted:
      return "restarted";
    case DeviceMessage::State::reopened:
      return "reopened";
    case DeviceMessage::State::signal_lost:
      return "signal-lost";
    case DeviceMessage::State::signal_found:
      return "signal-found";
    case DeviceMessage::State::not_restored:
      return "not-restored";
  }
  return "lost";
}

std::string seconds_of(std::chrono::milliseconds duration) {
  std::array<char, 32> digits{};
  g_ascii_formatd(digits.data(), digits.size(), "%.1f",
                  static_cast<double>(duration.count()) / 1000);
  return std::string{digits.data()} + " s";
}

Report silence_of(Cause cause, const std::string& path, std::string text) {
  return {.domain = GST_RESOURCE_ERROR,
          .code = GST_RESOURCE_ERROR_READ,
          .cause = cause,
          .text = std::move(text),
          .debug = {},
          .device = path,
          .error = {}};
}

DeviceMessage plain(DeviceMessage::State state, const std::string& path, std::string text) {
  return {.state = state, .device = path, .text = std::move(text), .error = {}};
}

}  // namespace

void post(GstElement* element, const DeviceMessage& message) {
  if (message.state == DeviceMessage::State::not_restored)
    GST_WARNING_OBJECT(element, "%s", message.text.c_str());
  else
    GST_INFO_OBJECT(element, "%s", message.text.c_str());
  auto* const fields = gst_structure_new(
      "v4l2cppsrc-device", "state", G_TYPE_STRING, name_of(message.state), "device", G_TYPE_STRING,
      message.device.c_str(), "text", G_TYPE_STRING, message.text.c_str(), "call", G_TYPE_STRING,
      message.error.call, "errno", G_TYPE_INT, message.error.code, nullptr);
  if (!message.settings.empty()) {
    GValue list = G_VALUE_INIT;
    g_value_init(&list, GST_TYPE_LIST);
    for (const auto& setting : message.settings) {
      GValue text = G_VALUE_INIT;
      g_value_init(&text, G_TYPE_STRING);
      g_value_set_string(&text, setting.c_str());
      gst_value_list_append_and_take_value(&list, &text);
    }
    gst_structure_take_value(fields, "settings", &list);
  }
  gst_element_post_message(element, gst_message_new_element(GST_OBJECT(element), fields));
}

DeviceMessage waiting_for(const Report& reason) {
  const auto& path = reason.device;
  auto text = path.empty() ? "Waiting for a camera." : "Waiting for the device of '" + path + "'.";
  if (reason.cause == Cause::no_format && !path.empty())
    text = "Waiting until '" + path + "' is fed: start its producer.";
  if (reason.cause == Cause::wrong_node && !path.empty())
    text = "Waiting until '" + path +
           "' captures: it is an output node, as a loopback device is until its producer feeds it.";
  return plain(DeviceMessage::State::waiting, path, std::move(text));
}

DeviceMessage back_at(const std::string& path) {
  return plain(DeviceMessage::State::back, path, "The device is at '" + path + "'.");
}

DeviceMessage restarted(const std::string& path) {
  return plain(DeviceMessage::State::restarted, path,
               "The stream of '" + path + "' is started again.");
}

DeviceMessage mended(const std::string& path, const v4l2::Error& error) {
  return {.state = DeviceMessage::State::restarted,
          .device = path,
          .text = "The stream of '" + path + "' broke (" + error.call + ": " +
                  std::strerror(error.code) + ") and is started again.",
          .error = error};
}

DeviceMessage reopened(const std::string& path) {
  return plain(DeviceMessage::State::reopened, path, "'" + path + "' is closed and opened again.");
}

DeviceMessage signal_found(const std::string& path, const std::string& input) {
  return plain(DeviceMessage::State::signal_found, path,
               "Something comes in again at the input '" + input + "' of '" + path + "'.");
}

DeviceMessage not_restored(const std::string& path, std::vector<std::string> settings) {
  std::string names;
  for (const auto& name : settings)
    names.append(names.empty() ? "" : ", ").append(name);
  auto message =
      plain(DeviceMessage::State::not_restored, path,
            "The device at '" + path + "' is back without some of its settings: " + names + ".");
  message.settings = std::move(settings);
  return message;
}

Report stalled(const std::string& path, std::chrono::milliseconds silence, bool starting) {
  const auto device = "The device at '" + path + "'";
  if (starting)
    return silence_of(Cause::stalled, path,
                      device + " has sent no first frame for " + seconds_of(silence) +
                          ". Some cameras need longer to start (first-frame-timeout), others wait "
                          "for a trigger.");
  return silence_of(Cause::stalled, path,
                    device + " has sent no frame for " + seconds_of(silence) +
                        ", although it has buffers to fill. Check its cable and power; "
                        "on-stall=restart and reopen try to wake it.");
}

Report only_damage(const std::string& path, std::chrono::milliseconds silence,
                   const LeftOut& left_out) {
  std::string why{name_of(left_out.damage)};
  if (left_out.needed > left_out.bytes && left_out.damage != Damage::impossible)
    why +=
        ", " + std::to_string(left_out.bytes) + " of " + std::to_string(left_out.needed) + " bytes";
  const bool takeable = action_for(left_out.damage, OnCorrupt::flag) != FrameAction::leave_out;
  return silence_of(Cause::damaged, path,
                    "The device at '" + path + "' has sent nothing but damaged frames for " +
                        seconds_of(silence) + ": " + std::to_string(left_out.count) +
                        ", which are left out (" + why + "). " +
                        (takeable ? "on-corrupt=flag sends them downstream, marked as corrupted. "
                                  : "There is nothing in them to send. ") +
                        "Check the cable, and on USB try another port, a smaller size or a lower "
                        "rate.");
}

Report no_key_frame(const std::string& path, std::chrono::milliseconds silence,
                    std::uint64_t count) {
  return silence_of(Cause::stalled, path,
                    "The device at '" + path + "' has sent no key frame for " +
                        seconds_of(silence) + ", and start-on-keyframe has left out " +
                        std::to_string(count) +
                        " frames. Set a shorter distance of key frames on the device, or "
                        "start-on-keyframe=false.");
}

Report no_first_frame(const std::string& path, std::chrono::milliseconds silence) {
  return silence_of(Cause::stalled, path,
                    "The device at '" + path + "' has sent no frame in the first " +
                        seconds_of(silence) +
                        ". That is as it should be for a camera that waits for a trigger; else "
                        "check its cable and power. first-frame-timeout and on-stall say what is "
                        "done about it.");
}

Report starved(const std::string& path, std::chrono::milliseconds silence, std::uint32_t count) {
  return silence_of(Cause::starved, path,
                    "Downstream holds all " + std::to_string(count) +
                        " buffers of the device at '" + path + "' since " + seconds_of(silence) +
                        ", so that it can't send a frame. Free them, or raise max-buffers.");
}

Report not_back(const Report& last, std::chrono::milliseconds waited) {
  auto report = last;
  report.text = "The device did not come back within " + seconds_of(waited) + ". " + last.text;
  return report;
}

Report back_in_vain(const std::string& path, std::chrono::milliseconds waited) {
  return silence_of(Cause::stalled, path,
                    "The device at '" + path + "' was found, but has sent no frame within " +
                        seconds_of(waited) + " (reconnect-timeout). Check its cable and power.");
}

Report not_reopened(const std::string& path, const Report& last) {
  auto report = last;
  report.text = "The device at '" + path +
                "' was closed to mend its stream, and can't be opened again. " + last.text;
  report.device = path;
  if (report.cause == Cause::no_device) report.cause = Cause::lost;
  return report;
}

}  // namespace v4l2gst
