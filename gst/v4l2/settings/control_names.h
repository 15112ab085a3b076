#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace v4l2 {

/// Returns the id of a standard control that has another name in other kernels. nullopt if `key` is
/// not such a name. `key` is as control_key() makes it.
std::optional<std::uint32_t> id_of_alias(std::string_view key);

/// Returns those of `keys` that are most like `key`, the best first. These are at most `most`.
std::vector<std::string> most_similar(std::string_view key, std::vector<std::string> keys,
                                      std::size_t most);

}  // namespace v4l2
