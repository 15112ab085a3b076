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

/// What the camera is, and how it behaves at first.
struct Options {
  Identity identity;
  Transfer transfer{Transfer::bulk};
  std::vector<Codec> codecs{Codec::yuyv, Codec::mjpeg, Codec::h264};
  std::vector<Size> sizes{{640, 480}, {320, 240}, {1280, 720}};
  /// 30, 15 and 10 frames a second.
  std::vector<Interval> intervals{Interval{333333}, Interval{666666}, Interval{1000000}};
  Content content;
  /// The port of the virtual host controller; the first free one if empty.
  std::optional<unsigned> port;
  /// Begin without being plugged in.
  bool unplugged{};
  /// Send frames only when told to.
  bool stepped{};
  /// Where the control socket shall be.
  std::string control;
};

/// From the words of a command line.
Result<Options> parse_options(const std::vector<std::string_view>& words);

}  // namespace usbcam
