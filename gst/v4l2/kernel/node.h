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

/// A Node is one open device node. It repeats an interrupted call and turns errno into an Error. It
/// does no more. It is const once constructed, so any thread that shares its ownership may call it.
class Node {
public:
  /// Opens the node for reading and writing, non-blocking and closed on exec.
  static Result<std::shared_ptr<const Node>> open(Kernel& kernel, const std::string& path);

  /// Copies a descriptor of an open node. The caller keeps its own, and may close it. Both share
  /// one open file, which becomes non-blocking. `path` is a name for people. Error EBADF if
  /// `descriptor` is none, EACCES if it was not opened for reading and writing.
  static Result<std::shared_ptr<const Node>> copy_of(Kernel& kernel, int descriptor,
                                                     std::string path);

  Node(Kernel& kernel, UniqueFd descriptor, std::string path)
      : kernel_{&kernel}, descriptor_{std::move(descriptor)}, path_{std::move(path)} {}

  template <class Argument>
  Result<> call(const Request<Argument>& request, Argument& argument) const {
    while (kernel_->ioctl(descriptor_.get(), request.number, &argument) < 0)
      if (errno != EINTR) return std::unexpected{Error{.code = errno, .call = request.name}};
    return {};
  }

  /// Makes a call that the device may lack, or one of an enumeration. Returns false for EINVAL,
  /// ENOTTY and ENODATA. These say that the device has no such thing, which is no failure.
  template <class Argument>
  Result<bool> ask(const Request<Argument>& request, Argument& argument) const {
    const auto answered = call(request, argument);
    if (answered) return true;
    const int code = answered.error().code;
    if (code == EINVAL || code == ENOTTY || code == ENODATA) return false;
    return std::unexpected{answered.error()};
  }

  /// Makes a call whose failure is harmless, as ask() does. Returns false for every error but those
  /// of a device that is gone.
  template <class Argument>
  Result<bool> ask_in_passing(const Request<Argument>& request, Argument& argument) const {
    const auto answered = call(request, argument);
    if (!answered && answered.error().gone()) return std::unexpected{answered.error()};
    return answered.has_value();
  }

  /// Returns how many bytes read() has written to `into`. Error EAGAIN if there are none yet.
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
