#include "settings/edid.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <numeric>
#include <span>

#include <linux/videodev2.h>

#include "kernel/node.h"

namespace v4l2 {
namespace {

/// An EDID counts its extension blocks in one byte.
constexpr std::uint32_t most_blocks = 256;

constexpr std::array<std::uint8_t, 8> signature{0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00};

/// Makes the sum of the block's bytes 0, by its last byte.
void seal(std::span<std::uint8_t> block) {
  const auto sum = std::accumulate(block.begin(), block.end() - 1, 0U);
  block.back() = static_cast<std::uint8_t>(256 - sum % 256);
}

/// Returns the base block (VESA E-EDID 1.3, section 3): 1920x1080 and 1280x720, at 60 Hz.
Edid base_block(bool extended) {
  Edid block{0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00,  // signature
             0x5a, 0x63, 0x01, 0x00, 0x01, 0x00, 0x00, 0x00,  // maker, product, serial number
             0x00, 0x20, 0x01, 0x03,                          // made in 2022; version 1.3
             0x80, 0x60, 0x36, 0x78, 0x0a,  // digital, 96 cm x 54 cm, gamma 2.2, RGB
             0xee, 0x91, 0xa3, 0x54, 0x4c, 0x99, 0x26, 0x0f,  // colours of sRGB
             0x50, 0x54, 0x21, 0x08, 0x00,  // 640x480, 800x600 and 1024x768 at 60 Hz
             0xd1, 0xc0, 0x81, 0xc0, 0x01, 0x01, 0x01, 0x01,  // 1920x1080 and 1280x720 at 60 Hz
             0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01,
             // the preferred mode in detail: 1920x1080 at 60 Hz
             0x02, 0x3a, 0x80, 0x18, 0x71, 0x38, 0x2d, 0x40, 0x58, 0x2c, 0x45, 0x00, 0xc0, 0x1c,
             0x32, 0x00, 0x00, 0x1e,
             // 1280x720 at 60 Hz
             0x01, 0x1d, 0x00, 0x72, 0x51, 0xd0, 0x1e, 0x20, 0x6e, 0x28, 0x55, 0x00, 0xc0, 0x1c,
             0x32, 0x00, 0x00, 0x1e,
             // limits: 24 to 75 Hz, 15 to 80 kHz, 170 MHz
             0x00, 0x00, 0x00, 0xfd, 0x00, 0x18, 0x4b, 0x0f, 0x50, 0x11, 0x00, 0x0a, 0x20, 0x20,
             0x20, 0x20, 0x20, 0x20,
             // the name "v4l2cppsrc"
             0x00, 0x00, 0x00, 0xfc, 0x00, 'v', '4', 'l', '2', 'c', 'p', 'p', 's', 'r', 'c', 0x0a,
             0x20, 0x20};
  block.push_back(extended ? 1 : 0);
  block.push_back(0);
  seal(block);
  return block;
}

/// Returns HDMI's extension block (CTA-861, section 7.5): the usual modes, and stereo sound.
Edid hdmi_block() {
  Edid block{0x02, 0x03, 0x00,
             0x70,  // revision 3; the third byte is set below; YCbCr and sound
                    // modes by their numbers: 1920x1080 at 60, 50, 30, 25 and 24 Hz, also
                    // interlaced; 1280x720 at 60 and 50 Hz; 720x576, 720x480 and 640x480
             0x4d, 0x90, 0x1f, 0x22, 0x21, 0x20, 0x05, 0x14, 0x04, 0x13, 0x12, 0x11, 0x03, 0x01,
             // sound: PCM, two channels, 32 to 48 kHz, 16 bits
             0x23, 0x09, 0x07, 0x01, 0x83, 0x01, 0x00, 0x00,
             // HDMI's own block: physical address 1.0.0.0, 165 MHz
             0x67, 0x03, 0x0c, 0x00, 0x10, 0x00, 0x00, 0x21};
  block[2] = static_cast<std::uint8_t>(block.size());
  block.resize(edid_block);
  seal(block);
  return block;
}

std::optional<unsigned> digit_of(char letter) {
  if (letter >= '0' && letter <= '9') return static_cast<unsigned>(letter - '0');
  const auto lower = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  if (lower >= 'a' && lower <= 'f') return static_cast<unsigned>(lower - 'a') + 10;
  return std::nullopt;
}

/// Reads hexadecimal text. nullopt if it has anything else in it.
std::optional<Edid> from_hex(std::string_view text) {
  Edid bytes;
  std::optional<unsigned> high;
  bool comment{};
  for (const char letter : text) {
    if (letter == '\n') comment = false;
    comment = comment || letter == '#';
    if (comment || std::isspace(static_cast<unsigned char>(letter)) != 0) continue;
    const auto digit = digit_of(letter);
    if (!digit) return std::nullopt;
    if (high) bytes.push_back(static_cast<std::uint8_t>(*high * 16 + *digit));
    high = high ? std::nullopt : digit;
  }
  if (high) return std::nullopt;
  return bytes;
}

bool is_edid(const Edid& bytes) {
  return !bytes.empty() && bytes.size() % edid_block == 0 &&
         bytes.size() <= edid_block * most_blocks &&
         std::equal(signature.begin(), signature.end(), bytes.begin());
}

/// Sets HDMI's physical address to 0. It is behind HDMI's identifier in an extension block.
void clear_address(Edid& edid) {
  constexpr std::array<std::uint8_t, 3> hdmi{0x03, 0x0c, 0x00};
  for (std::size_t begin = edid_block; begin + edid_block <= edid.size(); begin += edid_block) {
    const auto block = std::span{edid}.subspan(begin, edid_block);
    const auto found = std::ranges::search(block, hdmi);
    if (found.empty() || block.end() - found.end() < 3) continue;
    std::fill_n(found.end(), 2, std::uint8_t{});
    seal(block);
  }
}

}  // namespace

bool same(const Edid& one, const Edid& other) {
  auto a = one;
  auto b = other;
  clear_address(a);
  clear_address(b);
  return a == b;
}

Result<std::optional<Edid>> read_edid(const Node& node, std::uint32_t input) {
  Edid bytes(edid_block * most_blocks);
  v4l2_edid wire{};
  wire.pad = input;
  wire.blocks = most_blocks;
  wire.edid = bytes.data();
  const auto read = node.call(request::g_edid, wire);
  if (read) {
    bytes.resize(edid_block * std::min(wire.blocks, most_blocks));
    return bytes;
  }
  if (read.error().gone()) return std::unexpected{read.error()};
  if (read.error().code == ENODATA) return Edid{};
  return std::nullopt;
}

Result<bool> set_edid(const Node& node, std::uint32_t input, const Edid& wanted) {
  const auto known = read_edid(node, input);
  if (!known) return std::unexpected{known.error()};
  if (const auto& now = *known; now && same(*now, wanted)) return true;
  auto bytes = wanted;
  v4l2_edid wire{};
  wire.pad = input;
  wire.blocks = static_cast<std::uint32_t>(bytes.size() / edid_block);
  wire.edid = bytes.data();
  const auto set = node.call(request::s_edid, wire);
  if (!set && set.error().gone()) return std::unexpected{set.error()};
  return set.has_value();
}

std::optional<Edid> parse_edid(std::string_view content) {
  if (Edid bytes{content.begin(), content.end()}; is_edid(bytes)) return bytes;
  auto bytes = from_hex(content);
  if (!bytes || !is_edid(*bytes)) return std::nullopt;
  return bytes;
}

std::optional<Edid> default_edid(std::string_view name) {
  if (name == "dvi") return base_block(false);
  if (name != "hdmi") return std::nullopt;
  auto edid = base_block(true);
  const auto extension = hdmi_block();
  edid.insert(edid.end(), extension.begin(), extension.end());
  return edid;
}

std::vector<std::string> default_edids() {
  return {"hdmi", "dvi"};
}

}  // namespace v4l2
