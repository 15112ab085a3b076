#include "controls/control_structure.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "common/overloaded.h"

namespace v4l2gst {
namespace {

using v4l2::ControlForm;
using v4l2::ControlInfo;
using v4l2::ControlValue;
using Numbers = std::vector<std::int64_t>;

std::int64_t signed_of(guint64 number) {
  return static_cast<std::int64_t>(std::min<guint64>(number, G_MAXINT64));
}

std::optional<std::int64_t> whole(double number) {
  constexpr double limit = 9223372036854775808.0;  // 2^63, the first that an int64 can't hold
  if (number != std::floor(number) || number < -limit || number >= limit) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

std::optional<std::int64_t> number_of(const GValue& value) {
  switch (G_TYPE_FUNDAMENTAL(G_VALUE_TYPE(&value))) {
    case G_TYPE_BOOLEAN:
      return g_value_get_boolean(&value) != FALSE ? 1 : 0;
    case G_TYPE_CHAR:
      return g_value_get_schar(&value);
    case G_TYPE_UCHAR:
      return g_value_get_uchar(&value);
    case G_TYPE_INT:
      return g_value_get_int(&value);
    case G_TYPE_UINT:
      return g_value_get_uint(&value);
    case G_TYPE_LONG:
      return g_value_get_long(&value);
    case G_TYPE_ULONG:
      return signed_of(g_value_get_ulong(&value));
    case G_TYPE_INT64:
      return g_value_get_int64(&value);
    case G_TYPE_UINT64:
      return signed_of(g_value_get_uint64(&value));
    case G_TYPE_ENUM:
      return g_value_get_enum(&value);
    case G_TYPE_FLAGS:
      return g_value_get_flags(&value);
    case G_TYPE_FLOAT:
      return whole(static_cast<double>(g_value_get_float(&value)));
    case G_TYPE_DOUBLE:
      return whole(g_value_get_double(&value));
    default:
      break;
  }
  if (G_VALUE_TYPE(&value) == GST_TYPE_BITMASK) return signed_of(gst_value_get_bitmask(&value));
  return std::nullopt;
}

/// Calls `take` with each item of a list or an array. Returns false if `value` is neither.
bool each_item(const GValue* value, const std::function<void(const GValue*)>& take) {
  if (GST_VALUE_HOLDS_ARRAY(value)) {
    for (guint i = 0; i < gst_value_array_get_size(value); ++i)
      take(gst_value_array_get_value(value, i));
    return true;
  }
  if (!GST_VALUE_HOLDS_LIST(value)) return false;
  for (guint i = 0; i < gst_value_list_get_size(value); ++i)
    take(gst_value_list_get_value(value, i));
  return true;
}

/// Adds the numbers of `value` and of the lists in it. Returns false if there is something else. No
/// control has more dimensions than `depth`.
bool add_numbers(const GValue* value, Numbers& numbers, unsigned depth = 4) {
  if (const auto number = number_of(*value)) {
    numbers.push_back(*number);
    return true;
  }
  bool usable = depth > 0;
  const bool is_list = usable && each_item(value, [&](const GValue* item) {
                         usable = usable && add_numbers(item, numbers, depth - 1);
                       });
  return is_list && usable;
}

/// Sets `to` to a number, as an int if one can hold it. Applications read ints most easily.
void init_number(GValue* to, std::int64_t number) {
  if (number >= G_MININT && number <= G_MAXINT) {
    g_value_init(to, G_TYPE_INT);
    g_value_set_int(to, static_cast<int>(number));
  } else {
    g_value_init(to, G_TYPE_INT64);
    g_value_set_int64(to, number);
  }
}

void init_numbers(GValue* to, const Numbers& numbers) {
  const bool small = std::ranges::all_of(
      numbers, [](std::int64_t number) { return number >= G_MININT && number <= G_MAXINT; });
  g_value_init(to, GST_TYPE_ARRAY);
  for (const auto number : numbers) {
    GValue item = G_VALUE_INIT;
    g_value_init(&item, small ? G_TYPE_INT : G_TYPE_INT64);
    if (small)
      g_value_set_int(&item, static_cast<int>(number));
    else
      g_value_set_int64(&item, number);
    gst_value_array_append_and_take_value(to, &item);
  }
}

void init_value(GValue* to, const ControlInfo& control, const ControlValue& value) {
  std::visit(Overloaded{
                 [&](std::int64_t number) {
                   if (control.form() != ControlForm::boolean) return init_number(to, number);
                   g_value_init(to, G_TYPE_BOOLEAN);
                   g_value_set_boolean(to, number != 0);
                 },
                 [&](const std::string& text) {
                   g_value_init(to, G_TYPE_STRING);
                   g_value_set_string(to, text.c_str());
                 },
                 [&](const Numbers& numbers) { init_numbers(to, numbers); },
             },
             value);
}

}  // namespace

std::optional<ControlValue> control_value_of(const GValue& value) {
  if (const auto number = number_of(value)) return *number;
  if (G_VALUE_HOLDS_STRING(&value)) {
    const auto* const text = g_value_get_string(&value);
    return std::string{text != nullptr ? text : ""};
  }
  // GStreamer reads "0a:1b", two bytes for an extension unit, as flags and their mask.
  if (GST_VALUE_HOLDS_FLAG_SET(&value))
    return Numbers{gst_value_get_flagset_flags(&value), gst_value_get_flagset_mask(&value)};
  Numbers numbers;
  if (!add_numbers(&value, numbers)) return std::nullopt;
  return numbers;
}

std::vector<UserWish> wishes_of(const GstStructure* structure) {
  std::vector<UserWish> wishes;
  if (structure == nullptr) return wishes;
  const bool saved = gst_structure_has_name(structure, saved_controls) != FALSE;
  for (int i = 0; i < gst_structure_n_fields(structure); ++i) {
    const auto* const name = gst_structure_nth_field_name(structure, static_cast<guint>(i));
    const auto* const field = gst_structure_get_value(structure, name);
    UserWish wish{.wish = {.name = name, .value = {}}, .saved = saved};
    if (auto value = control_value_of(*field))
      wish.wish.value = *std::move(value);
    else
      wish.unusable = G_VALUE_TYPE_NAME(field);
    wishes.push_back(std::move(wish));
  }
  return wishes;
}

GstStructure* structure_of(std::span<const ControlInfo> controls,
                           std::span<const std::optional<ControlValue>> values) {
  auto* const structure = gst_structure_new_empty(saved_controls);
  for (std::size_t i = 0; i < std::min(controls.size(), values.size()); ++i) {
    const auto& is = values[i];
    if (!is || controls[i].key.empty()) continue;
    GValue value = G_VALUE_INIT;
    init_value(&value, controls[i], *is);
    gst_structure_take_value(structure, controls[i].key.c_str(), &value);
  }
  return structure;
}

}  // namespace v4l2gst
