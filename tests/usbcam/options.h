#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "usbcam/descriptors.h"
#include "usbcam/error.h"
#include "usbcam/modes.h"
#include "usbcam/source.h"

namespace usbcam {

/// Options say what the camera is, and how it behaves at first.
struct Options {
  Identity identity;
  Transfer transfer{Transfer::bulk};
  std::vector<Codec> codecs{Codec::yuyv, Codec::mjpeg, Codec::h264};
  std::vector<Size> sizes{{640, 480}, {320, 240}, {1280, 720}};
  /// The intervals of 30, 15 and 10 frames a second.
  std::vector<Interval> intervals{Interval{333333}, Interval{666666}, Interval{1000000}};
  Content content;
  /// The port of the virtual host controller; nullopt for the first free one.
  std::optional<unsigned> port;
  /// The camera starts unplugged.
  bool unplugged{};
  /// The camera sends frames only on a command.
  bool stepped{};
  /// The path of the control socket.
  std::string control;
};

/// Parses the words of a command line.
Result<Options> parse_options(const std::vector<std::string_view>& words);

}  // namespace usbcam
