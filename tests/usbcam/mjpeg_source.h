#pragma once

#include "usbcam/source.h"

namespace usbcam {

/// An MjpegSource makes JPEG pictures in 4:2:2, as cameras send them. With a counter a comment in
/// each has the frame number as the text "usbcam-frame=N".
class MjpegSource final : public Source {
public:
  MjpegSource(Size size, Pattern pattern);

  ByteView frame(std::uint64_t number) override;

private:
  void paint(unsigned from_line, unsigned to_line, std::optional<std::uint64_t> number);
  void compress(std::optional<std::uint64_t> number);

  Size size_;
  Pattern pattern_;
  /// Each pixel has three bytes, luma, blue and red.
  Bytes picture_;
  Bytes jpeg_;
};

}  // namespace usbcam
