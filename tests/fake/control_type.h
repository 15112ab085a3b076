#pragma once

#include <cstdint>

#include "fake/model.h"

namespace fake {

/// Returns true for arrays and structs.
bool is_list(const ModelControl& control);

/// Returns true if VIDIOC_G_CTRL and VIDIOC_S_CTRL carry the value.
bool is_number(const ModelControl& control);

/// Returns the bytes of each of ModelControl::numbers.
std::uint32_t number_size(std::uint32_t type);

/// Returns how many numbers an element of an array has. A struct that is no area and no rectangle
/// is one element.
std::uint32_t numbers_per_element(const ModelControl& control);

/// Returns true if the menu has an entry at this index.
bool has_entry(const ModelControl& control, std::int64_t index);

}  // namespace fake
