#pragma once

#include <cstdint>
#include <optional>

#include "usbcam/modes.h"

namespace usbcam {

/// What a frame shows. With `counter` each frame carries its number, else all are alike.
enum class Pattern { counter, fixed };

/// A colour as BT.601 has it in limited range.
struct Colour {
  std::uint8_t luma{};
  std::uint8_t blue{};
  std::uint8_t red{};
};

/// The row of marks on top of each picture: 32 squares of 8 x 16 pixels, from the left, each one
/// bit of the frame number, the lowest first; white is 1. It survives any lossy codec.
inline constexpr unsigned mark_width = 8;
inline constexpr unsigned marks_height = 16;
inline constexpr unsigned mark_count = 32;

/// The picture's content at a point: the marks of a frame number, if there is one, over vertical
/// colour bars.
Colour scene_at(Size size, unsigned x, unsigned y, std::optional<std::uint64_t> number);

}  // namespace usbcam
