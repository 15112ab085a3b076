#include "settings/selection.h"

#include <limits>
#include <numeric>

#include "kernel/node.h"

namespace v4l2 {

Result<PixelAspect> pixel_aspect(const Node& node, Size frame) {
  // Both calls take this type for multi-planar devices as well (V4L2 specification, VIDIOC_CROPCAP
  // and VIDIOC_G_SELECTION).
  v4l2_cropcap cropcap{};
  cropcap.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  const auto known = node.ask_in_passing(request::cropcap, cropcap);
  if (!known) return std::unexpected{known.error()};
  const auto& pixel = cropcap.pixelaspect;
  // The numerator is the height: "y / x" (V4L2 specification, struct v4l2_cropcap).
  constexpr std::uint32_t plausible = 1U << 16U;  // and the products below fit 64 bits
  const auto can_be = [](std::uint32_t width, std::uint32_t height) {
    return width != 0 && height != 0 && width < plausible && height < plausible;
  };
  if (!*known || !can_be(pixel.denominator, pixel.numerator) ||
      pixel.numerator == pixel.denominator)
    return PixelAspect{};
  std::uint64_t width = pixel.denominator;
  std::uint64_t height = pixel.numerator;
  // The ratio holds for the unscaled picture. The frame shows the crop rectangle.
  v4l2_selection crop{};
  crop.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  crop.target = V4L2_SEL_TGT_CROP;
  const auto cropped = node.ask_in_passing(request::g_selection, crop);
  if (!cropped) return std::unexpected{cropped.error()};
  if (*cropped && can_be(crop.r.width, crop.r.height) && can_be(frame.width, frame.height)) {
    const auto across = std::gcd(crop.r.width, frame.width);
    const auto down = std::gcd(crop.r.height, frame.height);
    width *= std::uint64_t{crop.r.width / across} * (frame.height / down);
    height *= std::uint64_t{frame.width / across} * (crop.r.height / down);
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

Result<std::optional<v4l2_rect>> select(const Node& node, std::uint32_t target, v4l2_rect wanted) {
  v4l2_selection wire{};
  wire.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  wire.target = target;
  wire.r = wanted;
  const auto done = node.call(request::s_selection, wire);
  if (done) return wire.r;
  if (done.error().gone()) return std::unexpected{done.error()};
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
