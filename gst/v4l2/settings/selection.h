#pragma once

#include <cstdint>
#include <optional>

#include "device/format.h"
#include "kernel/error.h"

namespace v4l2 {

class Node;

/// How the rectangles of a device may scale its picture.
struct Scaling {
  /// How many lines of the frame one line of a buffer stands for: 2 where buffers hold one field.
  std::uint32_t lines{1};
  /// The user chose a rectangle, so pixels that are square may be scaled to another shape. Without
  /// it they stay square, whatever size the driver reports.
  bool chosen{};
};

/// Returns the pixel aspect ratio of frames of `frame` pixels. The size is that of a whole frame,
/// not of a field. Cropping and scaling are taken into account. Pixels are square if the driver
/// does not say.
Result<PixelAspect> pixel_aspect(const Node& node, Size frame, Scaling scaling = {});

/// Returns a rectangle of a device (V4L2_SEL_TGT_*). nullopt if the driver has none of this kind.
Result<std::optional<v4l2_rect>> selected(const Node& node, std::uint32_t target);

/// Sets a rectangle and returns what the driver made of it. This may change the format, too.
Result<v4l2_rect> set_selection(const Node& node, std::uint32_t target, v4l2_rect wanted);

/// The same for a rectangle that need not be set. nullopt if the driver refuses. Error: the device
/// is gone.
Result<std::optional<v4l2_rect>> select(const Node& node, std::uint32_t target, v4l2_rect wanted);

/// Returns true if both rectangles cover the same pixels.
bool same(const v4l2_rect& one, const v4l2_rect& other);

/// Returns where the device puts the picture in its frames. nullopt if its driver does not compose.
Result<std::optional<v4l2_rect>> composed(const Node& node);

/// Makes the picture fill the frame, if the driver could leave a margin. VIDIOC_S_FMT may leave the
/// compose rectangle as the program before needed it. What the driver refuses stays as it was.
Result<> fill_frame(const Node& node);

}  // namespace v4l2
