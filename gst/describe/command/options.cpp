#include "command/options.h"

#include <string_view>

namespace v4l2describe {

std::expected<Options, std::string> parse_options(std::span<const char* const> arguments) {
  Options options;
  bool only_devices{};
  for (const std::string_view argument : arguments) {
    if (only_devices || !argument.starts_with('-')) {
      if (argument.empty()) return std::unexpected{"the name of a device is empty"};
      options.devices.emplace_back(argument);
    } else if (argument == "--") {
      only_devices = true;
    } else if (argument == "--json") {
      options.json = true;
    } else if (argument == "--list") {
      options.list = true;
    } else if (argument == "--help" || argument == "-h") {
      options.help = true;
    } else if (argument == "--version") {
      options.version = true;
    } else {
      return std::unexpected{"there is no option " + std::string{argument}};
    }
  }
  return options;
}

std::string help_text() {
  return R"(usage: v4l2cpp-describe [--json] [--list] [DEVICE...]

Describes V4L2 capture devices: driver, inputs, standards, timings, formats, sizes, rates and
controls; whether they are well-formed; and for each mode a pipeline with v4l2cppsrc to copy.
Without DEVICE it describes all capture devices. It changes no setting of a device, and also
works while another program uses it.

  --json     one JSON object instead of text
  --list     only name the devices
  --help     this text
  --version  the version of the program

Exit status: 0 if all was described, 1 if a device could not be opened or is no capture device,
2 if the arguments are wrong.
)";
}

}  // namespace v4l2describe
