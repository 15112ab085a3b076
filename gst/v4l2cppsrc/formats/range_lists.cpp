#include "formats/range_lists.h"

#include <utility>
#include <vector>

namespace v4l2gst {
namespace {

constexpr std::size_t most_structures = 1000;

bool is_range(const GValue* value) {
  return GST_VALUE_HOLDS_INT_RANGE(value) || GST_VALUE_HOLDS_FRACTION_RANGE(value) ||
         GST_VALUE_HOLDS_INT64_RANGE(value) || GST_VALUE_HOLDS_DOUBLE_RANGE(value);
}

bool is_range_list(const GValue* value) {
  if (!GST_VALUE_HOLDS_LIST(value)) return false;
  for (guint i = 0; i < gst_value_list_get_size(value); ++i) {
    const auto* const entry = gst_value_list_get_value(value, i);
    if (is_range(entry) || is_range_list(entry)) return true;
  }
  return false;
}

/// Neither the list nor a list in it is empty.
bool is_filled_list(const GValue* value) {
  if (!GST_VALUE_HOLDS_LIST(value) || gst_value_list_get_size(value) == 0) return false;
  for (guint i = 0; i < gst_value_list_get_size(value); ++i) {
    const auto* const entry = gst_value_list_get_value(value, i);
    if (GST_VALUE_HOLDS_LIST(entry) && !is_filled_list(entry)) return false;
  }
  return true;
}

/// Whether a list is one of those to take apart.
using Kind = bool (*)(const GValue*);

/// Returns the name of the first field with such a list, or null.
const char* field_with(Kind kind, const GstStructure* structure) {
  for (gint i = 0; i < gst_structure_n_fields(structure); ++i) {
    const auto* const name = gst_structure_nth_field_name(structure, static_cast<guint>(i));
    if (kind(gst_structure_get_value(structure, name))) return name;
  }
  return nullptr;
}

bool has(Kind kind, const GstCaps* caps) {
  for (guint i = 0; i < gst_caps_get_size(caps); ++i)
    if (field_with(kind, gst_caps_get_structure(caps, i)) != nullptr) return true;
  return false;
}

/// Returns the structure as those that have no such list. They are too many if there are more than
/// `room`.
std::vector<StructurePtr> split(Kind kind, const GstStructure* structure, std::size_t room) {
  std::vector<StructurePtr> done;
  // The next one is last.
  std::vector<StructurePtr> open;
  open.emplace_back(gst_structure_copy(structure));
  while (!open.empty() && done.size() + open.size() <= room) {
    const auto next = std::move(open.back());
    open.pop_back();
    const auto* const field = field_with(kind, next.get());
    if (field == nullptr) {
      done.emplace_back(gst_structure_copy(next.get()));
      continue;
    }
    const auto* const list = gst_structure_get_value(next.get(), field);
    for (auto i = gst_value_list_get_size(list); i > 0; --i) {
      auto& one = open.emplace_back(gst_structure_copy(next.get()));
      gst_structure_set_value(one.get(), field, gst_value_list_get_value(list, i - 1));
    }
  }
  for (auto& rest : open)
    done.push_back(std::move(rest));
  return done;
}

CapsPtr split(Kind kind, CapsPtr caps) {
  if (!has(kind, caps.get())) return caps;
  CapsPtr all{gst_caps_new_empty()};
  std::size_t room = most_structures;
  for (guint i = 0; i < gst_caps_get_size(caps.get()); ++i) {
    auto structures = split(kind, gst_caps_get_structure(caps.get(), i), room);
    if (structures.size() > room) return caps;
    room -= structures.size();
    for (auto& structure : structures)
      gst_caps_append_structure_full(all.get(), structure.release(),
                                     gst_caps_features_copy(gst_caps_get_features(caps.get(), i)));
  }
  return all;
}

}  // namespace

CapsPtr without_range_lists(CapsPtr caps) {
  return split(is_range_list, std::move(caps));
}

CapsPtr without_lists(CapsPtr caps) {
  return split(is_filled_list, std::move(caps));
}

}  // namespace v4l2gst
