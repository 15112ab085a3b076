#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <linux/videodev2.h>

namespace v4l2 {

/// Parses a rectangle such as "320,0,640x480": left, top, width and height in pixels. Also takes
/// media-ctl's "(320,0)/640x480", and spaces between the parts. The corner may be negative.
/// Returns nullopt for any other text, and for a width or height of 0.
std::optional<v4l2_rect> parse_rectangle(std::string_view text);

/// Returns "320,0,640x480".
std::string rectangle_text(const v4l2_rect& rectangle);

/// The pixels to cut from each side of a rectangle.
struct Margins {
  std::uint32_t top{};
  std::uint32_t left{};
  std::uint32_t bottom{};
  std::uint32_t right{};

  friend bool operator==(const Margins&, const Margins&) = default;
};

/// Returns what is left of `whole` without `margins`. nullopt if that is nothing.
std::optional<v4l2_rect> without(const v4l2_rect& whole, const Margins& margins);

}  // namespace v4l2
