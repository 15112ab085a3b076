#include "output/text.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <glib.h>

#include "checks/complaints.h"
#include "device/text.h"
#include "facts/device_facts.h"
#include "output/words.h"

namespace v4l2describe {
namespace {

/// Two spaces for each level.
std::string indent(unsigned level) {
  return std::string(2 * std::size_t{level}, ' ');
}

/// "  driver        uvcvideo".
std::string line(std::string_view name, std::string_view value) {
  constexpr std::size_t column = 14;
  auto text = indent(1).append(name);
  text.resize(std::max(text.size() + 1, column + 2), ' ');
  return text.append(value) + "\n";
}

/// " (compressed, emulated)", or nothing.
std::string in_brackets(const std::vector<std::string>& words) {
  return words.empty() ? std::string{} : " (" + joined(words) + ")";
}

std::string usb_text(const v4l2::Identity& identity) {
  auto text = identity.vendor_id + ":" + identity.product_id;
  if (!identity.serial.empty()) text += ", serial number " + identity.serial;
  text += ", port " + identity.port;
  return text + ", " + std::to_string(identity.usb_speed_mbps) + " Mb/s";
}

std::string identity_text(const DeviceFacts& facts) {
  auto text = facts.path + ": " + facts.card + "\n";
  text += line("driver", facts.driver);
  text += line("bus", facts.bus);
  if (facts.identity.usb()) text += line("USB", usb_text(facts.identity));
  text += line("version", version_text(facts.version));
  const auto bits = facts.node != 0 ? facts.node : facts.capabilities;
  text += line("capabilities", v4l2::hex(bits) + in_brackets(capability_words(bits)));
  if (const auto& current = facts.current) {
    const v4l2::Size size{current->size.width, v4l2::frame_height(*current)};
    auto mode = current->fourcc.to_string() + " " + text_of(size);
    if (facts.interval.known()) mode += " at " + rate_text(facts.interval);
    text += line("set to", mode);
  }
  if (!facts.obstacle.empty()) text += line("trouble", facts.obstacle);
  return text;
}

/// "1280x720p60, 59.94 Hz".
std::string timings_text(const TimingsFacts& timings) {
  // In any locale with a point.
  std::array<char, G_ASCII_DTOSTR_BUF_SIZE> rate{};
  g_ascii_formatd(rate.data(), static_cast<gint>(rate.size()), "%.2f", timings.rate);
  return timings.name + ", " + rate.data() + " Hz";
}

/// Marks the line of what is set.
std::string mark(bool current) {
  return current ? "  * " : "    ";
}

/// "0 TV (tuner): no signal; audio Stereo; 44000000 to 958000000 Hz, at 471250000 Hz".
std::string input_text(const InputFacts& input) {
  auto text = std::to_string(input.index) + " " + input.name + " (" + input_type(input.type) + ")";
  if (input.status != 0) text += ": " + joined(status_words(input.status));
  if (!input.audio.empty()) text += "; audio " + joined(input.audio);
  if (const auto& tuner = input.tuner) {
    text += "; " + std::to_string(tuner->least) + " to " + std::to_string(tuner->most) + " Hz";
    if (tuner->frequency != 0) text += ", at " + std::to_string(tuner->frequency) + " Hz";
  }
  if (input.edid_size) text += "; EDID of " + std::to_string(*input.edid_size) + " bytes";
  return text;
}

std::string inputs_text(const DeviceFacts& facts) {
  std::string text;
  for (const auto& input : facts.inputs) {
    text += mark(input.current) + input_text(input);
    if (input.current && !facts.signal.empty()) text += "; signal " + facts.signal;
    text += "\n";
  }
  if (!text.empty()) text = "  inputs\n" + text;
  if (!facts.standards.empty()) text += "  standards\n";
  for (const auto& standard : facts.standards)
    text += mark(standard.id == facts.standard) + standard.name + ": " +
            std::to_string(standard.lines) + " lines at " + rate_text(standard.frame_period) + "\n";
  if (!facts.timings.empty() || facts.current_timings) text += "  timings\n";
  bool listed{};
  for (const auto& timings : facts.timings) {
    const bool current = !listed && timings == facts.current_timings;
    listed = listed || current;
    text += mark(current) + timings_text(timings) + "\n";
  }
  if (facts.current_timings && !listed)
    text += mark(true) + timings_text(*facts.current_timings) + "\n";
  return text;
}

/// The modes of a size, a line each with a pipeline to copy.
std::string size_text(const SizeFacts& at) {
  const auto size = text_of(at.size);
  std::string text;
  for (const auto& range : at.intervals)
    if (!range.single())
      text += indent(3) + size + " at " + rate_text(range.longest) + " to " +
              rate_text(range.shortest) + "\n";
  for (const auto& mode : at.modes) {
    text += indent(3) + size;
    if (mode.interval.known()) text += " at " + rate_text(mode.interval);
    if (!mode.pipeline.empty()) text += ": " + mode.pipeline;
    text += "\n";
  }
  return text;
}

std::string formats_text(const DeviceFacts& facts) {
  std::string text = facts.formats.empty() ? "" : "  formats\n";
  for (const auto& format : facts.formats) {
    text += indent(2) + format.fourcc.to_string() + " " + format.description +
            in_brackets(format_words(format.flags)) + ": " +
            (format.caps.empty() ? "no caps, " + format.why_not : format.caps) + "\n";
    for (const auto& range : format.ranges)
      if (!range.single()) text += indent(3) + text_of(range) + "\n";
    for (const auto& size : format.sizes)
      text += size_text(size);
  }
  return text;
}

std::string control_text(const ControlFacts& control) {
  const auto& info = control.info;
  auto text = indent(2) + info.key + " (" + control_type(info.type) + ")";
  if (info.form() != v4l2::ControlForm::button) {
    if (control.value) text += ": " + v4l2::value_text(info, *control.value);
    // The entries of a menu are listed below it.
    if (info.form() != v4l2::ControlForm::menu) text += "; " + v4l2::range_text(info);
    if (info.form() != v4l2::ControlForm::string && info.form() != v4l2::ControlForm::list)
      text += "; default " + v4l2::value_text(info, info.default_value);
  }
  if (const auto flags = control_flag_words(info.flags); !flags.empty())
    text += "; " + joined(flags);
  text += "\n";
  for (const auto& entry : info.menu)
    text += indent(3) + std::to_string(entry.index) + " " + entry.label + "\n";
  return text;
}

std::string verdict(const DeviceFacts& facts) {
  const auto found = complaints(facts);
  if (found.empty()) return "  well-formed\n";
  auto text = "  not well-formed: " + std::to_string(found.size()) +
              (found.size() == 1 ? " complaint\n" : " complaints\n");
  for (const auto& complaint : found)
    text += indent(2) + complaint + "\n";
  return text;
}

}  // namespace

std::string to_text(const DeviceFacts& facts) {
  auto text = identity_text(facts) + inputs_text(facts) + formats_text(facts);
  if (!facts.controls.empty()) text += "  controls\n";
  for (const auto& control : facts.controls)
    text += control_text(control);
  return text + verdict(facts);
}

std::string to_line(const DeviceFacts& facts) {
  return facts.path + "  " + facts.card + "  " + facts.bus + "\n";
}

}  // namespace v4l2describe
