#include "usbcam/commands.h"

#include <algorithm>
#include <array>
#include <span>

#include "usbcam/text.h"

namespace usbcam {
namespace {

using Words = std::span<const std::string_view>;
/// An Outcome has the text after "ok".
using Outcome = Result<std::string>;

std::unexpected<Error> usage(std::string_view form) {
  return failure("usage: " + std::string{form});
}

/// Parses "N", "every N" or "off".
Outcome set_fault(Fault& fault, Words words) {
  if (words.size() == 1 && words[0] == "off") {
    fault = Fault{};
    return {};
  }
  bool repeats = words.size() == 2 && words[0] == "every";
  if (!repeats && words.size() != 1) return usage("N | every N | off");
  auto frames = parse_number<std::uint64_t>(words.back());
  if (!frames) return std::unexpected{frames.error()};
  fault = repeats ? Fault::every(*frames) : Fault::next(*frames);
  return {};
}

/// Parses "on" or "off".
Result<bool> parse_switch(Words words) {
  if (words.size() == 1 && words[0] == "on") return true;
  if (words.size() == 1 && words[0] == "off") return false;
  return usage("on | off");
}

Outcome error(Camera& camera, Words words) {
  return set_fault(camera.faults().error, words);
}

Outcome drop(Camera& camera, Words words) {
  return set_fault(camera.faults().drop, words);
}

Outcome truncate(Camera& camera, Words words) {
  return set_fault(camera.faults().truncate, words);
}

Outcome empty(Camera& camera, Words words) {
  return set_fault(camera.faults().empty, words);
}

Outcome stall(Camera& camera, Words words) {
  auto on = parse_switch(words);
  if (!on) return std::unexpected{on.error()};
  camera.faults().stall = *on;
  return {};
}

Outcome enospc(Camera& camera, Words words) {
  std::optional<std::uint64_t> left;
  if (words.size() == 2 && words[0] == "above") {
    auto bytes = parse_number<std::uint64_t>(words[1]);
    if (!bytes) return std::unexpected{bytes.error()};
    left = *bytes;
  } else {
    auto on = parse_switch(words);
    if (!on) return usage("on | above BYTES_PER_SECOND | off");
    if (*on) left = 0;
  }
  if (camera.transfer() == Transfer::bulk) return failure("a bulk camera reserves no bandwidth");
  camera.faults().bandwidth = left;
  return {};
}

Outcome start_delay(Camera& camera, Words words) {
  if (words.size() != 1) return usage("start-delay MILLISECONDS");
  auto delay = parse_number<unsigned>(words[0]);
  if (!delay) return std::unexpected{delay.error()};
  camera.faults().start_delay = std::chrono::milliseconds{*delay};
  return {};
}

Outcome stepped(Camera& camera, Words words) {
  auto on = parse_switch(words);
  if (!on) return std::unexpected{on.error()};
  if (*on) {
    camera.streamer().hold();
  } else {
    camera.streamer().release();
  }
  return {};
}

Outcome frames(Camera& camera, Words words) {
  if (words.size() != 1) return usage("frames N");
  auto count = parse_number<std::uint64_t>(words[0]);
  if (!count) return std::unexpected{count.error()};
  if (!camera.streamer().allow(*count)) return failure("not stepped: say \"stepped on\" first");
  return {};
}

Outcome get(Camera& camera, Words words) {
  if (words.size() != 1) return usage("get CONTROL");
  auto value = camera.controls().value(words[0]);
  if (!value) return std::unexpected{value.error()};
  return std::to_string(*value);
}

Outcome change(Camera& camera, Words words) {
  if (words.size() != 2) return usage("change CONTROL VALUE");
  auto value = parse_number<std::int32_t>(words[1]);
  if (!value) return std::unexpected{value.error()};
  if (auto changed = camera.change_control(words[0], *value); !changed) {
    return std::unexpected{changed.error()};
  }
  return {};
}

Outcome plug(Camera& camera, Words words) {
  std::optional<unsigned> port;
  if (words.size() > 1) return usage("plug [PORT]");
  if (words.size() == 1) {
    auto number = parse_number<unsigned>(words[0]);
    if (!number) return std::unexpected{number.error()};
    port = *number;
  }
  if (auto plugged = camera.plug(port); !plugged) return std::unexpected{plugged.error()};
  return {};
}

Outcome unplug(Camera& camera, Words /*words*/) {
  if (auto unplugged = camera.unplug(); !unplugged) return std::unexpected{unplugged.error()};
  return {};
}

Outcome node(Camera& camera, Words /*words*/) {
  return camera.node();
}

std::string text_of_mode(const Mode& mode) {
  return " format=" + std::string{name_of(mode.codec)} + " size=" + text_of(mode.size) +
         " interval=" + std::to_string(mode.interval.count());
}

Outcome status(Camera& camera, Words /*words*/) {
  const Streamer& streamer = camera.streamer();
  std::string text = camera.descriptor() ? "plugged=yes" : "plugged=no";
  text += streamer.mode() != nullptr ? " streaming=yes" : " streaming=no";
  if (const Mode* mode = streamer.mode()) text += text_of_mode(*mode);
  text += " frames=" + std::to_string(streamer.sent()) +
          " next=" + std::to_string(streamer.next_number()) +
          " starts=" + std::to_string(streamer.starts());
  if (auto allowed = streamer.allowed()) text += " allowed=" + std::to_string(*allowed);
  return text;
}

struct Command {
  std::string_view name;
  Outcome (*run)(Camera& camera, Words words);
};

constexpr std::array commands{
    Command{"error", error},
    Command{"drop", drop},
    Command{"truncate", truncate},
    Command{"empty", empty},
    Command{"stall", stall},
    Command{"enospc", enospc},
    Command{"start-delay", start_delay},
    Command{"stepped", stepped},
    Command{"frames", frames},
    Command{"get", get},
    Command{"change", change},
    Command{"plug", plug},
    Command{"unplug", unplug},
    Command{"node", node},
    Command{"status", status},
};

}  // namespace

std::string run_command(Camera& camera, std::string_view line) {
  auto words = split(line, ' ');
  if (words.empty()) return "error: no command";
  const auto* command = std::ranges::find(commands, words[0], &Command::name);
  if (command == commands.end()) return "error: unknown command " + std::string{words[0]};
  auto outcome = command->run(camera, Words{words}.subspan(1));
  if (!outcome) return "error: " + outcome.error().what;
  return outcome->empty() ? "ok" : "ok " + *outcome;
}

}  // namespace usbcam
