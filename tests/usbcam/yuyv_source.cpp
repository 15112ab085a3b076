#include "usbcam/yuyv_source.h"

namespace usbcam {

YuyvSource::YuyvSource(Size size, Pattern pattern)
    : size_{size}, pattern_{pattern}, picture_(frame_bytes(size)) {
  paint(0, size.height, {});
}

void YuyvSource::paint(unsigned from_line, unsigned to_line, std::optional<std::uint64_t> number) {
  auto* pixel = picture_.data() + std::size_t{from_line} * size_.width * 2;
  for (unsigned y = from_line; y < to_line; ++y) {
    for (unsigned x = 0; x < size_.width; x += 2) {
      Colour left = scene_at(size_, x, y, number);
      Colour right = scene_at(size_, x + 1, y, number);
      *pixel++ = left.luma;
      *pixel++ = left.blue;
      *pixel++ = right.luma;
      *pixel++ = left.red;
    }
  }
}

ByteView YuyvSource::frame(std::uint64_t number) {
  if (pattern_ == Pattern::counter) {
    paint(0, marks_height, number);
    for (unsigned byte = 0; byte < 4; ++byte)
      picture_[std::size_t{2} * byte] = (number >> (8 * byte)) & 0xff;
  }
  return picture_;
}

}  // namespace usbcam
