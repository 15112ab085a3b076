#pragma once

#include <array>

#include "usbcam/bit_writer.h"
#include "usbcam/source.h"

namespace usbcam {

/// The start code and header of an access unit delimiter.
inline constexpr std::array<std::uint8_t, 5> delimiter_start{0, 0, 0, 1, 9};

/// An H.264 byte stream (constrained baseline) that any decoder takes. IDR pictures are made of
/// I_PCM macroblocks, so that decoding gives each sample exactly; the pictures between them skip
/// every macroblock, so that they show the last IDR picture again. One access unit for each frame:
/// delimiter, parameter sets before an IDR picture, and with a counter the frame number in an SEI
/// message of unregistered user data, as the text "usbcam-frame=N". In the fixed pattern each frame
/// is an IDR picture, the same one.
class H264Source final : public Source {
public:
  H264Source(Size size, Pattern pattern, unsigned gop);

  ByteView frame(std::uint64_t number) override;

private:
  [[nodiscard]] Bytes sequence_parameters() const;
  [[nodiscard]] Bytes idr_slice(std::optional<std::uint64_t> number) const;
  [[nodiscard]] Bytes skipped_slice() const;

  Size size_;
  Pattern pattern_;
  unsigned gop_;
  /// Macroblocks per line and column; the last line of them may be cropped.
  unsigned columns_;
  unsigned lines_;
  /// The place in the group of pictures, and the group.
  unsigned place_{};
  unsigned group_{};
  Bytes unit_;
};

}  // namespace usbcam
