#pragma once

#include <cerrno>
#include <memory>
#include <span>
#include <string>

#include "kernel/error.h"
#include "kernel/kernel.h"
#include "kernel/request.h"
#include "kernel/unique_fd.h"

namespace v4l2 {

/// One open device node: an interrupted call is made again, errno becomes an Error, nothing else.
/// Const after birth, so any thread that may keep it alive may call it.
class Node {
public:
  /// Opens for reading and writing, non-blocking and closed on exec.
  static Result<std::shared_ptr<const Node>> open(Kernel& kernel, const std::string& path);

  Node(Kernel& kernel, UniqueFd descriptor, std::string path)
      : kernel_{&kernel}, descriptor_{std::move(descriptor)}, path_{std::move(path)} {}

  template <class Argument>
  Result<> call(const Request<Argument>& request, Argument& argument) const {
    while (kernel_->ioctl(descriptor_.get(), request.number, &argument) < 0)
      if (errno != EINTR) return std::unexpected{Error{.code = errno, .call = request.name}};
    return {};
  }

  /// For requests that a device may lack and for enumerations: false when there is no such thing
  /// here (EINVAL, ENOTTY, ENODATA), which is an answer and not a failure.
  template <class Argument>
  Result<bool> ask(const Request<Argument>& request, Argument& argument) const {
    const auto answered = call(request, argument);
    if (answered) return true;
    const int code = answered.error().code;
    if (code == EINVAL || code == ENOTTY || code == ENODATA) return false;
    return std::unexpected{answered.error()};
  }

  /// As ask(), for what nothing depends on: whatever the device answers, but that it is gone, is a
  /// "no".
  template <class Argument>
  Result<bool> ask_in_passing(const Request<Argument>& request, Argument& argument) const {
    const auto answered = call(request, argument);
    if (!answered && answered.error().gone()) return std::unexpected{answered.error()};
    return answered.has_value();
  }

  /// How many bytes read() has put `into`. Error EAGAIN where there is nothing yet.
  [[nodiscard]] Result<std::size_t> read(std::span<std::byte> into) const {
    for (;;) {
      const auto got = kernel_->read(descriptor_.get(), into);
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) return std::unexpected{Error{.code = errno, .call = "read"}};
    }
  }

  [[nodiscard]] Kernel& kernel() const { return *kernel_; }

  [[nodiscard]] int descriptor() const { return descriptor_.get(); }

  [[nodiscard]] const std::string& path() const { return path_; }

private:
  Kernel* kernel_;
  UniqueFd descriptor_;
  std::string path_;
};

}  // namespace v4l2
