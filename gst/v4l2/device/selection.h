#pragma once

#include <cstdint>
#include <optional>

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

/// Where in its frames a device puts the picture; nothing where its driver does not compose.
Result<std::optional<v4l2_rect>> composed(const Node& node);

/// Has the picture fill the frame, where the driver could leave a margin: VIDIOC_S_FMT may leave
/// the compose rectangle as the program before needed it. What the driver refuses stays as it was.
Result<> fill_frame(const Node& node);

}  // namespace v4l2
