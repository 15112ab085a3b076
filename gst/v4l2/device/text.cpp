#include "device/text.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace v4l2 {
namespace {

/// One row of "Well-Formed UTF-8 Byte Sequences" (the Unicode Standard, table 3-7), which leaves
/// out overlong forms and surrogates. The third and fourth bytes are from 0x80 to 0xbf.
struct Form {
  std::uint8_t first_least;
  std::uint8_t first_most;
  std::uint8_t second_least;
  std::uint8_t second_most;
  std::size_t length;
};

// The forms begin at U+00A0. Before it are control characters.
constexpr std::array forms{Form{0xc2, 0xc2, 0xa0, 0xbf, 2}, Form{0xc3, 0xdf, 0x80, 0xbf, 2},
                           Form{0xe0, 0xe0, 0xa0, 0xbf, 3}, Form{0xe1, 0xec, 0x80, 0xbf, 3},
                           Form{0xed, 0xed, 0x80, 0x9f, 3}, Form{0xee, 0xef, 0x80, 0xbf, 3},
                           Form{0xf0, 0xf0, 0x90, 0xbf, 4}, Form{0xf1, 0xf3, 0x80, 0xbf, 4},
                           Form{0xf4, 0xf4, 0x80, 0x8f, 4}};

bool within(std::uint8_t byte, std::uint8_t least, std::uint8_t most) {
  return byte >= least && byte <= most;
}

/// Returns how many bytes the character at the start of `text` has. 0 if there is none.
std::size_t character(std::span<const std::uint8_t> text) {
  const auto first = text.front();
  if (first < 0x80) return within(first, ' ', '~') ? 1 : 0;
  const auto form = std::ranges::find_if(
      forms, [first](const Form& row) { return within(first, row.first_least, row.first_most); });
  if (form == forms.end() || text.size() < form->length ||
      !within(text[1], form->second_least, form->second_most))
    return 0;
  const auto rest = text.subspan(2, form->length - 2);
  const bool whole =
      std::ranges::all_of(rest, [](std::uint8_t byte) { return within(byte, 0x80, 0xbf); });
  return whole ? form->length : 0;
}

}  // namespace

std::string text_of(std::span<const std::uint8_t> field) {
  auto left = field.first(static_cast<std::size_t>(std::ranges::find(field, 0) - field.begin()));
  std::string text;
  while (!left.empty()) {
    const auto length = character(left);
    if (length == 0)
      text += '?';
    else
      text.append(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(length));
    left = left.subspan(std::max<std::size_t>(length, 1));
  }
  return text;
}

std::string hex(std::uint64_t number) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "0x%llx", static_cast<unsigned long long>(number));
  return text.data();
}

}  // namespace v4l2
