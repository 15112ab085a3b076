#include <algorithm>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "usbcam/camera.h"
#include "usbcam/control_client.h"
#include "usbcam/control_socket.h"
#include "usbcam/options.h"
#include "usbcam/server.h"
#include "usbcam/source.h"
#include "usbcam/text.h"

namespace {

using namespace usbcam;
using Words = std::vector<std::string_view>;

constexpr std::string_view help =
    R"(usage: usbcam [OPTION]...                                be a camera until told to quit
       usbcam --send SOCKET [--until PATTERN] COMMAND    tell a running camera something
       usbcam --dump FORMAT SIZE COUNT FIRST [OPTION]... write frames to standard output

A USB camera in user space, plugged into vhci_hcd, for the real uvcvideo driver. Needs root and the
modules vhci-hcd and uvcvideo.

  --bulk | --isoc            how frames travel (bulk)
  --formats LIST             of yuyv,mjpeg,h264 (all)
  --sizes LIST               640x480,320x240,1280x720
  --rates LIST               frames per second: 30,15,10
  --intervals LIST           the same as dwFrameInterval, in 100 ns: 333333,666666,1000000
  --pattern counter|static   each frame carries its number, or all are the same (counter)
  --gop N                    H.264: frames from one IDR picture to the next (30)
  --mjpeg FILE  --h264 FILE  send this content instead
  --name S  --serial S  --vendor-id N  --product-id N
  --port N                   of the virtual host controller (the first that is free)
  --control PATH             listen for commands at this UNIX socket
  --no-status                no status endpoint, so that no change of a control is reported
  --stepped                  send frames only when told how many ("frames N")
  --unplugged                begin unplugged

--send prints the answer and fails if it is an error. With --until it asks again until the answer
fits the pattern, for at most 30 seconds; it may start before the camera does. --dump makes the
frames that the camera would send in a stream of its own, COUNT of them from number FIRST on.
)";

int complain(const Error& error) {
  std::cerr << "usbcam: " << error.what << '\n';
  return 1;
}

/// Runs --send SOCKET [--until PATTERN] COMMAND...
int send(const Words& words) {
  auto word = words.begin() + 1;
  std::optional<std::string> pattern;
  if (words.size() < 3) return complain({"--send needs a socket and a command"});
  std::string path{*word++};
  if (*word == "--until" && words.end() - word > 2) {
    pattern = word[1];
    word += 2;
  }
  std::string command;
  for (; word != words.end(); ++word)
    (command += command.empty() ? "" : " ") += *word;

  constexpr std::chrono::seconds limit{30};
  auto answer = pattern ? send_until(path, command, *pattern, limit) : send_command(path, command);
  if (!answer) return complain(answer.error());
  std::cout << *answer << '\n';
  return pattern || answer->starts_with("ok") ? 0 : 1;
}

/// Runs --dump FORMAT SIZE COUNT FIRST [OPTION]...
int dump(const Words& words) {
  if (words.size() < 5) return complain({"--dump needs a format, a size and two numbers"});
  auto codec = parse_codec(words[1]);
  auto size = parse_size(words[2]);
  auto count = parse_number<unsigned>(words[3]);
  auto first = parse_number<std::uint64_t>(words[4]);
  auto options = parse_options({words.begin() + 5, words.end()});
  if (!codec) return complain(codec.error());
  if (!size) return complain(size.error());
  if (!count) return complain(count.error());
  if (!first) return complain(first.error());
  if (!options) return complain(options.error());
  auto source = make_source({.codec = *codec, .size = *size, .interval = {}}, options->content);
  for (unsigned number = 0; number < *count; ++number) {
    ByteView frame = source->frame(*first + number);
    std::ranges::copy(frame, std::ostreambuf_iterator<char>{std::cout});
  }
  return std::cout.flush() ? 0 : 1;
}

/// Runs the camera until it is told to quit.
int run(const Words& words) {
  auto options = parse_options(words);
  if (!options) return complain(options.error());
  std::optional<ControlSocket> control;
  if (!options->control.empty()) {
    auto socket = ControlSocket::listen(options->control);
    if (!socket) return complain(socket.error());
    control.emplace(*std::move(socket));
  }
  Camera camera{*options};
  if (!options->unplugged) {
    if (auto plugged = camera.plug(options->port); !plugged) return complain(plugged.error());
  }
  auto ended = run_server(camera, control ? &*control : nullptr);
  return ended ? 0 : complain(ended.error());
}

}  // namespace

int main(int count, char** arguments) {
  Words words{arguments + 1, arguments + count};
  if (!words.empty() && words[0] == "--send") return send(words);
  if (!words.empty() && words[0] == "--dump") return dump(words);
  if (std::ranges::find(words, "--help") != words.end()) {
    std::cout << help;
    return 0;
  }
  return run(words);
}
