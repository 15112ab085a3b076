#pragma once

#include <cstdint>
#include <optional>

#include "device/format.h"
#include "kernel/error.h"

namespace v4l2 {

class Node;

/// The width of a pixel over its height.
struct PixelAspect {
  std::uint32_t width{1};
  std::uint32_t height{1};

  friend constexpr bool operator==(const PixelAspect&, const PixelAspect&) = default;
};

/// The shape of the pixels of frames of `frame` pixels, in whole frames; square where the driver
/// does not say. What is cropped and scaled on the way is taken into account.
Result<PixelAspect> pixel_aspect(const Node& node, Size frame);

/// A rectangle of a device (V4L2_SEL_TGT_*); nothing where its driver has no such one.
Result<std::optional<v4l2_rect>> selected(const Node& node, std::uint32_t target);

/// Sets a rectangle and returns what the driver made of it; nothing where it refuses. Error: the
/// device is gone.
Result<std::optional<v4l2_rect>> select(const Node& node, std::uint32_t target, v4l2_rect wanted);

/// True for the same pixels.
bool same(const v4l2_rect& one, const v4l2_rect& other);

/// Where in its frames a device puts the picture; nothing where its driver does not compose.
Result<std::optional<v4l2_rect>> composed(const Node& node);

/// Has the picture fill the frame, where the driver could leave a margin: VIDIOC_S_FMT may leave
/// the compose rectangle as the program before needed it. What the driver refuses stays as it was.
Result<> fill_frame(const Node& node);

}  // namespace v4l2
