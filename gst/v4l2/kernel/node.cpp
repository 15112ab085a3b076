#include "kernel/node.h"

#include <fcntl.h>

namespace v4l2 {

Result<std::shared_ptr<const Node>> Node::open(Kernel& kernel, const std::string& path) {
  int descriptor = -1;
  do {
    descriptor = kernel.open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  } while (descriptor < 0 && errno == EINTR);
  if (descriptor < 0) return std::unexpected{Error{.code = errno, .call = "open"}};
  return std::make_shared<const Node>(kernel, UniqueFd{descriptor}, path);
}

Result<std::shared_ptr<const Node>> Node::copy_of(Kernel& kernel, int descriptor,
                                                  std::string path) {
  const int flags = fcntl(descriptor, F_GETFL);
  if (flags < 0) return std::unexpected{Error{.code = errno, .call = "fcntl"}};
  // The frames are mapped for writing too.
  if ((flags & O_ACCMODE) != O_RDWR) return std::unexpected{Error{.code = EACCES, .call = "fcntl"}};
  UniqueFd copy{fcntl(descriptor, F_DUPFD_CLOEXEC, 0)};
  if (!copy) return std::unexpected{Error{.code = errno, .call = "fcntl"}};
  if ((flags & O_NONBLOCK) == 0 && fcntl(copy.get(), F_SETFL, flags | O_NONBLOCK) < 0)
    return std::unexpected{Error{.code = errno, .call = "fcntl"}};
  return std::make_shared<const Node>(kernel, std::move(copy), std::move(path));
}

}  // namespace v4l2
