#include "settings/control_value.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "device/text.h"
#include "kernel/node.h"
#include "settings/control_payload.h"

namespace v4l2 {
namespace {

using Numbers = std::vector<std::int64_t>;
using Fitted = std::expected<ControlValue, ValueFault>;

struct Bounds {
  std::int64_t least;
  std::int64_t most;

  [[nodiscard]] std::int64_t nearest(std::int64_t number) const {
    return least <= most ? std::clamp(number, least, most) : number;
  }
};

template <class Number>
Bounds bounds_of_type() {
  return {.least = std::numeric_limits<Number>::min(), .most = std::numeric_limits<Number>::max()};
}

/// Returns what a number of the control can be, by its type.
Bounds type_bounds(const ControlInfo& control) {
  switch (control.type) {
    case V4L2_CTRL_TYPE_INTEGER64:
      return bounds_of_type<std::int64_t>();
    case V4L2_CTRL_TYPE_AREA:
    case V4L2_CTRL_TYPE_BITMASK:
    case V4L2_CTRL_TYPE_U32:
      return bounds_of_type<std::uint32_t>();
    case V4L2_CTRL_TYPE_U16:
      return bounds_of_type<std::uint16_t>();
    default:
      return control.number_size() == 1 ? bounds_of_type<std::uint8_t>()
                                        : bounds_of_type<std::int32_t>();
  }
}

/// Structs have no range.
bool has_range(const ControlInfo& control) {
  return control.type < V4L2_CTRL_COMPOUND_TYPES || control.type == V4L2_CTRL_TYPE_U8 ||
         control.type == V4L2_CTRL_TYPE_U16 || control.type == V4L2_CTRL_TYPE_U32;
}

std::int64_t nearest(const ControlInfo& control, std::int64_t number) {
  if (control.type == V4L2_CTRL_TYPE_BITMASK)
    return static_cast<std::int64_t>(static_cast<std::uint32_t>(number) &
                                     static_cast<std::uint32_t>(control.maximum));
  const Bounds range{.least = control.minimum, .most = control.maximum};
  return type_bounds(control).nearest(has_range(control) ? range.nearest(number) : number);
}

std::string lower(std::string_view text) {
  std::string small{text};
  for (auto& letter : small)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  return small;
}

std::optional<std::int64_t> number_in(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  }
  std::int64_t number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc{} || end != text.data() + text.size() || number < 0) return std::nullopt;
  return negative ? -number : number;
}

std::optional<std::int64_t> switch_in(std::string_view text) {
  const auto word = lower(text);
  if (word == "true" || word == "yes" || word == "on") return 1;
  if (word == "false" || word == "no" || word == "off") return 0;
  return number_in(text);
}

