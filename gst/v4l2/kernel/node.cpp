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

}  // namespace v4l2
