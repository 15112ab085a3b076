#include "device/selector.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "device/node_list.h"

namespace v4l2 {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// Returns false for an empty text: a device without a serial number has none that matches. Spaces
/// at the ends do not count, since a term has none.
bool is(const std::string& pattern, std::string_view text) {
  const auto value = trimmed(text);
  return !value.empty() && matches_pattern(pattern, value);
}

}  // namespace

std::string selector_value(std::string_view value) {
  std::string term{trimmed(value)};
  std::ranges::replace_if(
      term,
      [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return c == ',' || byte < 0x20 || byte == 0x7f;
      },
      '?');
  return term;
}

bool matches_pattern(std::string_view pattern, std::string_view text) {
  std::size_t p{};
  std::size_t t{};
  std::optional<std::size_t> star;  // the latest '*', and where the text after it begins now
  std::size_t resume{};
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || lower(pattern[p]) == lower(text[t]))) {
      ++p;
      ++t;
    } else if (star) {
      p = *star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

bool Selector::is_meant(std::string_view text) {
  const auto equals = text.find('=');
  return equals != std::string_view::npos &&
         text.substr(0, equals).find('/') == std::string_view::npos;
}

std::expected<Selector, std::string> Selector::parse(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, Key>, 6> keys{
      {{"serial", Key::serial},
       {"usb", Key::usb},
       {"bus", Key::bus},
       {"card", Key::card},
       {"interface", Key::interface},
       {"index", Key::index}}};
  Selector selector;
  for (;;) {
    const auto comma = text.find(',');
    const auto term = text.substr(0, comma);
    const auto equals = term.find('=');
    const auto name = trimmed(term.substr(0, equals));
    const auto key = std::ranges::find(keys, name, &std::pair<std::string_view, Key>::first);
    const auto pattern =
        equals == std::string_view::npos ? std::string_view{} : trimmed(term.substr(equals + 1));
    if (key == keys.end() || pattern.empty()) return std::unexpected{std::string{trimmed(term)}};
    selector.terms_.push_back({.key = key->second, .pattern = std::string{pattern}});
    if (comma == std::string_view::npos) return selector;
    text.remove_prefix(comma + 1);
  }
}

bool Selector::matches(const ListedNode& node) const {
  return std::ranges::all_of(terms_, [&](const Term& term) { return holds(term, node); });
}

bool Selector::holds(const Term& term, const ListedNode& node) {
  const auto& identity = node.identity;
  const auto& pattern = term.pattern;
  switch (term.key) {
    case Key::serial:
      return is(pattern, identity.serial);
    case Key::usb:
      return identity.usb() && is(pattern, identity.vendor_id + ":" + identity.product_id);
    case Key::bus:
      // v4l_querycap() in the kernel fills bus_info so if the driver leaves it empty.
      if (identity.known() && !identity.usb() &&
          (is(pattern, "platform:" + identity.port) || is(pattern, "PCI:" + identity.port)))
        return true;
      return std::ranges::any_of(std::array{identity.bus, identity.port}, [&](const auto& place) {
        return is(pattern, place) ||
               (!identity.function.empty() && is(pattern, place + ":" + identity.function));
      });
    case Key::card:
      return is(pattern, identity.card);
    case Key::interface:
      return is(pattern, identity.function) ||
             is(pattern,
                std::string_view{identity.function}.substr(identity.function.find('.') + 1));
    case Key::index:
      return !node.name.empty() && is(pattern, std::to_string(identity.index));
  }
  return false;
}

}  // namespace v4l2
