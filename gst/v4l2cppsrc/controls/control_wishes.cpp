#include "controls/control_wishes.h"

#include <ranges>
#include <utility>

#include "controls/control_structure.h"

namespace v4l2gst {

void ControlWishes::push(std::string_view source, UserWish wish) {
  wish.source = source;
  wish.number = ++newest_;
  all_.push_back(std::move(wish));
}

void ControlWishes::set_structure(const GstStructure* structure) {
  constexpr std::string_view source{"extra-controls"};
  std::erase_if(all_, [&](const UserWish& one) { return one.source == source; });
  for (auto& wish : wishes_of(structure))
    push(source, std::move(wish));
  structure_.reset(structure != nullptr ? gst_structure_copy(structure) : nullptr,
                   [](GstStructure* owned) {
                     if (owned != nullptr) gst_structure_free(owned);
                   });
}

void ControlWishes::add(std::string_view source, v4l2::ControlWish wish) {
  std::erase_if(all_, [&](const UserWish& one) {
    return one.source == source && one.wish.name == wish.name;
  });
  push(source, {.wish = std::move(wish)});
}

void ControlWishes::forget(std::string_view source) {
  std::erase_if(all_, [&](const UserWish& one) { return one.source == source; });
}

std::optional<std::int64_t> ControlWishes::number_for(std::string_view name) const {
  for (const auto& one : all_ | std::views::reverse)
    if (v4l2::control_key(one.wish.name) == name)
      if (const auto* const number = std::get_if<std::int64_t>(&one.wish.value)) return *number;
  return std::nullopt;
}

}  // namespace v4l2gst
