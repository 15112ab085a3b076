#pragma once

#include "usbcam/source.h"

namespace usbcam {

/// A YuyvSource makes packed YUV 4:2:2. With a counter the first four luma samples are the frame
/// number, the lowest byte first. A test can read it without the marks.
class YuyvSource final : public Source {
public:
  YuyvSource(Size size, Pattern pattern);

  ByteView frame(std::uint64_t number) override;

private:
  void paint(unsigned from_line, unsigned to_line, std::optional<std::uint64_t> number);

  Size size_;
  Pattern pattern_;
  Bytes picture_;
};

}  // namespace usbcam
