#pragma once

#include <cstdint>

#include "device/format.h"
#include "kernel/node.h"

namespace v4l2 {

/// The width of a pixel over its height.
struct PixelAspect {
  std::uint32_t width{1};
  std::uint32_t height{1};

  friend constexpr bool operator==(const PixelAspect&, const PixelAspect&) = default;
};

/// The shape of the pixels of frames of `frame` pixels, in whole frames; square where the driver
/// does not say. What is cropped and scaled on the way is taken into account.
Result<PixelAspect> pixel_aspect(const Node& node, Size frame);

}  // namespace v4l2
