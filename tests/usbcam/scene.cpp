#include "usbcam/scene.h"

#include <array>

namespace usbcam {
namespace {

/// The bars are white, yellow, cyan, green, magenta, red, blue and black. All but the first and
/// last are at 75 %.
constexpr std::array<Colour, 8> bars{{
    {235, 128, 128},
    {162, 44, 142},
    {131, 156, 44},
    {112, 72, 58},
    {84, 184, 198},
    {65, 100, 212},
    {35, 212, 114},
    {16, 128, 128},
}};

}  // namespace

Colour scene_at(Size size, unsigned x, unsigned y, std::optional<std::uint64_t> number) {
  if (number && y < marks_height && x < mark_width * mark_count) {
    bool is_set = ((*number >> (x / mark_width)) & 1) != 0;
    return is_set ? bars.front() : bars.back();
  }
  return bars[x * bars.size() / size.width];
}

}  // namespace usbcam
