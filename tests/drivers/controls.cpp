// Sets each control of a device by the element, while it plays, and reads it in another process.
// Prints TAP.
//
//   controls DEVICE          sets the controls; the device is a vivid
//   controls DEVICE NAME     prints a control's value
//
// Numbers, menus and texts are read by v4l2-ctl, arrays by this program.

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controls/control_structure.h"
#include "kernel/node.h"
#include "rigs/device_rig.h"
#include "rigs/tap.h"
#include "settings/control_info.h"
#include "settings/control_value.h"

namespace {

using real::Tap;
using v4l2::ControlForm;
using v4l2::ControlInfo;
using v4l2::ControlValue;
using Numbers = std::vector<std::int64_t>;

/// Returns true for a control that breaks the device, the stream, or the picture's format.
bool is_harmful(const std::string& key) {
  constexpr std::array<std::string_view, 8> parts{"disconnect", "inject",     "error",
                                                  "percentage", "cropping",   "scaler",
                                                  "composing",  "signal_mode"};
  return std::ranges::any_of(
      parts, [&](std::string_view part) { return key.find(part) != std::string::npos; });
}

/// Returns what a command prints, without the end of its line.
std::string output_of(const std::string& command) {
  std::string text;
  if (auto* const pipe = popen(command.c_str(), "r")) {
    std::array<char, 256> chunk{};
    while (const auto got = fread(chunk.data(), 1, chunk.size(), pipe))
      text.append(chunk.data(), got);
    pclose(pipe);
  }
  while (text.ends_with('\n'))
    text.pop_back();
  return text;
}

std::int64_t other_number(const ControlInfo& control, std::int64_t now) {
  if (control.form() == ControlForm::menu) {
    for (const auto& entry : control.menu)
      if (entry.index != now) return entry.index;
    return now;
  }
  if (control.form() == ControlForm::bitmask) return now ^ (control.maximum & -control.maximum);
  const auto step = static_cast<std::int64_t>(std::max<std::uint64_t>(control.step, 1));
  return now <= control.maximum - step ? now + step : now - step;
}

/// Returns another value than the one that the control has.
ControlValue other_value(const ControlInfo& control, const ControlValue& now) {
  if (const auto* const number = std::get_if<std::int64_t>(&now))
    return other_number(control, *number);
  if (const auto* const text = std::get_if<std::string>(&now))
    return std::string(static_cast<std::size_t>(control.maximum), *text == "x" ? 'y' : 'x');
  auto numbers = std::get<Numbers>(now);
  for (auto& number : numbers)
    number = other_number(control, number);
  return numbers;
}

std::string text_of(const ControlValue& value) {
  if (const auto* const number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* const text = std::get_if<std::string>(&value)) return *text;
  std::string all;
  for (const auto number : std::get<Numbers>(value))
    all += (all.empty() ? "" : ",") + std::to_string(number);
  return all;
}

/// The device as another program sees it.
struct Other {
  explicit Other(const std::string& device)
      : node{*v4l2::Node::open(v4l2::system_kernel(), device)},
        list{*v4l2::ControlList::read(*node)} {}

  [[nodiscard]] std::optional<ControlValue> read(const ControlInfo& control) const {
    const auto fresh = v4l2::refreshed(*node, control);
    if (!fresh) return std::nullopt;
    return v4l2::read_value(*node, *fresh).value_or(std::nullopt);
  }

