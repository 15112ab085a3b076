#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace v4l2 {

struct ListedNode;

/// A Selector chooses nodes by what they are: "serial=A1", "usb=046d:0825,card=HD*". All its terms
/// must hold. A value may have the wildcards '*' and '?', and its case does not count.
///
/// - `serial=`: the serial number of a USB device;
/// - `usb=`: vendor and product, "046d:0825";
/// - `bus=`: Identity::bus or Identity::port, also with ":" and the function: "1-1.2:1.0";
/// - `card=`: the card's name;
/// - `interface=`: the function of a USB device, "1.2", or its interface alone, "2";
/// - `index=`: the index of the node within its device.
class Selector {
public:
  /// Returns true for a text that is to be read as a selector. It has a '=', and no '/' before
  /// that, so it is no path.
  static bool is_meant(std::string_view text);

  /// Reads a text for which is_meant() is true. The error is the first term that is none.
  static std::expected<Selector, std::string> parse(std::string_view text);

  /// Returns true if all terms hold for `node`.
  [[nodiscard]] bool matches(const ListedNode& node) const;

private:
  enum class Key { serial, usb, bus, card, interface, index };

  struct Term {
    Key key;
    std::string pattern;
  };

  static bool holds(const Term& term, const ListedNode& node);

  std::vector<Term> terms_;
};

/// Returns true if `text` matches `pattern`, in which '*' stands for any characters and '?' for
/// one byte. The case of ASCII letters does not count.
bool matches_pattern(std::string_view pattern, std::string_view text);

/// Returns a value as a selector has it: a comma or a control character becomes '?', and spaces at
/// the ends are left out.
std::string selector_value(std::string_view value);

}  // namespace v4l2
