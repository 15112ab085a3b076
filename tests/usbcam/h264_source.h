#pragma once

#include <array>

#include "usbcam/bit_writer.h"
#include "usbcam/source.h"

namespace usbcam {

/// A delimiter of access units begins with this start code and header.
inline constexpr std::array<std::uint8_t, 5> delimiter_start{0, 0, 0, 1, 9};

/// An H264Source makes a byte stream (constrained baseline) that any decoder takes. IDR pictures
/// have I_PCM macroblocks, so that decoding gives each sample exactly. The pictures between them
/// skip every macroblock, so that they show the last IDR picture again. Each frame is one access
/// unit with a delimiter, and parameter sets before an IDR picture. With a counter an SEI message
/// of unregistered user data has the frame number as the text "usbcam-frame=N". In the fixed
/// pattern all frames are the same IDR picture.
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
  /// The macroblocks per line and column. The last line of them may be cropped.
  unsigned columns_;
  unsigned lines_;
  /// The position in the group of pictures, and the number of the group.
  unsigned place_{};
  unsigned group_{};
  Bytes unit_;
};

}  // namespace usbcam
