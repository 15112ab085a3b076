#pragma once

#include <cstdint>
#include <optional>

#include "usbcam/modes.h"

namespace usbcam {

/// A Pattern says what a frame shows. With `counter` each frame carries its number, with `fixed`
/// all are alike.
enum class Pattern { counter, fixed };

/// A Colour is in BT.601, limited range.
struct Colour {
  std::uint8_t luma{};
  std::uint8_t blue{};
  std::uint8_t red{};
};

/// A row of marks is on top of each picture. Its 32 squares of 8 x 16 pixels are the bits of the
/// frame number, the lowest on the left. A white square is 1. The marks survive any lossy codec.
inline constexpr unsigned mark_width = 8;
inline constexpr unsigned marks_height = 16;
inline constexpr unsigned mark_count = 32;

/// Returns the picture's colour at a point. The marks of a frame number, if there is one, are over
/// vertical colour bars.
Colour scene_at(Size size, unsigned x, unsigned y, std::optional<std::uint64_t> number);

}  // namespace usbcam
