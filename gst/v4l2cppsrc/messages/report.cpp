#include "messages/report.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "common/log.h"
#include "common/overloaded.h"
#include "device/capability.h"
#include "device/format.h"
#include "messages/failures.h"

namespace v4l2gst {
namespace {

constexpr const char* details_name = "v4l2cppsrc-error";

const char* name_of(Cause cause) {
  switch (cause) {
    case Cause::no_device:
      return "no-device";
    case Cause::ambiguous:
      return "ambiguous";
    case Cause::not_a_device:
      return "not-a-device";
    case Cause::wrong_node:
      return "wrong-node";
    case Cause::permission:
      return "permission";
    case Cause::busy:
      return "busy";
    case Cause::held:
      return "held";
    case Cause::bandwidth:
      return "bandwidth";
    case Cause::out_of_memory:
      return "out-of-memory";
    case Cause::lost:
      return "lost";
    case Cause::io:
      return "io";
    case Cause::broken_driver:
      return "broken-driver";
    case Cause::unsupported:
      return "unsupported";
    case Cause::not_negotiated:
      return "not-negotiated";
    case Cause::slow:
      return "slow";
    case Cause::stalled:
      return "stalled";
    case Cause::starved:
      return "starved";
    case Cause::no_signal:
      return "no-signal";
    case Cause::no_link:
      return "no-link";
    case Cause::damaged:
      return "damaged";
    case Cause::no_format:
      return "no-format";
    case Cause::overwritten:
      return "overwritten";
    case Cause::control:
      return "control";
    case Cause::geometry:
      return "geometry";
    case Cause::input:
      return "input";
    case Cause::lost_starved:
      return "lost-starved";
    case Cause::lost_device:
      return "lost-device";
    case Cause::damaged_frame:
      return "damaged-frame";
    case Cause::other_rate:
      return "other-rate";
    case Cause::metadata:
      return "metadata";
  }
  return "io";
}

/// "VIDIOC_S_FMT: Device or resource busy (16)".
std::string debug_of(const v4l2::Error& error) {
  auto text = std::string{error.call} + ": " + std::strerror(error.code) + " (" +
              std::to_string(error.code) + ")";
  if (error.hint != nullptr)
    text += std::string{": "} + error.hint + " " + std::to_string(error.value);
  return text;
}

}  // namespace

std::string megabytes(std::uint64_t bytes_per_second) {
  std::array<char, 32> digits{};
  g_ascii_formatd(digits.data(), digits.size(), "%.1f",
                  static_cast<double>(bytes_per_second) / 1e6);
  return std::string{digits.data()} + " MB/s";
}

std::string quoted(const std::string& path) {
  return "'" + path + "'";
}

std::string list_of(std::span<const std::string> texts) {
  constexpr std::size_t most_listed = 8;
  std::string list;
  for (const auto& text : texts.first(std::min(texts.size(), most_listed)))
    list.append(list.empty() ? "" : ", ").append(text);
  return texts.size() > most_listed ? list + ", …" : list;
}

Report resource(GstResourceError code, Cause cause, const std::string& path, std::string text,
                const v4l2::Error& error) {
  return {.domain = GST_RESOURCE_ERROR,
          .code = code,
          .cause = cause,
          .text = std::move(text),
          .debug = error.code != 0 ? debug_of(error) : std::string{},
          .device = path,
          .error = error};
}

Report no_camera() {
  auto report =
      resource(GST_RESOURCE_ERROR_NOT_FOUND, Cause::no_device, {},
               "There is no video capture device under /dev that can be opened. Plug one in, or "
               "set 'device'; 'v4l2-ctl --list-devices' shows what there is.",
               {});
  report.may_come = true;
  return report;
}

Report no_format(const std::string& path) {
  auto report = resource(GST_RESOURCE_ERROR_NOT_FOUND, Cause::no_format, path,
                         "The device at " + quoted(path) +
                             " has no format yet: start its producer, the program that feeds this "
                             "loopback device. With on-disconnect=wait it is waited for.",
                         {});
  report.may_come = true;
  return report;
}

Report unfed(const std::string& path) {
  auto report = resource(GST_RESOURCE_ERROR_NOT_FOUND, Cause::no_format, path,
                         "Nobody feeds the device at " + quoted(path) +
                             ": start its producer, the program that feeds this loopback device. "
                             "With on-disconnect=wait it is waited for.",
                         {});
  report.may_come = true;
  return report;
}

Report wrong_node(const std::string& path, v4l2::NodeKind kind, const std::string& sibling) {
  auto text = quoted(path) + " is " + std::string{v4l2::describe(kind)};
  if (sibling.empty())
    text +=
        " and captures no video. Set 'device' to a capture node; 'v4l2-ctl --list-devices' "
        "shows them.";
  else
    text += " and captures no video. The capture node of the same device is " + quoted(sibling) +
            ": set 'device' to that.";
  const bool may_come = kind == v4l2::NodeKind::output && sibling.empty();
  if (may_come)
    text +=
        " If it is a loopback device that captures once it is fed (v4l2loopback with "
        "exclusive_caps=1), start its producer; with on-disconnect=wait it is waited for.";
  auto report =
      resource(GST_RESOURCE_ERROR_NOT_FOUND, Cause::wrong_node, path, std::move(text), {});
  report.may_come = may_come;
  return report;
}

Report unsupported(const std::string& path, std::string text) {
  return resource(GST_RESOURCE_ERROR_SETTINGS, Cause::unsupported, path, std::move(text), {});
}

bool means_unsupported(const v4l2::Error& error) {
  return error.code == EINVAL || error.code == ENOTTY;
}

Report no_such_io_mode(const std::string& path, IoMode mode, const v4l2::Format& format,
                       const v4l2::Error& error) {
  static constexpr std::array names{"auto", "rw", "mmap", "userptr", "dmabuf", "dmabuf-import"};
  const auto refused = " for " + format.fourcc.to_string() + " " +
                       std::to_string(format.size.width) + "x" +
                       std::to_string(format.size.height) + " (" + error.call + ": " +
                       std::strerror(error.code) + ")";
  auto text = "The device at " + quoted(path);
  if (mode == IoMode::automatic)
    text +=
        " gives no buffers" + refused +
        ", whatever memory they are asked in. Its driver may not be set up in full ('dmesg' may "
        "say so). Ask for another format, and see whether 'v4l2-ctl -d " +
        path + " --stream-mmap --stream-count=1' captures.";
  else
    text += std::string{" can't do io-mode="} + names[static_cast<std::size_t>(mode)] + refused +
            ". Use io-mode=auto.";
  return resource(GST_RESOURCE_ERROR_SETTINGS, Cause::unsupported, path, std::move(text), error);
}

Report held_downstream(const std::string& path, std::uint32_t held, const v4l2::Error& error) {
  return resource(GST_RESOURCE_ERROR_BUSY, Cause::held, path,
                  "The device at " + quoted(path) +
                      " can't change its format while downstream holds " + std::to_string(held) +
                      " of its frames: its driver can't let go of them. Free them first, or use "
                      "on-starved=copy with a copy of each frame that is kept.",
                  error);
}

Report fallback(const std::string& path, const std::string& mode) {
  return resource(GST_RESOURCE_ERROR_SETTINGS, Cause::unsupported, path,
                  "io-mode=" + mode +
                      " found no pool or allocator downstream whose memory the device "
                      "at " +
                      quoted(path) + " could fill, so the driver's own buffers are used.",
                  {});
}

Report bad_setting(const std::string& path, std::string_view name, std::string_view value,
                   std::string_view example) {
  return unsupported(path, "The property '" + std::string{name} + "' is '" + std::string{value} +
                               "', which is not " + std::string{example} + ".");
}

Report overwritten(const std::string& path) {
  return resource(GST_RESOURCE_ERROR_READ, Cause::overwritten, path,
                  "The driver of the device at " + quoted(path) +
                      " has filled a buffer that was still in use downstream, so that frame shows "
                      "another picture now. From now on each frame is copied.",
                  {});
}

Report other_size(const std::string& path, std::string_view format, std::size_t bytes,
                  std::size_t needed) {
  return resource(GST_RESOURCE_ERROR_SETTINGS, Cause::not_negotiated, path,
                  "What the producer writes into the device at " + quoted(path) +
                      " has not the size of its format: frames of " + std::to_string(bytes) +
                      " bytes, but " + std::string{format} + " takes " + std::to_string(needed) +
                      ". While anybody has the device open, a producer can't change its format: "
                      "stop this pipeline, then the producer, and start the producer first.",
                  {});
}

Report raw_video_is_slow(const std::string& path, std::string_view chosen, std::string_view better,
                         std::string_view caps) {
  return {.domain = GST_STREAM_ERROR,
          .code = GST_STREAM_ERROR_FORMAT,
          .cause = Cause::slow,
          .text = "The device at " + quoted(path) + " gives raw video slowly: " +
                  std::string{chosen} + ". Compressed it gives " + std::string{better} +
                  ": ask for '" + std::string{caps} + "' and insert a decoder, such as decodebin.",
          .debug = {},
          .device = path,
          .error = {}};
}

namespace {

void set_texts(GstStructure* details, const char* field, const std::vector<std::string>& texts) {
  GValue list = G_VALUE_INIT;
  g_value_init(&list, GST_TYPE_LIST);
  for (const auto& text : texts) {
    GValue value = G_VALUE_INIT;
    g_value_init(&value, G_TYPE_STRING);
    g_value_set_string(&value, text.c_str());
    gst_value_list_append_and_take_value(&list, &value);
  }
  gst_structure_take_value(details, field, &list);
}

void add(GstStructure* details, const Detail& detail) {
  std::visit(
      Overloaded{
          [&](const std::string& text) {
            gst_structure_set(details, detail.name, G_TYPE_STRING, text.c_str(), nullptr);
          },
          [&](const std::vector<std::string>& texts) { set_texts(details, detail.name, texts); },
          [&](std::uint64_t number) {
            gst_structure_set(details, detail.name, G_TYPE_UINT64, static_cast<guint64>(number),
                              nullptr);
          },
          [&](double number) {
            gst_structure_set(details, detail.name, G_TYPE_DOUBLE, number, nullptr);
          }},
      detail.value);
}

void send(GstElement* element, GstMessageType type, const Report& report) {
  auto* const details =
      gst_structure_new(details_name, "device", G_TYPE_STRING, report.device.c_str(), "cause",
                        G_TYPE_STRING, name_of(report.cause), "call", G_TYPE_STRING,
                        report.error.call, "errno", G_TYPE_INT, report.error.code, nullptr);
  for (const auto& detail : report.details)
    add(details, detail);
  if (!report.holders.empty()) set_texts(details, "holders", report.holders);
  if (!report.cheaper.empty()) set_texts(details, "cheaper", report.cheaper);
  if (!report.commands.empty()) set_texts(details, "commands", report.commands);
  if (report.bytes_per_second > 0)
    gst_structure_set(details, "bytes-per-second", G_TYPE_UINT64,
                      static_cast<guint64>(report.bytes_per_second), nullptr);
  gst_element_message_full_with_details(
      element, type, report.domain, report.code, g_strdup(report.text.c_str()),
      report.debug.empty() ? nullptr : g_strdup(report.debug.c_str()), __FILE__, G_STRFUNC,
      __LINE__, details);
}

}  // namespace

void post(GstElement* element, const Report& report) {
  GST_ERROR_OBJECT(element, "%s [%s]", report.text.c_str(), report.debug.c_str());
  send(element, GST_MESSAGE_ERROR, report);
}

void warn(GstElement* element, const Report& report) {
  GST_WARNING_OBJECT(element, "%s", report.text.c_str());
  send(element, GST_MESSAGE_WARNING, report);
}

bool is_report(GstMessage* message) {
  const GstStructure* details{};
  gst_message_parse_error_details(message, &details);
  return details != nullptr && gst_structure_has_name(details, details_name);
}

}  // namespace v4l2gst
