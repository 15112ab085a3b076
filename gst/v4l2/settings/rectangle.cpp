#include "settings/rectangle.h"

#include <charconv>
#include <cstdint>
#include <system_error>

namespace v4l2 {
namespace {

/// Reads a text from its front.
class TextReader {
public:
  explicit TextReader(std::string_view text) : rest_{text} {}

  /// Skips `mark` and the spaces around it. Returns false if something else comes.
  bool skip(char mark) {
    skip_spaces();
    if (rest_.empty() || rest_.front() != mark) return false;
    rest_.remove_prefix(1);
    skip_spaces();
    return true;
  }

  template <class Number>
  std::optional<Number> number() {
    Number value{};
    const auto* const end = rest_.data() + rest_.size();
    const auto [after, error] = std::from_chars(rest_.data(), end, value);
    if (error != std::errc{}) return std::nullopt;
    rest_.remove_prefix(static_cast<std::size_t>(after - rest_.data()));
    return value;
  }

  /// Returns true if nothing but spaces is left.
  bool at_end() {
    skip_spaces();
    return rest_.empty();
  }

private:
  void skip_spaces() {
    while (!rest_.empty() && rest_.front() == ' ')
      rest_.remove_prefix(1);
  }

  std::string_view rest_;
};

}  // namespace

std::optional<v4l2_rect> parse_rectangle(std::string_view text) {
  TextReader reader{text};
  const bool bracketed = reader.skip('(');
  static_cast<void>(reader.at_end());
  const auto left = reader.number<std::int32_t>();
  if (!left || !reader.skip(',')) return std::nullopt;
  const auto top = reader.number<std::int32_t>();
  if (!top || (bracketed && !reader.skip(')')) || !reader.skip(bracketed ? '/' : ','))
    return std::nullopt;
  const auto width = reader.number<std::uint32_t>();
  if (!width || *width == 0 || !reader.skip('x')) return std::nullopt;
  const auto height = reader.number<std::uint32_t>();
  if (!height || *height == 0 || !reader.at_end()) return std::nullopt;
  return v4l2_rect{.left = *left, .top = *top, .width = *width, .height = *height};
}

std::string rectangle_text(const v4l2_rect& rectangle) {
  return std::to_string(rectangle.left) + "," + std::to_string(rectangle.top) + "," +
         std::to_string(rectangle.width) + "x" + std::to_string(rectangle.height);
}

std::optional<v4l2_rect> without(const v4l2_rect& whole, const Margins& margins) {
  // A sum of two margins may need more than 32 bits.
  const auto across = std::uint64_t{margins.left} + margins.right;
  const auto down = std::uint64_t{margins.top} + margins.bottom;
  if (across >= whole.width || down >= whole.height) return std::nullopt;
  // The margins are less than the size now. A driver may still report an impossible corner.
  const auto moved = [](std::int32_t corner, std::uint32_t margin) {
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(corner) + margin);
  };
  return v4l2_rect{.left = moved(whole.left, margins.left),
                   .top = moved(whole.top, margins.top),
                   .width = whole.width - static_cast<std::uint32_t>(across),
                   .height = whole.height - static_cast<std::uint32_t>(down)};
}

}  // namespace v4l2