/// Returns the numbers of "1,2,3", "{1, 2}" or, of an area, "1920x1080". nullopt if there is
/// something else.
std::optional<Numbers> numbers_in(std::string_view text, bool area) {
  constexpr std::string_view between = " ,;{}<>()[]";
  Numbers numbers;
  while (!text.empty()) {
    const auto start = text.find_first_not_of(between);
    if (start == std::string_view::npos) break;
    text.remove_prefix(start);
    auto word = text.substr(0, text.find_first_of(between));
    text.remove_prefix(word.size());
    const auto cross = area ? word.find('x') : std::string_view::npos;
    if (cross != std::string_view::npos && cross != 0 && !word.starts_with("0x")) {
      const auto width = number_in(word.substr(0, cross));
      if (!width) return std::nullopt;
      numbers.push_back(*width);
      word.remove_prefix(cross + 1);
    }
    const auto number = number_in(word);
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

/// Returns the entries that a text can mean: those that are the text, else those that are the text
/// with other separators, else those that begin so.
std::vector<const MenuEntry*> matching_entries(const ControlInfo& control, std::string_view text) {
  const auto small = lower(text);
  const auto key = control_key(text);
  std::vector<const MenuEntry*> found;
  const auto find = [&](const auto& matches) {
    if (!found.empty() || small.empty()) return;
    for (const auto& entry : control.menu)
      if (matches(entry)) found.push_back(&entry);
  };
  find([&](const MenuEntry& entry) { return lower(entry.label) == small; });
  // The begin of a number is another number, and its sign is no separator.
  if (control.type == V4L2_CTRL_TYPE_INTEGER_MENU) return found;
  find([&](const MenuEntry& entry) { return !key.empty() && control_key(entry.label) == key; });
  find([&](const MenuEntry& entry) { return lower(entry.label).starts_with(small); });
  find([&](const MenuEntry& entry) {
    return !key.empty() && control_key(entry.label).starts_with(key);
  });
  return found;
}

Fitted menu_value(const ControlInfo& control, const ControlValue& wish) {
  const auto at = [&](std::int64_t index) -> Fitted {
    if (std::ranges::find(control.menu, index, &MenuEntry::index) != control.menu.end())
      return index;
    return std::unexpected{ValueFault::out_of_range};
  };
  if (const auto* const index = std::get_if<std::int64_t>(&wish)) return at(*index);
  const auto* const text = std::get_if<std::string>(&wish);
  if (text == nullptr) return std::unexpected{ValueFault::wrong_type};
  const auto entries = matching_entries(control, *text);
  if (entries.size() > 1) return std::unexpected{ValueFault::ambiguous_label};
  if (!entries.empty()) return entries.front()->index;
  if (const auto number = number_in(*text)) return at(*number);
  return std::unexpected{ValueFault::no_such_label};
}

Fitted text_value(const ControlInfo& control, const ControlValue& wish) {
  std::string text;
  if (const auto* const given = std::get_if<std::string>(&wish))
    text = given->substr(0, given->find('\0'));
  else if (const auto* const number = std::get_if<std::int64_t>(&wish))
    text = std::to_string(*number);
  else
    return std::unexpected{ValueFault::wrong_type};
  const auto length = static_cast<std::int64_t>(text.size());
  if (length < control.minimum || length > control.maximum)
    return std::unexpected{ValueFault::out_of_range};
  return text;
}

Fitted list_value(const ControlInfo& control, const ControlValue& wish) {
  Numbers numbers;
  // The elements of a struct have different meanings.
  const bool fills = has_range(control) && control.number_size() == control.elem_size;
  if (const auto* const number = std::get_if<std::int64_t>(&wish)) {
    if (!fills) return std::unexpected{ValueFault::wrong_type};
    return Numbers(control.length(), *number);
  }
  if (const auto* const text = std::get_if<std::string>(&wish)) {
    auto found = numbers_in(*text, control.type == V4L2_CTRL_TYPE_AREA);
    if (!found) return std::unexpected{ValueFault::wrong_type};
    if (found->size() == 1 && fills) return Numbers(control.length(), found->front());
    numbers = std::move(*found);
  } else {
    numbers = std::get<Numbers>(wish);
  }
  const bool dynamic = control.dynamic() && !control.dims.empty();
  const auto most = std::min<std::size_t>(control.dims.empty() ? 0 : control.dims[0],
                                          ControlInfo::most_bytes / control.number_size());
  const bool fits = dynamic ? !numbers.empty() && numbers.size() <= most
                            : !numbers.empty() && numbers.size() == control.length();
  if (!fits) return std::unexpected{ValueFault::wrong_length};
  return numbers;
}

Fitted number_value(const ControlInfo& control, const ControlValue& wish) {
  auto number = std::optional<std::int64_t>{};
  if (const auto* const given = std::get_if<std::int64_t>(&wish))
    number = *given;
  else if (const auto* const text = std::get_if<std::string>(&wish))
    number = control.form() == ControlForm::boolean ? switch_in(*text) : number_in(*text);
  if (!number) return std::unexpected{ValueFault::wrong_type};
  // A mask with its highest bit may have been given as a negative number.
  if (control.form() == ControlForm::bitmask && *number < 0 &&
      *number >= std::numeric_limits<std::int32_t>::min())
    return std::int64_t{static_cast<std::uint32_t>(*number)};
  return *number;
}

}  // namespace

Fitted to_form(const ControlInfo& control, const ControlValue& wish) {
  switch (control.form()) {
    case ControlForm::menu:
      return menu_value(control, wish);
    case ControlForm::string:
      return text_value(control, wish);
    case ControlForm::list:
      return list_value(control, wish);
    case ControlForm::button:
      return std::int64_t{1};
    default:
      return number_value(control, wish);
  }
}

Fitted to_value(const ControlInfo& control, const ControlValue& wish) {
  auto value = to_form(control, wish);
  if (!value) return value;
  const auto form = control.form();
  if (form == ControlForm::menu || form == ControlForm::button) return value;
  if (auto* const number = std::get_if<std::int64_t>(&*value)) *number = nearest(control, *number);
  if (auto* const numbers = std::get_if<Numbers>(&*value))
    for (auto& number : *numbers)
      number = nearest(control, number);
  return value;
}

std::vector<std::string> matching_labels(const ControlInfo& control, std::string_view text) {
  std::vector<std::string> labels;
  for (const auto* const entry : matching_entries(control, text))
    labels.push_back(entry->label);
  return labels;
}

Result<std::optional<ControlValue>> read_value(const Node& node, const ControlInfo& control) {
  auto values = read_values(node, {&control, 1});
  if (!values) return std::unexpected{values.error()};
  return std::move(values->front());
}

Result<std::vector<std::optional<ControlValue>>> read_values(
    const Node& node, std::span<const ControlInfo> controls) {
  std::vector<ControlExchange> wanted;
  for (const auto& control : controls)
    if (control.readable()) wanted.push_back({.control = &control});
  auto got = exchange(node, false, wanted);
  if (!got) return std::unexpected{got.error()};
  std::vector<std::optional<ControlValue>> values(controls.size());
  std::size_t next{};
  for (std::size_t i = 0; i < controls.size(); ++i) {
    if (!controls[i].readable()) continue;
    auto& one = (*got)[next++];
    if (one) values[i] = std::move(*one);
  }
  return values;
}

}  // namespace v4l2
