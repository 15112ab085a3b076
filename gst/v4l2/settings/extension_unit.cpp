#include "settings/extension_unit.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <linux/usb/video.h>
#include <linux/uvcvideo.h>

#include "kernel/node.h"

namespace v4l2 {
namespace {

using Bytes = std::vector<std::uint8_t>;

std::optional<std::uint8_t> byte_of(std::string_view text, int base) {
  std::uint8_t number{};
  const auto* const end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data(), end, number, base);
  if (text.empty() || fault != std::errc{} || stop != end) return std::nullopt;
  return number;
}

std::optional<std::uint8_t> number_in_name(std::string_view text) {
  if (text.starts_with("0x") || text.starts_with("0X")) return byte_of(text.substr(2), 16);
  return byte_of(text, 10);
}

/// Returns the bytes of "0a:1b", "0a 1b" or "0a1b". Each byte has two digits.
std::optional<Bytes> bytes_of_text(std::string_view text) {
  if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
  Bytes bytes;
  while (!text.empty()) {
    const auto byte = byte_of(text.substr(0, 2), 16);
    if (text.size() < 2 || !byte) return std::nullopt;
    bytes.push_back(*byte);
    text.remove_prefix(2);
    const bool separated = text.starts_with(':') || text.starts_with(' ') || text.starts_with(',');
    if (separated && text.size() == 1) return std::nullopt;
    if (separated) text.remove_prefix(1);
  }
  return bytes;
}

Result<> query(const Node& node, const ExtensionAddress& address, std::uint8_t what, Bytes& data) {
  uvc_xu_control_query wire{};
  wire.unit = address.unit;
  wire.selector = address.selector;
  wire.query = what;
  wire.size = static_cast<std::uint16_t>(data.size());
  wire.data = data.data();
  return node.call(request::uvc_ctrl_query, wire);
}

/// Returns how many bytes the control has (UVC_GET_LEN).
Result<std::size_t> length_of(const Node& node, const ExtensionAddress& address) {
  Bytes length(2);  // little-endian
  if (const auto asked = query(node, address, UVC_GET_LEN, length); !asked)
    return std::unexpected{asked.error()};
  return std::size_t{length[0]} | std::size_t{length[1]} << 8U;
}

Result<std::optional<Bytes>> current(const Node& node, const ExtensionAddress& address,
                                     std::size_t length) {
  Bytes bytes(length);
  const auto read = query(node, address, UVC_GET_CUR, bytes);
  if (!read && read.error().gone()) return std::unexpected{read.error()};
  if (!read) return std::optional<Bytes>{};
  return bytes;
}

ControlInfo described(std::string name, std::size_t length) {
  ControlInfo control;
  control.type = V4L2_CTRL_TYPE_U8;
  control.name = name;
  control.key = std::move(name);
  control.maximum = 255;
  control.step = 1;
  control.elem_size = 1;
  control.elems = static_cast<std::uint32_t>(length);
  control.dims = {control.elems};
  return control;
}

ControlValue numbers_of(const Bytes& bytes) {
  return std::vector<std::int64_t>{bytes.begin(), bytes.end()};
}

}  // namespace

std::optional<ExtensionAddress> extension_address(std::string_view name) {
  if (!name.starts_with("xu:") && !name.starts_with("XU:")) return std::nullopt;
  name.remove_prefix(3);
  const auto colon = name.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto unit = number_in_name(name.substr(0, colon));
  const auto selector = number_in_name(name.substr(colon + 1));
  if (!unit || !selector) return std::nullopt;
  return ExtensionAddress{.unit = *unit, .selector = *selector};
}

std::optional<Bytes> extension_bytes(const ControlValue& wish) {
  if (const auto* const text = std::get_if<std::string>(&wish)) return bytes_of_text(*text);
  std::vector<std::int64_t> numbers;
  if (const auto* const number = std::get_if<std::int64_t>(&wish))
    numbers = {*number};
  else
    numbers = std::get<std::vector<std::int64_t>>(wish);
  Bytes bytes;
  for (const auto number : numbers) {
    if (number < 0 || number > 255) return std::nullopt;
    bytes.push_back(static_cast<std::uint8_t>(number));
  }
  return bytes;
}

Result<ControlOutcome> set_extension(const Node& node, const ExtensionAddress& address,
                                     const ControlWish& wish, bool fresh) {
  ControlOutcome outcome;
  outcome.wish = wish;
  const auto refused = [&](ControlRefusal why, int code = 0) {
    outcome.end = ControlEnd::refused;
    outcome.refusal = why;
    outcome.code = code;
    return outcome;
  };
  const auto length = length_of(node, address);
  if (!length && length.error().gone()) return std::unexpected{length.error()};
  if (!length) return refused(ControlRefusal::unknown, length.error().code);
  outcome.control = described(wish.name, *length);
  auto bytes = extension_bytes(wish.value);
  if (!bytes) return refused(ControlRefusal::wrong_type);
  const auto asked = current(node, address, *length);
  if (!asked) return std::unexpected{asked.error()};
  const auto& before = *asked;
  if (before) outcome.actual = numbers_of(*before);
  if (bytes->size() != *length) return refused(ControlRefusal::wrong_length);
  if (before ? *before == *bytes : !fresh) {
    outcome.end = ControlEnd::unchanged;
    return outcome;
  }
  const auto set = query(node, address, UVC_SET_CUR, *bytes);
  if (!set && set.error().gone()) return std::unexpected{set.error()};
  if (!set) {
    const int code = set.error().code;
    const bool closed = code == EBADRQC || code == EACCES;  // UVC_GET_INFO has no UVC_SET_CUR
    return refused(closed           ? ControlRefusal::read_only
                   : code == EBUSY  ? ControlRefusal::grabbed
                   : code == ERANGE ? ControlRefusal::out_of_range
                                    : ControlRefusal::device_error,
                   code);
  }
  const auto read_back = current(node, address, *length);
  if (!read_back) return std::unexpected{read_back.error()};
  outcome.end = ControlEnd::set;
  const auto& after = *read_back;
  if (!after) return outcome;
  outcome.actual = numbers_of(*after);
  if (*after != *bytes) outcome.end = ControlEnd::clamped;
  return outcome;
}

}  // namespace v4l2
