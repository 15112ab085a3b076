#include "settings/selection.h"

#include <limits>
#include <numeric>

#include "kernel/node.h"

namespace v4l2 {

namespace {

bool can_be(std::uint32_t width, std::uint32_t height) {
  constexpr std::uint32_t plausible = 1U << 16U;  // and the products below fit 64 bits
  return width != 0 && height != 0 && width < plausible && height < plausible;
}

/// Returns `rectangle` if it can be a part of a picture.
std::optional<v4l2_rect> possible(const std::optional<v4l2_rect>& rectangle) {
  return rectangle && can_be(rectangle->width, rectangle->height) ? rectangle : std::nullopt;
}

}  // namespace

Result<PixelAspect> pixel_aspect(const Node& node, Size frame, Scaling scaling) {
  // Both calls take this type for multi-planar devices as well (V4L2 specification, VIDIOC_CROPCAP
  // and VIDIOC_G_SELECTION).
  v4l2_cropcap cropcap{};
  cropcap.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  const auto known = node.ask_in_passing(request::cropcap, cropcap);
  if (!known) return std::unexpected{known.error()};
  const auto& pixel = cropcap.pixelaspect;
  // The numerator is the height: "y / x" (V4L2 specification, struct v4l2_cropcap).
  const bool says = *known && can_be(pixel.denominator, pixel.numerator);
  if ((!says || pixel.numerator == pixel.denominator) && !scaling.chosen) return PixelAspect{};
  std::uint64_t width = says ? pixel.denominator : 1;
  std::uint64_t height = says ? pixel.numerator : 1;
  // The ratio holds for the unscaled picture. The crop rectangle is scaled to the compose
  // rectangle, which is the whole frame as a rule.
  const auto crop = selected(node, V4L2_SEL_TGT_CROP);
  if (!crop) return std::unexpected{crop.error()};
  if (const auto shown = possible(*crop); shown && can_be(frame.width, frame.height)) {
    const auto compose = selected(node, V4L2_SEL_TGT_COMPOSE);
    if (!compose) return std::unexpected{compose.error()};
    if (const auto place = possible(*compose))
      frame = {.width = place->width, .height = place->height * scaling.lines};
    const auto across = std::gcd(shown->width, frame.width);
    const auto down = std::gcd(shown->height, frame.height);
    width *= std::uint64_t{shown->width / across} * (frame.height / down);
    height *= std::uint64_t{frame.width / across} * (shown->height / down);
  }
  const auto common = std::gcd(width, height);
  width /= common;
  height /= common;
  constexpr std::uint64_t most = std::numeric_limits<std::int32_t>::max();
  if (width > most || height > most) return PixelAspect{};
  return PixelAspect{.width = static_cast<std::uint32_t>(width),
                     .height = static_cast<std::uint32_t>(height)};
}

Result<std::optional<v4l2_rect>> selected(const Node& node, std::uint32_t target) {
  v4l2_selection wire{};
  wire.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  wire.target = target;
  const auto known = node.ask_in_passing(request::g_selection, wire);
  if (!known) return std::unexpected{known.error()};
  return *known ? std::optional{wire.r} : std::nullopt;
}

Result<v4l2_rect> set_selection(const Node& node, std::uint32_t target, v4l2_rect wanted) {
  v4l2_selection wire{};
  wire.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  wire.target = target;
  wire.r = wanted;
  if (const auto done = node.call(request::s_selection, wire); !done)
    return std::unexpected{done.error()};
  return wire.r;
}

Result<std::optional<v4l2_rect>> select(const Node& node, std::uint32_t target, v4l2_rect wanted) {
  const auto set = set_selection(node, target, wanted);
  if (set) return *set;
  if (set.error().gone()) return std::unexpected{set.error()};
  return std::nullopt;
}

bool same(const v4l2_rect& one, const v4l2_rect& other) {
  return one.left == other.left && one.top == other.top && one.width == other.width &&
         one.height == other.height;
}

Result<std::optional<v4l2_rect>> composed(const Node& node) {
  return selected(node, V4L2_SEL_TGT_COMPOSE);
}

Result<> fill_frame(const Node& node) {
  v4l2_selection whole{};
  whole.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  whole.target = V4L2_SEL_TGT_COMPOSE_DEFAULT;
  const auto composes = node.ask_in_passing(request::g_selection, whole);
  if (!composes) return std::unexpected{composes.error()};
  if (!*composes) return {};
  whole.target = V4L2_SEL_TGT_COMPOSE;
  // A read-only rectangle is as the driver thinks best.
  static_cast<void>(node.call(request::s_selection, whole));
  return {};
}

}  // namespace v4l2
