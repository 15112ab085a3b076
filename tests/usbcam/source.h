#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "usbcam/bytes.h"
#include "usbcam/modes.h"
#include "usbcam/scene.h"

namespace usbcam {

/// Where the frames of one stream come from.
class Source {
public:
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual ~Source() = default;

  /// The frame of this number, valid until the next call.
  virtual ByteView frame(std::uint64_t number) = 0;
};

/// What the sources shall make.
struct Content {
  Pattern pattern{Pattern::counter};
  /// Frames from one IDR picture to the next, in H.264.
  unsigned gop{30};
  /// The user's own frames, to be sent over and over; empty means that they are made here.
  std::vector<Bytes> mjpeg;
  std::vector<Bytes> h264;
};

/// Begins anew: the first frame of an H.264 source is an IDR picture.
std::unique_ptr<Source> make_source(const Mode& mode, const Content& content);

/// One JPEG picture in a file.
Result<std::vector<Bytes>> load_mjpeg(const std::string& path);

/// An H.264 byte stream in a file, cut into access units at its access unit delimiters; a stream
/// without them is one single unit.
Result<std::vector<Bytes>> load_h264(const std::string& path);

/// The largest frame of the user's own content.
std::uint32_t largest_frame(const Content& content);

}  // namespace usbcam