  std::shared_ptr<const v4l2::Node> node;
  v4l2::ControlList list;
};

/// Returns the value as another process reads it.
std::string read_elsewhere(const std::string& self, const std::string& device,
                           const ControlInfo& control) {
  if (control.form() == ControlForm::list)
    return output_of(self + " " + device + " " + control.key);
  const auto line = output_of("v4l2-ctl -d " + device + " -C " + control.key);
  if (control.form() == ControlForm::string) {
    const auto begin = line.find('\'');
    return begin == std::string::npos ? line : line.substr(begin + 1, line.rfind('\'') - begin - 1);
  }
  const auto colon = line.find(": ");
  const auto value = colon == std::string::npos ? line : line.substr(colon + 2);
  if (control.form() == ControlForm::bitmask)  // printed as an int, or in hexadecimal
    return std::to_string(std::stoll(value, nullptr, 0) & 0xffffffff);
  return value.substr(0, value.find(' '));  // a menu has its label behind the number
}

void set(GstElement* element, const ControlInfo& control, const ControlValue& value) {
  const std::array<std::optional<ControlValue>, 1> values{value};
  auto* const structure = v4l2gst::structure_of({&control, 1}, values);
  gst_structure_set_name(structure, "c");
  g_object_set(element, "extra-controls", structure, nullptr);
  gst_structure_free(structure);
}

/// Returns the texts of the WARNINGs until now.
std::string warnings(GstBus* bus) {
  std::string texts;
  while (auto* const message = gst_bus_pop_filtered(bus, GST_MESSAGE_WARNING)) {
    GError* error{};
    gst_message_parse_warning(message, &error, nullptr);
    texts += error->message;
    g_error_free(error);
    gst_message_unref(message);
  }
  return texts;
}

void check(Tap& tap, const std::string& self, const std::string& device) {
  real::Alone alone{device, v4l2::system_kernel(),
                    "video/x-raw,format=YUY2,width=320,height=180,framerate=30/1"};
  alone.play();
  tap.point(alone.next() != nullptr, "a frame comes");
  const auto apply = [&](const ControlInfo& control, const ControlValue& value) {
    set(alone.element, control, value);
    // The second frame is asked for after the command ran.
    bool came = true;
    for (int frame = 0; frame < 2; ++frame)
      came = alone.next() != nullptr && came;
    return came;
  };
  const Other other{device};
  unsigned set_ones{};
  for (const auto& control : other.list.all()) {
    if (is_harmful(control.key) || !control.writable()) continue;
    const auto now = other.read(control);
    if (!now && control.form() != ControlForm::button) continue;  // write-only
    const auto fresh = v4l2::refreshed(*other.node, control);
    if (!fresh || fresh->has(V4L2_CTRL_FLAG_INACTIVE) || fresh->has(V4L2_CTRL_FLAG_GRABBED)) {
      Tap::explain(control.key + " can't be set now");
      continue;
    }
    const auto wanted = now ? other_value(*fresh, *now) : ControlValue{std::int64_t{1}};
    const bool came = apply(control, wanted);
    const auto is = now ? read_elsewhere(self, device, *fresh) : std::string{"pressed"};
    const auto told = warnings(alone.bus);
    // vivid's "standard" makes itself inactive. The element says so, and the value is stored.
    const auto after = v4l2::refreshed(*other.node, control);
    const bool inactive = after && after->has(V4L2_CTRL_FLAG_INACTIVE);
    const bool good = came && (told.empty() || inactive) && (!now || is == text_of(wanted));
    tap.point(good, control.key + " is set to " + text_of(wanted).substr(0, 60));
    if (!good) {
      Tap::explain("it is " + is);
      Tap::explain(told);
      Tap::explain(alone.errors());
    }
    ++set_ones;
    // It may decide whether the next control is active.
    if (now) apply(control, *now);
    warnings(alone.bus);
  }
  tap.point(set_ones > 30, std::to_string(set_ones) + " controls were set");
}

}  // namespace

int main(int argc, char** argv) {
  gst_init(nullptr, nullptr);
  if (argc == 3) {
    const Other other{argv[1]};
    const auto* const control = other.list.find(std::string_view{argv[2]});
    const auto value = control != nullptr ? other.read(*control) : std::nullopt;
    std::puts(value ? text_of(*value).c_str() : "none");
    return 0;
  }
  Tap tap;
  check(tap, argv[0], argv[1]);
  return tap.end();
}
