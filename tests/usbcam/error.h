#pragma once

#include <cerrno>
#include <expected>
#include <string>
#include <string_view>
#include <system_error>

namespace usbcam {

/// An Error describes a failure for the person who runs a test.
struct Error {
  std::string what;
};

template <class T = void>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> failure(std::string what) {
  return std::unexpected{Error{std::move(what)}};
}

/// Returns the failure of a system call that has just set errno.
inline std::unexpected<Error> call_failure(std::string_view call) {
  return failure(std::string{call} + ": " + std::generic_category().message(errno));
}

}  // namespace usbcam
