#include "usbcam/source.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "usbcam/h264_source.h"
#include "usbcam/mjpeg_source.h"
#include "usbcam/yuyv_source.h"

namespace usbcam {
namespace {

/// A ListSource repeats the user's own frames.
class ListSource final : public Source {
public:
  explicit ListSource(std::vector<Bytes> frames) : frames_{std::move(frames)} {}

  ByteView frame(std::uint64_t /*number*/) override {
    ByteView frame = frames_[next_];
    next_ = (next_ + 1) % frames_.size();
    return frame;
  }

private:
  std::vector<Bytes> frames_;
  std::size_t next_{};
};

Result<Bytes> load(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file) return call_failure(path);
  Bytes bytes{std::istreambuf_iterator<char>{file}, {}};
  if (bytes.empty()) return failure(path + ": empty");
  return bytes;
}

}  // namespace

std::unique_ptr<Source> make_source(const Mode& mode, const Content& content) {
  switch (mode.codec) {
    case Codec::mjpeg:
      if (!content.mjpeg.empty()) return std::make_unique<ListSource>(content.mjpeg);
      return std::make_unique<MjpegSource>(mode.size, content.pattern);
    case Codec::h264:
      if (!content.h264.empty()) return std::make_unique<ListSource>(content.h264);
      return std::make_unique<H264Source>(mode.size, content.pattern, content.gop);
    case Codec::yuyv:
      break;
  }
  return std::make_unique<YuyvSource>(mode.size, content.pattern);
}

Result<std::vector<Bytes>> load_mjpeg(const std::string& path) {
  auto bytes = load(path);
  if (!bytes) return std::unexpected{bytes.error()};
  return std::vector<Bytes>{*std::move(bytes)};
}

Result<std::vector<Bytes>> load_h264(const std::string& path) {
  auto bytes = load(path);
  if (!bytes) return std::unexpected{bytes.error()};
  std::vector<Bytes> units;
  auto start = bytes->begin();
  while (start != bytes->end()) {
    auto end =
        std::search(std::next(start), bytes->end(), delimiter_start.begin(), delimiter_start.end());
    units.emplace_back(start, end);
    start = end;
  }
  return units;
}

std::uint32_t largest_frame(const Content& content) {
  std::size_t largest = 0;
  for (const auto* frames : {&content.mjpeg, &content.h264}) {
    for (const Bytes& frame : *frames)
      largest = std::max(largest, frame.size());
  }
  return static_cast<std::uint32_t>(largest);
}

}  // namespace usbcam
