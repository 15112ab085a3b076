#pragma once

#include <expected>
#include <span>
#include <string>
#include <vector>

namespace v4l2describe {

/// The wishes of the command line.
struct Options {
  bool json{};
  bool list{};  ///< only name the devices
  bool help{};
  bool version{};
  std::vector<std::string> devices{};  ///< paths; all capture devices if empty

  friend bool operator==(const Options&, const Options&) = default;
};

/// Parses the arguments behind the program's name. The error is a text for the user.
std::expected<Options, std::string> parse_options(std::span<const char* const> arguments);

/// Returns the text of --help.
std::string help_text();

}  // namespace v4l2describe
