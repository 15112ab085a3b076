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

/// A Source makes the frames of one stream.
class Source {
public:
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual ~Source() = default;

  /// Returns the frame of this number, which is valid until the next call.
  virtual ByteView frame(std::uint64_t number) = 0;
};

/// Content says what the sources make.
struct Content {
  Pattern pattern{Pattern::counter};
  /// The number of frames from one IDR picture to the next, in H.264.
  unsigned gop{30};
  /// The user's own frames are sent over and over. An empty list means that the source makes them.
  std::vector<Bytes> mjpeg;
  std::vector<Bytes> h264;
};

/// Returns a new source. The first frame of an H.264 source is an IDR picture.
std::unique_ptr<Source> make_source(const Mode& mode, const Content& content);

/// Loads one JPEG picture from a file.
Result<std::vector<Bytes>> load_mjpeg(const std::string& path);

/// Loads an H.264 byte stream from a file, cut into access units at its delimiters. A stream
/// without delimiters is a single unit.
Result<std::vector<Bytes>> load_h264(const std::string& path);

/// Returns the size of the largest of the user's own frames.
std::uint32_t largest_frame(const Content& content);

}  // namespace usbcam
