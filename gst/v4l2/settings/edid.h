#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/error.h"

namespace v4l2 {

class Node;

/// The bytes of an EDID. An EDID describes to the source what the input can receive. It has blocks
/// of 128 bytes.
using Edid = std::vector<std::uint8_t>;

inline constexpr std::size_t edid_block = 128;

/// Returns true if two EDIDs are the same, apart from HDMI's physical address. A driver sets that
/// address itself where it has CEC.
bool same(const Edid& one, const Edid& other);

/// Reads the EDID of an input (VIDIOC_G_EDID). Empty if none is set. nullopt if the input has no
/// EDID. Error: the device is gone.
Result<std::optional<Edid>> read_edid(const Node& node, std::uint32_t input);

/// Sets the EDID of an input, unless the same() is set. The source then sees the input unplugged
/// for a moment. Returns false if the driver refuses. Error: the device is gone.
Result<bool> set_edid(const Node& node, std::uint32_t input, const Edid& wanted);

/// Returns the EDID that `content` has, either as bytes or as hexadecimal text. In a text, blanks
/// and lines with '#' in front do not count. nullopt if these are not whole blocks, or if the first
/// one does not begin as an EDID does.
std::optional<Edid> parse_edid(std::string_view content);

/// Returns the EDID of this name. nullopt if there is none. "hdmi" takes up to 1920x1080 at 60 Hz,
/// and "dvi" the same without HDMI's extension block.
std::optional<Edid> default_edid(std::string_view name);

/// Returns the names that default_edid() knows.
std::vector<std::string> default_edids();

}  // namespace v4l2
